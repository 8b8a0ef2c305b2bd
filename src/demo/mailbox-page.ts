import { randomBytes } from "node:crypto";
import { join } from "node:path";
import express, { type Express } from "express";
import nunjucks from "nunjucks";
import { composeClear, composeEncrypted } from "../mime/compose-mail.ts";
import { openSecretKeys } from "../openpgp/open-secret-keys.ts";
import type { DemoPeople } from "./demo-people.ts";
import { type ReceivedMail, readReceived } from "./received-mails.ts";
import { deskAddress, deskName } from "./secrets.ts";

export type DemoMailbox = {
  receivedFolder: string;
  people: DemoPeople;
  deskPublicKey: string;
  deskUrl: string;
  /** Delivers a person's answer into the desk's mailbox. */
  deliver(raw: Uint8Array): void;
};

/** The demo's own small site: what the people received, opened with their keys, and a way for them to write back. */
export function mailboxPage(mailbox: DemoMailbox): Express {
  const app = express();
  const root = join(import.meta.dirname, "../..");
  nunjucks.configure(join(root, "views"), { express: app, autoescape: true });
  app.disable("x-powered-by");
  app.use((_request, response, next) => {
    response.set(
      "Content-Security-Policy",
      "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'",
    );
    next();
  });
  app.use("/public", express.static(join(root, "public")));
  app.use(express.urlencoded({ extended: false, limit: "1mb" }));
  const received = () => readReceived(mailbox.receivedFolder, mailbox.people, mailbox.deskPublicKey);

  app.get("/", async (request, response) => {
    const sent = request.query.sent === "yes";
    response.render("demo/mailbox.njk", { mails: await received(), deskUrl: mailbox.deskUrl, sent });
  });
  app.post("/:number/write-back", async (request, response) => {
    const mail = (await received()).find(({ number }) => number === request.params.number);
    const text = typeof request.body?.text === "string" ? request.body.text.trim() : "";
    // Another site open in the same browser must not write in the name of these people.
    const forged = !["same-origin", "none", undefined].includes(request.get("sec-fetch-site"));
    if (!mail || !text || forged) return response.redirect(303, "/");
    mailbox.deliver(await writeBack(mailbox, mail, text));
    response.redirect(303, "/?sent=yes");
  });
  return app;
}

async function writeBack(mailbox: DemoMailbox, mail: ReceivedMail, text: string): Promise<Uint8Array> {
  const answer = {
    from: { name: "", address: mail.to },
    to: { name: deskName, address: deskAddress },
    subject: `Re: ${mail.subject}`,
    text,
    messageId: `<${randomBytes(12).toString("hex")}@example.org>`,
    inReplyTo: mail.messageId,
    references: mail.messageId ? [mail.messageId] : [],
    date: new Date(),
    language: null,
    attachments: [],
  };
  if (mail.protection === "clear") return await composeClear(answer);
  const key = await mailbox.people.keyOf(mail.to);
  return await composeEncrypted(answer, [mailbox.deskPublicKey], await openSecretKeys([key.secret]));
}
