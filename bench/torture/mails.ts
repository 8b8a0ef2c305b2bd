import { seededRandom } from "../../src/demo/reports/seeded-random.ts";
import { seededReport } from "../../src/demo/reports/seeded-report.ts";
import { encryptReport, wrapForWire } from "../../src/demo/reports/wire.ts";

/** A mail of the torture, and how the desk can tell it from all others once it is open. */
export type TortureMail = {
  raw: Buffer;
  /** A text that stands in its message alone, or the WhisperBack id of a report. */
  mark: string;
  kind: "clear" | "report" | "not our key";
};

export type MailMaker = (index: number) => Promise<TortureMail>;

/** Makes the n-th mail of a run: 60 % in clear, the others encrypted reports, and one in fifty to a key that is not ours. */
export function mailMaker(seed: number, keys: { ours: string; foreign: string }): MailMaker {
  return async (index) => {
    const random = seededRandom(`mail ${seed} ${index}`);
    const share = random.below(100);
    const mark = random.hex(32);
    if (share < 60) return { raw: clearMail(index, mark, random.below(6000)), mark, kind: "clear" };
    const kind = share < 98 ? "report" : "not our key";
    const body = seededReport(seed * 1_000_000 + index, { logBytes: random.below(4000) });
    const key = kind === "report" ? keys.ours : keys.foreign;
    return { raw: Buffer.from(await encryptReport(wrapForWire(body), key, mark)), mark, kind };
  };
}

function clearMail(index: number, mark: string, fillBytes: number): Buffer {
  const fill = "The computer starts, shows the logo and then nothing more happens for some minutes.\r\n";
  return Buffer.from(
    [
      // Some people write more than once.
      `From: Reader <reader${index % 997}@example.net>`,
      "To: support@example.org",
      `Subject: Trouble ${index}`,
      "Date: Sat, 21 Nov 2026 10:00:00 +0000",
      `Message-ID: <${mark}@example.net>`,
      "",
      `Hello, this is about my computer. My note says ${mark}.`,
      fill.repeat(Math.ceil(fillBytes / fill.length)),
    ].join("\r\n"),
  );
}
