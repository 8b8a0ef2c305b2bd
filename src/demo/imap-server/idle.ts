import type { Command } from "./read-command.ts";
import { type Session, sayBye, selectedOf, sendNews } from "./session.ts";

/** Tells news as they happen, until the client says DONE (RFC 2177). */
export async function idle(session: Session, _command: Command): Promise<string> {
  const selected = selectedOf(session);
  const { folder } = selected;
  let telling = session.outlet.send("+ idling\r\n");
  const tell = () => {
    // One at a time, so that two changes in a row are told in their order.
    telling = telling.then(() =>
      folder.gone ? sayBye(session, "The mailbox was deleted") : sendNews(session, true),
    );
  };

  folder.watchers.add(tell);
  try {
    tell();
    const read = await session.reader.readLine(1000);
    folder.watchers.delete(tell);
    await telling;
    if (!read) session.isLeaving = true;
    return read && read !== "too long" && read.line.toUpperCase() === "DONE"
      ? "OK Idle completed."
      : "BAD Expected DONE.";
  } finally {
    folder.watchers.delete(tell);
  }
}
