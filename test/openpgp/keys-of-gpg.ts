import type { TestContext } from "node:test";
import { createGnupg, type Gnupg, mustWork } from "./gnupg.ts";

/** A person's key in GnuPG, and what its owner may do to it. */
export type OwnedKey = {
  gpg: Gnupg;
  address: string;
  fingerprint: string;
  /** Armoured, as it is now. */
  exported(): string;
  /** A revocation of the whole key, armoured and alone. Reasons: 0 none, 1 compromised, 2 superseded, 3 used no more. */
  revocation(reason: 0 | 1 | 2 | 3): string;
  importIt(armored: string): void;
  /** Runs commands of `gpg --edit-key`. */
  edit(...commands: string[]): void;
};

/** Ed25519 with a part for encryption, and a name. */
export function ownedKey(t: TestContext, address: string, options: { expires?: string } = {}): OwnedKey {
  const gpg = createGnupg(t);
  const run = (...args: string[]) => mustWork(gpg.run(["--passphrase", "", ...args])).toString();
  run("--quick-generate-key", `Lea <${address}>`, "ed25519", "cert,sign", options.expires ?? "0");
  const listed = run("--with-colons", "--list-keys", address);
  const fingerprint = /^fpr:+([0-9A-F]{40}):/m.exec(listed)?.[1] ?? "";
  run("--quick-add-key", fingerprint, "cv25519", "encr", "0");
  const command = (commands: string[], args: string[]) =>
    mustWork(
      gpg.run(["--command-fd", "0", "--no-batch", "--passphrase", "", ...args], `${commands.join("\n")}\n`),
    ).toString();
  return {
    gpg,
    address,
    fingerprint,
    exported: () => run("--armor", "--export", fingerprint),
    revocation: (reason) =>
      command(
        ["y", String(reason), "My laptop was taken", "", "y"],
        ["--armor", "--gen-revoke", fingerprint],
      ),
    importIt: (armored) => gpg.importKey(armored),
    edit: (...commands) => void command([...commands, "save"], ["--edit-key", fingerprint]),
  };
}
