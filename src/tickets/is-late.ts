const hours = 48;

/** Whether a person has waited for us longer than we want anybody to wait. */
export function isLate(ticket: { our_turn_since: Date | null }, now = Date.now()): boolean {
  return ticket.our_turn_since !== null && now - ticket.our_turn_since.getTime() > hours * 3_600_000;
}
