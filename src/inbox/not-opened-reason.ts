/** How the reason begins of a mail that is encrypted and did not open: a key that is imported later may open it. */
export const notOpenedReason = "The mail is encrypted and was not opened";
