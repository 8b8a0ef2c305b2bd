import { openSmtp, type SmtpServer } from "../outbox/hand-over.ts";
import { describeConnectionProblem } from "./connection-problem.ts";

/** Connects, greets and signs in; no mail is sent. */
export async function trySmtp(
  server: SmtpServer,
  address: string,
): Promise<{ ok: true } | { ok: false; problem: string }> {
  const transport = openSmtp({ ...server, secondsToWait: 20 }, address);
  try {
    await transport.verify();
    return { ok: true };
  } catch (error) {
    return { ok: false, problem: describeConnectionProblem(error, "SMTP") };
  } finally {
    transport.close();
  }
}
