/**
 * A piece of a mail that looks encrypted, or like a key, and could not be read. Whoever sends one counts as somebody who
 * encrypts. `where` is the name of a file, or "text"; `why` is for the staff.
 */
export type NotRead = { sort: "OpenPGP message" | "S/MIME" | "key"; where: string; why: string };
