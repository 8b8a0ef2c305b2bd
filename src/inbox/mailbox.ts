import { ImapFlow } from "imapflow";

/** The account whose mail this desk takes over. */
export type MailboxSettings = {
  host: string;
  port: number;
  tls: boolean;
  user: string;
  password: string;
  proxy?: string | undefined;
  folder: string;
  doneFolder: string;
  /** How long the server may be silent. */
  secondsToWait?: number;
};

/** Nothing came back within the time: the connection is given up. */
export class MailboxTimeout extends Error {}

/** Opens a connection with the folder selected; the caller closes it. */
export async function openMailbox(settings: MailboxSettings): Promise<ImapFlow> {
  const seconds = secondsToWait(settings);
  const client = new ImapFlow({
    host: settings.host,
    port: settings.port,
    secure: settings.tls && settings.port !== 143,
    doSTARTTLS: settings.tls ? settings.port === 143 : false,
    auth: { user: settings.user, pass: settings.password },
    proxy: settings.proxy,
    logger: false,
    emitLogs: false,
    disableAutoIdle: true,
    greetingTimeout: seconds * 1000,
    connectionTimeout: seconds * 1000,
    socketTimeout: seconds * 2000,
    clientInfo: anonymous,
  });
  // A connection that breaks while nobody waits for it must not end the process; the next call fails instead.
  client.on("error", () => {});
  try {
    await withTimeout(client, settings, client.connect());
    await withTimeout(client, settings, client.mailboxOpen(settings.folder));
    return client;
  } catch (error) {
    client.close();
    throw error;
  }
}

/** Fields that are empty are left out, and an ID without fields is NIL: neither the library nor its version is named (RFC 2971 §3.3). */
const anonymous = { name: "", version: "", vendor: "", "support-url": "" };

/** Below this many bytes a second a line is as good as dead, however steadily they come. */
const slowestBytesPerSecond = 1000;

/**
 * Waits for the server as long as bytes come: past `secondsToWait` since the last one the connection is closed and
 * `MailboxTimeout` thrown, for imapflow itself waits for ever on a connection that went quiet. `bytes` is how much is
 * expected: a server that sends one byte a minute is given up in the end.
 */
export async function withTimeout<Result>(
  client: ImapFlow,
  settings: MailboxSettings,
  work: Promise<Result>,
  bytes = 0,
): Promise<Result> {
  const silence = secondsToWait(settings) * 1000;
  const longest = silence * 10 + (bytes / slowestBytesPerSecond) * 1000;
  const began = performance.now();
  let [received, lastByte] = [receivedBy(client), began];
  let timer: NodeJS.Timeout | undefined;
  const tooLong = new Promise<never>((_, reject) => {
    timer = setInterval(() => {
      const now = performance.now();
      if (receivedBy(client) !== received) [received, lastByte] = [receivedBy(client), now];
      if (now - lastByte < silence && now - began < longest) return;
      reject(new MailboxTimeout("The mail server did not answer in time"));
      client.close();
    }, silence / 8);
  });
  try {
    return await Promise.race([work, tooLong]);
  } finally {
    clearInterval(timer);
  }
}

function receivedBy(client: ImapFlow): number {
  return client.stats().received;
}

function secondsToWait(settings: MailboxSettings): number {
  return settings.secondsToWait ?? 60;
}
