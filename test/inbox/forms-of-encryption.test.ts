import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import { after, before, describe, test } from "node:test";
import { createMessage, encrypt, readKey } from "openpgp";
import { generateSecretKey } from "#src/openpgp/generate-secret-key.ts";
import { howItMayLeave } from "#src/outbox/how-it-may-leave.ts";
import { type Tool, tools } from "../fixtures/mails/corpus-tools.ts";
import { type Intake, startIntake } from "../support/intake.ts";
import { oddWrappings } from "./odd-wrappings.ts";
import { type Ciphertexts, type Wrapping, words, wrapped, wrappings } from "./wrappings.ts";

const entity = Buffer.from(`Content-Type: text/plain; charset=utf-8\r\n\r\n${words}\r\n`);

for (const tool of tools) {
  describe(tool.name, { skip: tool.isInstalled ? false : `${tool.name} is not installed` }, () => {
    let intake: Intake;
    let ciphertexts: Ciphertexts;
    const endings: (() => Promise<void>)[] = [];
    before(async () => {
      intake = await startIntake({ after: (undo) => void endings.push(undo) });
      ciphertexts = await ciphertextsBy(tool);
    });
    after(async () => {
      for (const undo of endings.toReversed()) await undo();
    });

    for (const [index, wrapping] of [...wrappings, ...oddFor(tool)].entries()) {
      test(`${wrapping.name}: ${wrapping.expected}, and nothing leaves in clear by one tick`, async () => {
        const address = `mia-${index}@example.org`;
        const raw = wrapped(wrapping, ciphertexts, address);

        await intake.deliver(raw);

        const mail = await intake
          .db("mails")
          .orderBy("id", "desc")
          .first("state", "set_aside_reason", "ticket_id");
        const text = mail.ticket_id ? await textOf(intake, mail.ticket_id) : "";
        const isOpened = text.includes(words);
        if (wrapping.expected === "opened") assert.ok(isOpened, `${mail.set_aside_reason ?? ""} ${text}`);
        else if (wrapping.expected === "key") assert.ok(await offersKey(intake, mail.ticket_id), text);
        else
          assert.ok(
            isOpened || mail.set_aside_reason !== null || (await saysSo(intake, mail.ticket_id)),
            text,
          );
        const leaving = { to: address, ticketId: mail.ticket_id, clear: { by: "one" as const } };
        assert.equal((await howItMayLeave(intake.db, intake.vault, leaving)).ok, false);
      });
    }
  });
}

const docs = new URL("../../docs/mail.md", import.meta.url);

test("there are at least sixty forms, and the table in docs/mail.md is this one", async () => {
  const all = [...wrappings, ...oddWrappings];
  const rows = all.map(({ name, expected }) => `| ${name} | ${shown[expected]} |`);
  const text = await readFile(docs, "utf8");
  const table = /(\| form \| what becomes of it \|\n\|---\|---\|\n)(?:\|.*\n)+/;

  const right = text.replace(table, (_, head: string) => `${head}${rows.join("\n")}\n`);

  if (process.env.UPDATE_DOCS === "yes") await writeFile(docs, right);
  else assert.equal(text, right, "UPDATE_DOCS=yes writes it anew");
  assert.ok(wrappings.length * tools.length >= 60);
  assert.equal(new Set(all.map(({ name }) => name)).size, all.length);
});

const shown = { opened: "opened", said: "said", key: "offered as a key" };

/** What stands around the packets does not depend on who made them; GnuPG heads them in the old format. */
function oddFor({ name }: Tool): Wrapping[] {
  if (name === "OpenPGP.js") return oddWrappings;
  return name === "gpg" ? oddWrappings.filter((one) => /BEGIN|packets|base64|binary/.test(one.name)) : [];
}

async function ciphertextsBy(tool: Tool): Promise<Ciphertexts> {
  const text = async (bytes: Uint8Array, hidden = false) =>
    Buffer.from(await tool.encrypt(bytes, { hidden })).toString("latin1");
  return {
    text: await text(Buffer.from(`${words}\n`)),
    entity: await text(entity),
    hidden: await text(entity, true),
    foreign: await foreignMessage(),
    password: await encrypt({
      message: await createMessage({ text: words }),
      passwords: ["correct horse"],
      format: "armored",
    }),
    key: (await generateSecretKey("", "mia@example.org")).public,
  };
}

async function foreignMessage(): Promise<string> {
  const { public: armoredKey } = await generateSecretKey("", "somebody@example.org");
  return await encrypt({
    message: await createMessage({ text: words }),
    encryptionKeys: await readKey({ armoredKey }),
    format: "armored",
  });
}

async function textOf({ db, vault }: Intake, ticketId: string): Promise<string> {
  const message = await db("messages")
    .join("vault_keys", "vault_keys.id", "messages.key_id")
    .where({ ticket_id: ticketId })
    .orderBy("messages.id")
    .first("sealed_content", "wrapped_key");
  const files = await db("attachments")
    .join("messages", "messages.id", "attachments.message_id")
    .where({ ticket_id: ticketId })
    .select("attachments.*");
  const content = JSON.parse(vault.open(message.wrapped_key, "message", message.sealed_content));
  const bytes = files.map((file) =>
    vault.openBytes(message.wrapped_key, "attachment", file.sealed_bytes).toString(),
  );
  return [content.text, ...bytes].join("\n");
}

async function saysSo({ db }: Intake, ticketId: string): Promise<boolean> {
  const unopened = await db("unopened_parts")
    .join("messages", "messages.id", "unopened_parts.message_id")
    .where({ ticket_id: ticketId });
  return unopened.length > 0;
}

async function offersKey({ db }: Intake, ticketId: string): Promise<boolean> {
  const offered = await db("offered_keys")
    .join("messages", "messages.id", "offered_keys.message_id")
    .where({ "messages.ticket_id": ticketId });
  return offered.length > 0;
}
