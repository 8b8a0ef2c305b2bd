// How many times slower than the usual machine this one is: `npm test` has measured it. A file that is run without it gets room.
const slowness = Number(process.env.WHISPERDESK_TEST_SLOWNESS ?? 3);

// However quick the machine was when it was measured, a busy hour may begin.
const room = 3;

/** Milliseconds to wait for what takes at most so many seconds on the usual machine. What takes longer hangs. */
export function limit(seconds: number): number {
  return Math.ceil(seconds * 1000 * slowness * room);
}
