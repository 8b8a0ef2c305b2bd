import type { Known } from "./report.ts";

export const absent: Known<never> = { state: "absent", value: null };

export function present<T>(value: T): Known<T> {
  return { state: "present", value };
}

export function unreadable(raw: string): Known<never> {
  return { state: "unreadable", value: null, raw };
}
