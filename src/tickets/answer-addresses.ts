import { type Database, sendTogether } from "../database.ts";
import { keyOfAddress } from "../mime/clean-address.ts";
import { maskAddresses } from "../people/mask-address.ts";
import type { Vault } from "../vault/vault.ts";
import type { StoredReport } from "./read-report.ts";
import type { MessageContent } from "./ticket.ts";

/** An address to which answers of a ticket may go, and everywhere that it stands. Nothing of it is proven. */
export type AnswerAddress = {
  /** Names it in a form, without telling it. */
  value: string;
  address: string;
  masked: string;
  /** As its owner or somebody else wrote it; addresses in it are masked. */
  name: string;
  /** "Sender", "Reply-To" and so on. */
  places: string[];
  /** Answers go there now, or would if nobody had to choose. */
  isNow: boolean;
};

const forwarded = "Sender of a mail that was forwarded";
const attached = "Sender of a mail that was attached";
const mostMessages = 100;
const mostReports = 20;
const mostShown = 12;

/** The addresses that a ticket, its messages and its report name, the one to which answers go first. Three statements. */
export async function answerAddresses(
  db: Database,
  vault: Vault,
  ticketId: string,
): Promise<AnswerAddress[]> {
  const [person, reports, messages] = await sendTogether([
    personOf(db, vault, ticketId),
    namedInReports(db, vault, ticketId),
    namedInMessages(db, vault, ticketId),
  ]);
  const now = person ? [{ ...person, place: null, name: "" }] : [];
  const byAddress = Map.groupBy([...now, ...reports, ...messages], ({ address }) => keyOfAddress(address));
  return [...byAddress.values()].slice(0, mostShown).map((same): AnswerAddress => {
    const [first] = same;
    const { value = "", address = "" } = first ?? {};
    const places = [...new Set(same.flatMap(({ place }) => place ?? []))];
    return {
      value,
      address,
      masked: maskAddresses(address),
      name: maskAddresses(same.find(({ name }) => name !== "")?.name ?? "").slice(0, 80),
      places: places.length > 0 ? places : ["Chosen before"],
      isNow: first?.place === null,
    };
  });
}

type Named = { value: string; address: string; name: string; place: string };

async function personOf(db: Database, vault: Vault, ticketId: string) {
  const row = await db("tickets")
    .join("people", "people.id", "tickets.person_id")
    .join("vault_keys", "vault_keys.id", "people.key_id")
    .where("tickets.id", ticketId)
    .first("people.id", "sealed_address", "wrapped_key");
  if (!row) return null;
  return { value: `person-${row.id}`, address: vault.open(row.wrapped_key, "address", row.sealed_address) };
}

/** The contacts of its reports, and of others that came with the id of one of them. */
async function namedInReports(db: Database, vault: Vault, ticketId: string): Promise<Named[]> {
  const rows = await db("reports")
    .join("messages", "messages.id", "reports.message_id")
    .join("vault_keys", "vault_keys.id", "messages.key_id")
    .where("messages.ticket_id", ticketId)
    .orWhereIn(
      "whisperback_id",
      db("reports")
        .join("messages as here", "here.id", "reports.message_id")
        .where("here.ticket_id", ticketId)
        .select("whisperback_id"),
    )
    .orderBy("messages.id")
    .limit(mostReports)
    .select<ReportRow[]>("messages.id", "ticket_id", "sealed_report", "wrapped_key");
  return rows.flatMap(({ id, ticket_id, sealed_report, wrapped_key }) => {
    const { contact }: StoredReport = JSON.parse(vault.open(wrapped_key, "report", sealed_report));
    if (!contact.value) return [];
    const place =
      ticket_id === ticketId ? "Contact in this report" : `Contact in the report of #${ticket_id}`;
    return { value: `${id}-contact`, address: contact.value.address, name: "", place };
  });
}

type ReportRow = { id: string; ticket_id: string; sealed_report: Buffer; wrapped_key: Buffer };

async function namedInMessages(db: Database, vault: Vault, ticketId: string): Promise<Named[]> {
  const rows = await db("messages")
    .join("vault_keys", "vault_keys.id", "messages.key_id")
    .where({ ticket_id: ticketId, kind: "from_user" })
    .orderBy("messages.id", "desc")
    .limit(mostMessages)
    .select<{ id: string; sealed_content: Buffer; wrapped_key: Buffer }[]>(
      "messages.id",
      "sealed_content",
      "wrapped_key",
    );
  return rows.flatMap(({ id, sealed_content, wrapped_key }) =>
    namedIn(id, JSON.parse(vault.open(wrapped_key, "message", sealed_content))),
  );
}

function namedIn(id: string, { from, named = [] }: MessageContent): Named[] {
  const sender = from ? [{ ...from, value: `${id}-from`, place: "Sender" }] : [];
  const others = named.map(({ where, ...one }, at) => ({
    ...one,
    value: `${id}-${at}`,
    place: placeWords[where],
  }));
  return [...sender, ...others];
}

const placeWords = {
  "Reply-To": "Reply-To",
  "Reply-To, a mailing list": "Reply-To, a mailing list: everybody on it would read the answer",
  "Reply-To, another name": "Reply-To, another name",
  "X-Original-From": "X-Original-From",
  "forwarded mail": forwarded,
  "attached mail": attached,
};

/** Without those that stand in a forwarded or attached mail alone: to make it theirs takes a reason. */
export function answerableHere(addresses: AnswerAddress[]): AnswerAddress[] {
  return addresses.filter(({ places }) => places.some((place) => place !== forwarded && place !== attached));
}
