import { longEvery } from "./fill.ts";
import type { Look } from "./visitor.ts";

/** The pages of a shift at a desk of so many tickets; ticket pages in turn over the newest fifty of ten messages. */
export function looksAt(tickets: number): Look[] {
  const long = Math.floor(tickets / longEvery);
  const shown = Math.min(50, long);
  return [
    { name: "start", path: () => "/" },
    { name: "our turn, 50 rows", path: () => "/tickets" },
    { name: "queue, 50 rows", path: () => "/tickets?status=any&queue=1" },
    { name: "ticket, 10 messages", path: (turn) => `/tickets/${longEvery * (long - (turn % shown))}` },
  ];
}
