import { randomBytes } from "node:crypto";
import { link, mkdir, open, rename, rm, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { hasContent } from "./desk-folder.ts";

/**
 * Writes a new secret file that only its owner can read. One with content is never touched: returns false. It appears
 * whole or not at all.
 */
export async function makeSecretFile(file: string, content: string): Promise<boolean> {
  if (hasContent(file)) return false;
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });

  const draft = draftOf(file);
  try {
    await writeWhole(draft, content);
    return await putInPlace(draft, file);
  } finally {
    await rm(draft, { force: true });
  }
}

/** Puts a new content in the place of a secret file, whole or not at all; only its owner can read it. */
export async function replaceSecretFile(file: string, content: string): Promise<void> {
  const draft = draftOf(file);
  try {
    await writeWhole(draft, content);
    await rename(draft, file);
  } finally {
    await rm(draft, { force: true });
  }
}

/** Writes a new file that anybody may read, whole or not at all; false when there is one already. */
export async function makePublicFile(file: string, content: string): Promise<boolean> {
  const draft = draftOf(file);
  try {
    await writeWhole(draft, content, 0o644);
    return await putInPlace(draft, file);
  } finally {
    await rm(draft, { force: true });
  }
}

function draftOf(file: string): string {
  return `${file}.${randomBytes(4).toString("hex")}`;
}

/** True when others than the owner can read or write the file. */
export async function isOpenToOthers(file: string): Promise<boolean> {
  return ((await stat(file)).mode & 0o077) !== 0;
}

/** A random text for a password or a session secret: 256 bits. */
export function newSecret(): string {
  return `${randomBytes(32).toString("base64url")}\n`;
}

async function writeWhole(file: string, content: string, mode = 0o600): Promise<void> {
  const handle = await open(file, "wx", mode);
  try {
    await handle.writeFile(content);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function putInPlace(draft: string, file: string): Promise<boolean> {
  try {
    await link(draft, file);
    return true;
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "EEXIST")) throw error;
    if (hasContent(file)) return false;
    await rename(draft, file);
    return true;
  }
}
