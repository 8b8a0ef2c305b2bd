import { type Connection, type ListedMail, momentOf, wordsOf } from "./fetch-mails.ts";
import type { FetchedMail, Folder } from "./keep-mails.ts";
import { withTimeout } from "./mailbox.ts";

const pieceBytes = 512 * 1024;
const mostFailures = 3;

/** The pieces of large mails that are here already; they outlive a connection that broke. */
export type Pieces = Map<string, Uint8Array[]>;

export type Piecewise =
  | { ok: true; mail: FetchedMail }
  | { ok: false; reason: string }
  /** Something else is to be done first; the pieces are kept. */
  | "later";

/**
 * Fetches one large mail piece by piece (RFC 9051 §6.4.5, partial), so that it may take an hour over a slow line: what came
 * stays when the connection breaks, and after each piece `goOn` says whether others are to be served first.
 */
export async function fetchInPieces(
  connection: Connection,
  folder: Folder,
  mail: ListedMail,
  pieces: Pieces,
  goOn: () => Promise<boolean>,
): Promise<Piecewise> {
  const name = `${folder.uidvalidity} ${mail.uid}`;
  const got = pieces.get(name) ?? [];
  pieces.set(name, got);
  let failures = 0;
  while (failures < mostFailures) {
    const client = await connection.open();
    const start = got.reduce((sum, piece) => sum + piece.length, 0);
    const query = { source: { start, maxLength: pieceBytes }, internalDate: true };
    try {
      const fetching = client.fetchOne(String(mail.uid), query, { uid: true });
      const answer = await withTimeout(client, connection.settings, fetching, pieceBytes);
      const piece = (answer || null)?.source ?? Buffer.alloc(0);
      got.push(piece);
      failures = 0;
      if (piece.length < pieceBytes) {
        pieces.delete(name);
        return whole(mail, Buffer.concat(got), answer ? answer.internalDate : undefined);
      }
    } catch (error) {
      failures += 1;
      if (failures === mostFailures) {
        pieces.delete(name);
        return { ok: false, reason: error instanceof Error ? wordsOf(error) : "unknown" };
      }
    }
    if (!(await goOn())) return "later";
  }
  return { ok: false, reason: "it did not come whole" };
}

/** A piece that is short ends the mail; where it ends too early something was lost on the way. */
function whole({ uid, size }: ListedMail, raw: Buffer, internalDate: Date | string | undefined): Piecewise {
  if (raw.length < size) return { ok: false, reason: `it came to ${raw.length} of ${size} bytes` };
  return { ok: true, mail: { uid, raw, sizeBytes: raw.length, receivedAt: momentOf(internalDate) } };
}
