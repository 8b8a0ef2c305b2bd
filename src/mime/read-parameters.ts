/** A header value with parameters (RFC 2045 §5.1): the first of each name counts. Also where the semicolon is missing. */
export function readParameters(text: string): { value: string; parameters: Map<string, string> } {
  const parameters = new Map<string, string>();
  const value = (/^[^;]*/.exec(text)?.[0] ?? "").trim().toLowerCase();
  const pattern = text.includes(";") ? afterSemicolon : afterSpace;
  for (const [, name = "", quoted, bare] of text.matchAll(pattern)) {
    const key = name.toLowerCase();
    if (!parameters.has(key)) parameters.set(key, quoted?.replace(/\\(.)/g, "$1") ?? bare ?? "");
  }
  return { value: value.replace(/^["'\s]+|["'\s]+$/g, ""), parameters };
}

const afterSemicolon = /;\s*([\w!#$&^.+*-]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s;"]*))/g;
const afterSpace = /\s([\w!#$&^.+*-]+)=(?:"((?:[^"\\]|\\.)*)"|([^\s;"]*))/g;
