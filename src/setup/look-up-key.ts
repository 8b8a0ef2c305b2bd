import { createHash } from "node:crypto";
import { domainToASCII } from "node:url";
import { type PublicKey, readPublicKeys } from "../openpgp/read-public-keys.ts";
import { bearsAddress, keyFactsOf } from "../people/key-facts.ts";
import type { KeySource } from "../people/offered-keys.ts";
import { fetchByProxy } from "./fetch-by-proxy.ts";

export type LookUp = {
  address: string;
  /** SOCKS, such as "socks5://127.0.0.1:9050". */
  proxy: string;
  /** Asked when the domain itself has no key; absent: not asked. */
  keyServer?: string | undefined;
  /** For tests: another port than 443, and a certificate to trust. */
  port?: number;
  ca?: string;
};

export type LookedUp = { source: KeySource; keys: PublicKey[] };

/**
 * Asks the address's own domain for its key (OpenPGP Web Key Directory, draft-koch §3.1), then the key server. Keys that
 * do not bear the address are left out. Null: nobody has one, or nobody answered.
 */
export async function lookUpKey(lookUp: LookUp): Promise<LookedUp | null> {
  for (const { source, url } of places(lookUp)) {
    // An answer that does not come is no key; which of them failed tells nothing more.
    const fetched = await fetchByProxy(url, lookUp.proxy, lookUp.ca).catch(() => null);
    if (fetched?.status !== 200) continue;
    const found = await readPublicKeys(fetched.bytes);
    const keys = found.filter((key) => bearsAddress(keyFactsOf(key), lookUp.address));
    if (keys.length > 0) return { source, keys };
  }
  return null;
}

function places({ address, keyServer, port = 443 }: LookUp): { source: KeySource; url: URL }[] {
  const at = address.lastIndexOf("@");
  const local = address.slice(0, at);
  const domain = domainToASCII(address.slice(at + 1)) || address.slice(at + 1);
  const file = `hu/${hashOfLocal(local)}?l=${encodeURIComponent(local)}`;
  const own = `.well-known/openpgpkey`;
  return [
    {
      source: "web key directory",
      url: new URL(`https://openpgpkey.${domain}:${port}/${own}/${domain}/${file}`),
    },
    { source: "web key directory", url: new URL(`https://${domain}:${port}/${own}/${file}`) },
    ...(keyServer
      ? [
          {
            source: "key server" as const,
            url: new URL(`/pks/lookup?op=get&options=mr&search=${encodeURIComponent(address)}`, keyServer),
          },
        ]
      : []),
  ];
}

/** The local part in small letters, SHA-1, in z-base-32: 32 letters (draft-koch §3.1). */
export function hashOfLocal(local: string): string {
  const hash = createHash("sha1").update(local.toLowerCase()).digest();
  const bits = [...hash].map((byte) => byte.toString(2).padStart(8, "0")).join("");
  return (bits.match(/.{5}/g) ?? []).map((five) => zBase32[Number.parseInt(five, 2)]).join("");
}

const zBase32 = "ybndrfg8ejkmcpqxot1uwisza345h769";
