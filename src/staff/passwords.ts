import { randomInt } from "node:crypto";
import { hash, verify } from "@node-rs/argon2";

export const shortestPassword = 12;
const longestPassword = 1000;

/** Argon2id (RFC 9106) with 19 MiB and two passes, as a PHC string. */
export async function hashPassword(password: string): Promise<string> {
  return await hash(password.normalize("NFKC"), {
    memoryCost: 19 * 1024,
    timeCost: 2,
    parallelism: 1,
  });
}

/** Compares in the same time whether the account exists or not: give `undefined` for no account. */
export async function checkPassword(storedHash: string | undefined, password: string): Promise<boolean> {
  const matches = await verify(
    storedHash ?? (await nobodysHash()),
    password.slice(0, longestPassword).normalize("NFKC"),
  );
  return matches && storedHash !== undefined;
}

/** Says what is wrong with a new password, in words for the person; null when it will do. */
export function weaknessOf(password: string, name: string): string | null {
  if (Array.from(password).length < shortestPassword) return `Use at least ${shortestPassword} characters`;
  if (password.length > longestPassword) return `Use at most ${longestPassword} characters`;
  const plain = password.toLowerCase();
  if (plain.replaceAll(name.toLowerCase(), "").length < shortestPassword / 2)
    return "Use a password that is not made of your name";
  if (new Set(plain).size < 5) return "Use more than a few different characters";
  return null;
}

/** A one-time password that can be read over the phone: no characters that look alike, 20 of 31 = 99 bits. */
export function newPassword(): string {
  const letters = "abcdefghjkmnpqrstuvwxyz23456789";
  const characters = Array.from({ length: 20 }, () => letters[randomInt(letters.length)]);
  return characters.join("").replace(/(.{5})(?=.)/g, "$1-");
}

let nobody: Promise<string> | undefined;

function nobodysHash(): Promise<string> {
  nobody ??= hashPassword(newPassword());
  return nobody;
}
