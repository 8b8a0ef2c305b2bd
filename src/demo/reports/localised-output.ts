import type { Machine } from "./machines.ts";
import type { Language } from "./told-report.ts";

/** `free --mega --wide`, with the labels of the session's language. */
export function freeOutput(language: Language, machine: Machine): string {
  const used = Math.round(machine.memory * 0.31);
  const cache = Math.round(machine.memory * 0.36);
  const numbers = [
    machine.memory,
    used,
    machine.memory - used - cache - 97,
    312,
    97,
    cache,
    machine.memory - used - 412,
  ];
  const [label, swap, header] = freeLabels[language];
  return `${header}
${label.padEnd(8)}${numbers.map((number) => String(number).padStart(12)).join("")}
${swap.padEnd(8)}${"0".padStart(12).repeat(3)}`;
}

/** `lscpu`, with the labels of the session's language. */
export function lscpuOutput(language: Language, { cpu }: Machine): string {
  const [architecture, modes, order, count, vendor, name] = cpuLabels[language];
  const rows = [
    [architecture, "x86_64"],
    [modes, "32-bit, 64-bit"],
    [order, "Little Endian"],
    [count, String(cpu.threads)],
    [vendor, cpu.vendor],
    [name, cpu.name],
    ...(language === "en"
      ? [
          ["CPU family:", String(cpu.family)],
          ["Model:", String(cpu.model)],
        ]
      : []),
    ["Vulnerability Meltdown:", cpu.family === 6 && cpu.model < 100 ? "Mitigation; PTI" : "Not affected"],
  ];
  return rows.map(([label = "", value]) => `${label.padEnd(40)}${value}`).join("\n");
}

/** `df`, with the header of the session's language and decimal commas where it has them. */
export function dfOutput(language: Language, disk: string, sizeOfTails: string, unlocked: boolean): string {
  const rows = [
    "udev             devtmpfs  3.7G     0  3.7G   0% /dev",
    "tmpfs            tmpfs     776M  1.6M  774M   1% /run",
    sizeOfTails === ""
      ? "/dev/sr0         iso9660   1.5G  1.5G     0 100% /lib/live/mount/medium"
      : `/dev/${disk}1        vfat      ${sizeOfTails}  1.7G  6.3G  22% /lib/live/mount/medium`,
    "/dev/loop0       squashfs  1.5G  1.5G     0 100% /usr/lib/live/mount/rootfs/filesystem.squashfs",
    "overlay          overlay   3.8G  231M  3.6G   6% /",
    ...(unlocked
      ? ["/dev/mapper/TailsData_unlocked ext4   21G  1.4G   18G   8% /live/persistence/TailsData_unlocked"]
      : []),
  ];
  const body = rows.join("\n");
  return `${dfHeaders[language]}\n${language === "en" ? body : body.replace(/(\d)\.(\d)/g, "$1,$2")}`;
}

const freeLabels: Record<Language, [memory: string, swap: string, header: string]> = {
  en: [
    "Mem:",
    "Swap:",
    "               total        used        free      shared     buffers       cache   available",
  ],
  fr: [
    "Mem:",
    "Swap:",
    "               total       utilisé      libre     partagé    tampons      cache   disponible",
  ],
  de: [
    "Speicher:",
    "Swap:",
    "              gesamt       benutzt       frei      gemns.     Puffer      Cache   verfügbar",
  ],
  es: [
    "Mem:",
    "Inter:",
    "               total        usado       libre  compartido     búferes     caché  disponible",
  ],
  it: [
    "Mem:",
    "Swap:",
    "              totale       usati      liberi   condivisi      buffer      cache disponibili",
  ],
  pt: [
    "Mem.:",
    "Swap:",
    "               total       usada       livre    compart.    buffers      cache  disponível",
  ],
};

const cpuLabels: Record<Language, [string, string, string, string, string, string]> = {
  en: ["Architecture:", "CPU op-mode(s):", "Byte Order:", "CPU(s):", "Vendor ID:", "Model name:"],
  fr: [
    "Architecture :",
    "Mode(s) opératoire(s) des processeurs :",
    "Boutisme :",
    "Processeur(s) :",
    "Identifiant constructeur :",
    "Nom de modèle :",
  ],
  de: [
    "Architektur:",
    "CPU Operationsmodus:",
    "Byte-Reihenfolge:",
    "CPU(s):",
    "Anbieterkennung:",
    "Modellname:",
  ],
  es: [
    "Arquitectura:",
    "modo(s) de operación de las CPUs:",
    "Orden de los bytes:",
    "CPU(s):",
    "ID de fabricante:",
    "Nombre del modelo:",
  ],
  it: ["Architettura:", "Modalità op CPU:", "Ordine dei byte:", "CPU:", "Vendor ID:", "Nome modello:"],
  pt: [
    "Arquitetura:",
    "Modo(s) operacional da CPU:",
    "Ordem dos bytes:",
    "CPU(s):",
    "ID de fornecedor:",
    "Nome do modelo:",
  ],
};

const dfHeaders: Record<Language, string> = {
  en: "Filesystem       Type      Size  Used Avail Use% Mounted on",
  fr: "Sys. de fichiers Type     Taille Utilisé Dispo Uti% Monté sur",
  de: "Dateisystem      Typ       Größe Benutzt Verf. Verw% Eingehängt auf",
  es: "S.ficheros       Tipo     Tamaño Usados  Disp Uso% Montado en",
  it: "File system      Tipo      Dim. Usati Dispon. Uso% Montato su",
  pt: "Sist. Arq.       Tipo      Tam. Usado Disp. Uso% Montado em",
};
