import { createTransport } from "nodemailer";
import socks from "socks";
import { addressForServers } from "../mime/clean-address.ts";

/** The SMTP server that takes our mail; `proxy` is a SOCKS address. */
export type SmtpServer = {
  host: string;
  port: number;
  tls: "yes" | "starttls" | "no";
  user?: string | undefined;
  password?: string | undefined;
  proxy?: string | undefined;
  secondsToWait?: number;
};

/** What became of a mail that was offered to SMTP (RFC 5321 §4.2.1): `later` may be tried again, `unknown` never is. */
export type HandOver =
  | { state: "accepted" }
  | { state: "later" | "failed" | "unknown"; failure: string; senderRefused?: boolean };

/** How long handing one mail over may take in all, however slowly the server answers. */
export function mostSecondsOf(server: SmtpServer): number {
  return secondsToWait(server) * 4;
}

function secondsToWait(server: SmtpServer): number {
  return server.secondsToWait ?? 60;
}

/**
 * Offers one mail to the SMTP server, on a connection of its own. Never throws, and says when the end is not known.
 * `returnPath` is where the mail comes back to when it cannot be delivered; "": nowhere.
 */
export async function handOver(
  server: SmtpServer,
  from: string,
  to: string,
  raw: Uint8Array,
  returnPath = from,
): Promise<HandOver> {
  let textLeft = false;
  const transport = openSmtp(server, from, (reply) => {
    textLeft ||= reply.startsWith("354");
  });
  try {
    // The time limit closes the connection, so that nothing leaves after the mail was given up.
    const signal = AbortSignal.timeout(mostSecondsOf(server) * 1000);
    await transport.sendMail({
      envelope: { from: returnPath, to: [addressForServers(to)] },
      raw: Buffer.from(raw),
      signal,
    });
    return { state: "accepted" };
  } catch (error) {
    return judge(error, textLeft);
  } finally {
    transport.close();
  }
}

/** A transport to the SMTP server that connects when it is used; `from` gives the name that we greet with. */
export function openSmtp(server: SmtpServer, from: string, onReply: (reply: string) => void = () => {}) {
  const transport = createTransport({
    host: server.host,
    port: server.port,
    secure: server.tls === "yes",
    requireTLS: server.tls === "starttls",
    ignoreTLS: server.tls === "no",
    auth: server.user ? { user: server.user, pass: server.password ?? "" } : undefined,
    proxy: server.proxy,
    // The machine's own name must not stand in the mail's first Received line.
    name: from.slice(from.lastIndexOf("@") + 1),
    connectionTimeout: secondsToWait(server) * 1000,
    greetingTimeout: secondsToWait(server) * 1000,
    socketTimeout: secondsToWait(server) * 1000,
    disableFileAccess: true,
    disableUrlAccess: true,
    transactionLog: true,
    logger: watchReplies(onReply),
  });
  transport.set("proxy_socks_module", socks);
  return transport;
}

/**
 * Tells what the server replies, of which nothing is written anywhere. Until it asked for the text (354, RFC 5321
 * §4.1.1.4) none has left, whatever nodemailer has read ahead.
 */
function watchReplies(onReply: (reply: string) => void) {
  const ignore = () => {};
  const debug = (entry: unknown, reply: unknown) => {
    const said = typeof entry === "object" && entry !== null && "tnx" in entry && entry.tnx === "server";
    if (said && typeof reply === "string") onReply(reply);
  };
  return { level: ignore, trace: ignore, debug, info: ignore, warn: ignore, error: ignore, fatal: ignore };
}

/** The server's own words may hold an address, so only its code goes on. */
function judge(error: unknown, textLeft: boolean): HandOver {
  const { responseCode, command, code } = error as { responseCode?: number; command?: string; code?: string };
  const place = command ? ` to ${command}` : "";
  if (responseCode && responseCode >= 500) {
    const failure = `The mail server refused it: ${responseCode}${place}`;
    return { state: "failed", failure, ...(command === "MAIL FROM" ? { senderRefused: true } : {}) };
  }
  if (responseCode && responseCode >= 400) {
    return { state: "later", failure: `The mail server asked to try later: ${responseCode}${place}` };
  }
  if (textLeft) {
    return {
      state: "unknown",
      failure: `The connection broke after the text was handed over (${code ?? "no code"})`,
    };
  }
  return { state: "later", failure: `The mail server could not be reached (${code ?? "no code"})` };
}
