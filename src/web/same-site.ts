import type { Request } from "express";

/** Whether a page of ours sent this: by Fetch Metadata, or, from a browser without it, by the Origin. */
export function cameFromOurs(request: Request): boolean {
  const site = request.get("sec-fetch-site");
  if (site !== undefined) return site === "same-origin" || site === "none";
  const origin = request.get("origin");
  return origin !== undefined && URL.canParse(origin) && new URL(origin).host === request.get("host");
}
