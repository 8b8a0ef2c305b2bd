/** What was asked for is not there: shown as a page 404. The message is for the reader of the code alone. */
export class NotFound extends Error {
  readonly status = 404;
}
