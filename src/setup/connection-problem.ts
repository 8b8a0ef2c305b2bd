import { getSystemErrorName } from "node:util";
import { MailboxTimeout } from "../inbox/mailbox.ts";

/** Why a mail server cannot be used, in words that name the setting; `kind` is how the settings begin. */
export function describeConnectionProblem(error: unknown, kind: "IMAP" | "SMTP"): string {
  const code = codeOf(error);
  const words = problems.find(([pattern]) => pattern.test(code))?.[1];
  if (error instanceof Error && ("authenticationFailed" in error || code === "EAUTH"))
    return `${kind}_USER, ${kind}_PASSWORD: the server refuses this sign-in`;
  if (!words) return `${kind}_HOST, ${kind}_PORT: the conversation with the server failed (${code})`;
  return `${words.replaceAll("*", kind)} (${code})`;
}

const problems: [pattern: RegExp, words: string][] = [
  [/PROXY|^ERR_SOCKS/i, "PROXY: the way through the proxy failed"],
  [/^(ENOTFOUND|EAI_\w+|EDNS)$/, "*_HOST: no machine has this name"],
  [/^ECONNREFUSED$/, "*_PORT: nothing listens there"],
  [/TIME_?D?OUT|^timeout$/, "*_HOST, *_PORT: no answer in time"],
  [
    /^(EHOSTUNREACH|ENETUNREACH|ECONNRESET|EPIPE|ECONNECTION)$|Closed|NoConnection/,
    "*_HOST, *_PORT: the connection breaks",
  ],
  [/WRONG_VERSION|^EPROTO$|PACKET_LENGTH/, "*_TLS, *_PORT: the server speaks no TLS on this port"],
  [
    /CERT|SELF_SIGNED|UNABLE_TO_|ALTNAME|ETLS|TLS/,
    "*_TLS: the certificate of the server is not valid for this name",
  ],
];

/** Libraries put a code of their own over that of the system, which says more. */
function codeOf(error: unknown): string {
  if (error instanceof MailboxTimeout) return "timeout";
  if (!(error instanceof Error)) return "no code";
  if (error.cause instanceof Error && "code" in error.cause) return codeOf(error.cause);
  const { errno, code, responseCode } = error as { errno?: number; code?: string; responseCode?: number };
  if (/proxy|socks/i.test(error.message)) return "EPROXY";
  if (typeof errno === "number" && errno < 0) return getSystemErrorName(errno);
  // OpenSSL's and the TLS layer's reasons stand in the message alone once a library has wrapped the error.
  const reason = /wrong version number|self-signed certificate|altnames|certificate has expired/i.exec(
    error.message,
  );
  if (reason) return /wrong/i.test(reason[0]) ? "EPROTO" : "CERTIFICATE";
  return code ?? (responseCode ? String(responseCode) : error.name);
}
