import fc from "fast-check";
import { readKey } from "openpgp";
import { generateSecretKey } from "#src/openpgp/generate-secret-key.ts";
import { openSecretKeys } from "#src/openpgp/open-secret-keys.ts";
import { lostMarks, randomPart, readRandomMail, untoldParts } from "./random-parts.ts";

export type PartsResult = { mails: number; problems: string[] };

type Options = { seed: number; mails: number; onProgress: (sentence: string) => void };

const mostProblems = 10;

/** Reads mails of random parts, boundaries, labels and encryptions: a mark in every part must be found again. */
export async function tortureParts({ seed, mails, onProgress }: Options): Promise<PartsResult> {
  const desk = await generateSecretKey("Desk", "desk@example.org");
  const keys = await openSecretKeys([desk.secret]);
  const key = await readKey({ armoredKey: desk.public });
  const problems: string[] = [];
  let count = 0;
  for (const made of fc.sample(randomPart, { seed, numRuns: mails })) {
    const mail = await readRandomMail(made, key, keys);
    const lost = [...lostMarks(mail), ...untoldParts(mail)];
    if (lost.length > 0) problems.push(`${lost.join(", ")} in ${JSON.stringify(made)}`);
    count += 1;
    if (count % 1000 === 0)
      onProgress(`${count} mails of random parts read, ${problems.length} lost something`);
    if (problems.length >= mostProblems) break;
  }
  return { mails: count, problems };
}

/** The result in words. */
export function partsTable({ mails, problems }: PartsResult): string {
  return [`Mails of random parts: ${mails}, with a mark that was lost: ${problems.length}`, ...problems].join(
    "\n",
  );
}
