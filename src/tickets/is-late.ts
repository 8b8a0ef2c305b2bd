/** Whether a person has waited for us longer than the queue promises, in real hours; 48 where no queue is known. */
export function isLate(
  ticket: { our_turn_since: Date | null; promise_hours?: number },
  now = Date.now(),
): boolean {
  const promised = (ticket.promise_hours ?? 48) * 3_600_000;
  return ticket.our_turn_since !== null && now - ticket.our_turn_since.getTime() > promised;
}
