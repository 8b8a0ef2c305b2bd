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
  secondsToWait?: number;
};

/** Nothing came back within the time: the connection is given up. */
export class MailboxTimeout extends Error {}

/** Opens a connection with the folder selected; the caller closes it. */
export async function openMailbox(settings: MailboxSettings): Promise<ImapFlow> {
  const seconds = settings.secondsToWait ?? 60;
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
    clientInfo: { name: "mail" },
  });
  // A connection that breaks while nobody waits for it must not end the process; the next call fails instead.
  client.on("error", () => {});
  try {
    await withTimeout(client, seconds, client.connect());
    await withTimeout(client, seconds, client.mailboxOpen(settings.folder));
    return client;
  } catch (error) {
    client.close();
    throw error;
  }
}

/** imapflow waits for ever on a connection that went quiet: past the time it is closed and `MailboxTimeout` thrown. */
export async function withTimeout<Result>(
  client: ImapFlow,
  seconds: number,
  work: Promise<Result>,
): Promise<Result> {
  let timer: NodeJS.Timeout | undefined;
  const tooLong = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(new MailboxTimeout("The mail server did not answer in time"));
      client.close();
    }, seconds * 1000);
  });
  try {
    return await Promise.race([work, tooLong]);
  } finally {
    clearTimeout(timer);
  }
}
