import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { startSetupDesk } from "./desk.ts";

test("answers go out as files and come back changed; a wrong file changes nothing and is named", async (t) => {
  const desk = await startSetupDesk(t);
  const folder = join(import.meta.dirname, "../../src/demo/standard-answers");
  const first = await desk.run(`templates import ${folder}`);
  assert.equal(first.code, 0, first.output);
  assert.match(first.output, /\d+ files read: 30 created/);

  const mine = join(desk.folder, "answers");
  assert.match((await desk.run(`templates export ${mine}`)).output, /^(\d+) of \1 files changed/);
  assert.match((await desk.run(`templates import ${mine}`)).output, /0 created, 0 changed/);

  const file = join(mine, "standard-reply.en.md");
  writeFileSync(file, `${readFileSync(file, "utf8")}\n{{no_such_thing}}\n`);
  const refused = await desk.run(`templates import ${mine}`);
  assert.equal(refused.code, 1);
  assert.match(refused.output, /standard-reply\.en\.md:\d+: .*no_such_thing/);
  assert.match(refused.output, /Nothing was changed/);
});

test("a folder that is not there is named", async (t) => {
  const desk = await startSetupDesk(t);

  await assert.rejects(
    desk.run("templates import /nowhere/answers"),
    /There is no folder \/nowhere\/answers/,
  );
});
