import assert from "node:assert/strict";
import { test } from "node:test";
import { eventually } from "./eventually.ts";

test("what is waited for is given back as soon as it is there", async () => {
  const looks = [null, undefined, false, 0, 1];

  assert.equal(await eventually("a number", () => looks.shift()), 0);
});

test("what fails an assertion is not there yet", async () => {
  let looks = 0;
  const look = async () => {
    looks += 1;
    assert.equal(looks, 3);
    return "there";
  };

  assert.equal(await eventually("the third look", look), "there");
});

test("what never comes ends it, with what was waited for and what was seen last", async () => {
  await assert.rejects(
    eventually("the mail", () => null, 0.01),
    /^AssertionError.*: Waited 0\.01 seconds of the usual machine for the mail\. Last seen: null$/,
  );
  await assert.rejects(
    eventually("two mails", () => assert.equal(1, 2, "there are 1"), 0.01),
    /for two mails\. Last seen: there are 1/,
  );
});

test("an error that is no assertion goes out at once", async () => {
  await assert.rejects(
    eventually("nothing", () => {
      throw new TypeError("broken");
    }),
    /^TypeError: broken$/,
  );
});
