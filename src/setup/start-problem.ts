import { BadConfig } from "../config.ts";

/** Why a program cannot start, for the terminal of a sysadmin: names the setting that it is about where one is known. */
export function describeStartProblem(error: unknown): string {
  if (error instanceof BadConfig) return error.message;
  const message = error instanceof Error ? error.message : "";
  const taken = codeOf(error) === "EADDRINUSE" && message.match(/:(\d+)$/)?.[1];
  if (taken) return `WEB_PORT, WEB_METRICS_PORT or WORKER_METRICS_PORT: port ${taken} is taken`;
  return describeDatabaseProblem(error) ?? (message || "It could not start");
}

/** What keeps PostgreSQL from answering, in words; null when the error is about something else. */
export function describeDatabaseProblem(error: unknown): string | null {
  const code = codeOf(error);
  const words = code && databaseProblems[code];
  return words ? `${words} (${code})` : null;
}

/** The code of an error, or of what caused it; Node puts several tries to connect into one error. */
export function codeOf(error: unknown): string | null {
  if (!(error instanceof Error)) return null;
  if ("code" in error && typeof error.code === "string") return error.code;
  if (error instanceof AggregateError) return codeOf(error.errors[0]);
  return error.name === "KnexTimeoutError" || /Timeout acquiring/.test(error.message)
    ? "timeout"
    : codeOf(error.cause);
}

const unreachable = "DATABASE_URL: PostgreSQL cannot be reached there";
const databaseProblems: Record<string, string> = {
  ECONNREFUSED: "DATABASE_URL: no PostgreSQL listens there",
  ENOENT: "DATABASE_URL: no PostgreSQL listens on this socket",
  ENOTFOUND: "DATABASE_URL: no machine has this name",
  EAI_AGAIN: "DATABASE_URL: no machine has this name",
  ETIMEDOUT: unreachable,
  EHOSTUNREACH: unreachable,
  ENETUNREACH: unreachable,
  ECONNRESET: unreachable,
  timeout: "DATABASE_URL: PostgreSQL did not answer in time",
  "28P01": "DATABASE_PASSWORD: PostgreSQL refused user and password",
  "28000": "DATABASE_URL: PostgreSQL does not let this user in",
  "3D000": "DATABASE_URL: there is no database of this name",
  "42501": "DATABASE_URL: this user of PostgreSQL may not do what is needed",
  "53300": "DATABASE_URL: PostgreSQL has no connection left",
  "57P03": "DATABASE_URL: PostgreSQL is still starting",
};
