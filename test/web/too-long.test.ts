import assert from "node:assert/strict";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { test } from "node:test";
import { answerTooLong } from "#src/web/too-long.ts";

test("a search of 100 kB in an address is answered in words, at once", async (t) => {
  const server = createServer((_request, response) => void response.end("fine"));
  answerTooLong(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.after(() => server.close());
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  const refused = await fetch(`${origin}/search?q=${"a".repeat(100_000)}`);

  assert.equal(refused.status, 431);
  assert.match(await refused.text(), /A search has 2,000 characters at most/);
  assert.equal(await (await fetch(`${origin}/search?q=a`)).text(), "fine");
});
