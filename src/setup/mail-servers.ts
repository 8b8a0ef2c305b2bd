import type { WorkerConfig } from "../config.ts";
import type { MailboxSettings } from "../inbox/mailbox.ts";
import type { SmtpServer } from "../outbox/hand-over.ts";

/** The mailbox that the settings name. */
export function mailboxOf(config: WorkerConfig): MailboxSettings {
  return {
    host: config.IMAP_HOST,
    port: config.IMAP_PORT,
    tls: config.IMAP_TLS,
    user: config.IMAP_USER,
    password: config.IMAP_PASSWORD,
    proxy: config.PROXY,
    folder: config.IMAP_FOLDER,
    doneFolder: config.IMAP_DONE_FOLDER,
    secondsToWait: config.MAIL_SERVER_SECONDS,
  };
}

/** The SMTP server that the settings name. */
export function smtpOf(config: WorkerConfig): SmtpServer {
  return {
    host: config.SMTP_HOST,
    port: config.SMTP_PORT,
    tls: config.SMTP_TLS,
    user: config.SMTP_USER,
    password: config.SMTP_PASSWORD,
    proxy: config.PROXY,
    secondsToWait: config.MAIL_SERVER_SECONDS,
  };
}
