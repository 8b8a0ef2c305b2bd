import { withJoinersAlone } from "./invisible.ts";

const longest = 120;

/** A filename from outside without path, control and direction characters; joiners of its script stay; `fallback` when nothing is left. */
export function safeFilename(name: string, fallback = "unnamed"): string {
  // Far longer than any name that is kept, and short enough for every pattern here.
  const last = name.slice(-2000).toWellFormed().split(/[/\\]/).at(-1) ?? "";
  const clean = withJoinersAlone(last)
    .replace(/[\p{Cc}\u2028\u2029\ufffd]/gu, "")
    .replace(/[<>:"|?*]/g, "_")
    .replace(/\s+/g, " ")
    .replace(/^[. ]+|[. ]+$/g, "");
  return shorten(clean) || fallback;
}

/** Cuts in the middle, so that the extension stays. */
function shorten(name: string): string {
  const letters = Array.from(name);
  if (letters.length <= longest) return name;
  const dot = letters.lastIndexOf(".");
  const extension = dot > 0 && letters.length - dot <= 12 ? letters.slice(dot) : [];
  return [...letters.slice(0, longest - extension.length), ...extension].join("");
}
