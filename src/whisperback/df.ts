import type { LanguageHint } from "./report.ts";

export type MountedFileSystem = { device: string; type: string; size: string; mountpoint: string };

/** The rows of df; sizes as printed, with a decimal comma in some languages. */
export function readDf(text: string): MountedFileSystem[] {
  return linesOf(text).flatMap((line) => {
    const [, device, type, size, mountpoint] = row.exec(line) ?? [];
    return device && type && size && mountpoint ? [{ device, type, size, mountpoint }] : [];
  });
}

/** The language of the header line of df, which was that of the session before Tails 6.9. */
export function languageOfDf(text: string): LanguageHint | null {
  const [header = ""] = linesOf(text);
  const found = headers.find(([, words]) => words.every((word) => header.includes(word)));
  return found ? { language: found[0], from: "df" } : null;
}

const row = /^(\S+)\s+(\S+)\s+(\S+)\s+\S+\s+\S+\s+\S+%?\s+(\/.*)$/s;

// Words of the header that stand for one language alone.
const headers: readonly (readonly [string, readonly string[]])[] = [
  ["fr", ["Sys. de fichiers"]],
  ["es", ["S.ficheros"]],
  ["de", ["Dateisystem"]],
  ["it", ["File system", "Mont"]],
  ["pt_BR", ["Sist. Arq."]],
  ["pt_PT", ["Sist. fich"]],
  ["ca", ["Muntat a"]],
  ["ru", ["Файл.система"]],
  ["uk", ["Файлова система", "Змонтовано"]],
  ["pl", ["System plików"]],
  ["nl", ["Bestandssysteem"]],
  ["sv", ["Filsystem", "Monterat"]],
  ["da", ["Filsystem", "Monteret"]],
  ["nb", ["Filsystem", "Montert"]],
  ["cs", ["Souborový systém"]],
  ["hu", ["Fájlrendszer"]],
  ["tr", ["Dosyasistemi"]],
  ["el", ["Σύστημα αρχείων"]],
  ["ja", ["ファイルシス"]],
  ["zh_CN", ["文件系统"]],
  ["zh_TW", ["檔案系統"]],
];

function linesOf(text: string): string[] {
  return text
    .slice(0, 200_000)
    .split("\n", 1000)
    .map((line) => line.slice(0, 1000));
}
