/**
 * Whether a row of `tickets` is unread for somebody: it was written to since they began here, and somebody else wrote a
 * message or note after the last one that they were shown. `staffId` is SQL, and stands there three times; the desk's own
 * acknowledgements are nothing to read.
 */
export function unreadSql(staffId: string): string {
  // "offset 0" makes PostgreSQL ask this ticket by ticket, newest first: it would rather read all messages.
  return `tickets.last_message_at > (select unread_since from staff where staff.id = ${staffId})
    and exists (select from messages
      where messages.ticket_id = tickets.id
        and messages.id > coalesce((select last_message_id from ticket_reads
          where ticket_reads.ticket_id = tickets.id and ticket_reads.staff_id = ${staffId}), 0)
        and messages.staff_id is distinct from ${staffId} and messages.kind <> 'acknowledgement' offset 0)`;
}
