const mostNames = 2000;
const entry = "PK\x01\x02";

/** The names in the directory of a ZIP archive (APPNOTE 4.3.12), one character for each byte; none of anything else. */
export function namesInArchive(bytes: string): string[] {
  const names: string[] = [];
  if (!bytes.startsWith("PK\x03\x04")) return names;
  for (
    let at = bytes.indexOf(entry);
    at !== -1 && names.length < mostNames;
    at = bytes.indexOf(entry, at + 46)
  ) {
    const length = bytes.charCodeAt(at + 28) + bytes.charCodeAt(at + 29) * 256;
    names.push(bytes.slice(at + 46, at + 46 + length));
  }
  return names;
}
