import { createHash } from "node:crypto";
import { type Connection, type ListedMail, momentOf, wordsOf } from "./fetch-mails.ts";
import type { FetchedMail, Folder } from "./keep-mails.ts";
import { withTimeout } from "./mailbox.ts";

const pieceBytes = 512 * 1024;
const mostFailures = 3;

/**
 * What is here already of each large mail; it outlives a connection that broke. `shortCopy` is the digest of a copy that ended
 * before the size that the server tells.
 */
export type Pieces = Map<string, { got: Uint8Array[]; shortCopy: string | null }>;

export type Piecewise =
  | { ok: true; mail: FetchedMail }
  | { ok: false; reason: string }
  /** Something else is to be done first; the pieces are kept. */
  | "later";

/**
 * Fetches one large mail piece by piece (RFC 9051 §6.4.5, partial), so that it may take an hour over a slow line: what came
 * stays when the connection breaks, and after each piece `goOn` says whether others are to be served first. Some servers are
 * wrong about sizes: a mail that ends too early is fetched once more, and taken when it is the same again.
 */
export async function fetchInPieces(
  connection: Connection,
  folder: Folder,
  { uid, size }: ListedMail,
  pieces: Pieces,
  goOn: () => Promise<boolean>,
): Promise<Piecewise> {
  const name = `${folder.uidvalidity} ${uid}`;
  const begun = pieces.get(name) ?? { got: [], shortCopy: null };
  pieces.set(name, begun);
  for (let failures = 0; ; ) {
    const start = begun.got.reduce((sum, piece) => sum + piece.length, 0);
    const piece = await fetchPiece(connection, uid, start);
    failures = piece.ok ? 0 : failures + 1;
    if (!piece.ok && failures === mostFailures) {
      pieces.delete(name);
      return piece;
    }
    if (piece.ok) begun.got.push(piece.bytes);
    if (piece.ok && piece.bytes.length !== pieceBytes) {
      const raw = Buffer.concat(begun.got);
      const copy = createHash("sha256").update(raw).digest("hex");
      if (raw.length >= size || copy === begun.shortCopy) {
        pieces.delete(name);
        return { ok: true, mail: { uid, raw, sizeBytes: raw.length, receivedAt: momentOf(piece.date) } };
      }
      if (begun.shortCopy !== null) {
        pieces.delete(name);
        return { ok: false, reason: `it came to ${raw.length} of ${size} bytes` };
      }
      begun.got = [];
      begun.shortCopy = copy;
    }
    if (!(await goOn())) return "later";
  }
}

type FetchedPiece =
  | { ok: true; bytes: Buffer; date: Date | string | undefined }
  | { ok: false; reason: string };

async function fetchPiece(connection: Connection, uid: number, start: number): Promise<FetchedPiece> {
  const client = await connection.open();
  const query = { source: { start, maxLength: pieceBytes }, internalDate: true };
  try {
    const fetching = client.fetchOne(String(uid), query, { uid: true });
    const answer = await withTimeout(client, connection.settings, fetching, pieceBytes);
    // Nothing at all is no end of a mail: another poller may have moved it away.
    if (!answer || (!answer.source && start === 0)) return { ok: false, reason: "it gave nothing" };
    return { ok: true, bytes: answer.source ?? Buffer.alloc(0), date: answer.internalDate };
  } catch (error) {
    return { ok: false, reason: error instanceof Error ? wordsOf(error) : "unknown" };
  }
}
