const longest = 200;

/** A folder name as people write it, from its form on the wire (modified UTF-7, RFC 3501 §5.1.3); null when it is malformed. */
export function decodeFolderName(wire: string): string | null {
  if (!/^[\x20-\x7e]*$/.test(wire)) return null;
  const name = wire.replace(/&([A-Za-z0-9+,]*)-/g, (_, coded: string) =>
    coded === "" ? "&" : decodeUtf16(coded),
  );
  return encodeFolderName(name) === wire ? withInbox(name) : null;
}

/** The form of a folder name on the wire. */
export function encodeFolderName(name: string): string {
  return name.replace(/&|[^\x20-\x7e]+/g, (piece) => (piece === "&" ? "&-" : `&${encodeUtf16(piece)}-`));
}

/** Why a folder may not have this name, or null. */
export function problemOfFolderName(name: string): string | null {
  if (name === "") return "Name is empty";
  if (Buffer.byteLength(name) > longest) return "Name is too long";
  if (/\p{Cc}|\p{Cs}/u.test(name)) return "Name holds a forbidden character";
  if (name.split("/").some((piece) => piece === "" || piece === "." || piece === ".."))
    return "Name has an empty part";
  return null;
}

function withInbox(name: string): string {
  return name.toUpperCase() === "INBOX" ? "INBOX" : name;
}

function decodeUtf16(coded: string): string {
  const bytes = Buffer.from(coded.replaceAll(",", "/"), "base64");
  // A string that ends in half a character is malformed and fails the comparison with its own encoding.
  return bytes
    .subarray(0, bytes.length - (bytes.length % 2))
    .swap16()
    .toString("utf16le");
}

function encodeUtf16(text: string): string {
  return Buffer.from(text, "utf16le").swap16().toString("base64").replaceAll("/", ",").replace(/=+$/, "");
}
