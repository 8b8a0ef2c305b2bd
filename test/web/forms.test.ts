import assert from "node:assert/strict";
import test, { suite } from "node:test";
import fc from "fast-check";
import { z } from "zod";
import { listOf, readForm } from "#src/web/forms.ts";

const Form = z.object({
  text: z.string().trim().min(1, "Write an answer"),
  tags: listOf(z.enum(["wifi", "boot"], "Choose from the list")),
  confirmed: z.literal("yes", "Tick the box").optional(),
});

suite("a form", () => {
  test("gives parsed values", () => {
    const form = readForm(Form, { text: " Hello ", tags: "wifi", confirmed: "yes" });
    assert.deepEqual(form, {
      ok: true,
      values: { text: "Hello", tags: ["wifi"], confirmed: "yes" },
      errors: {},
    });
  });

  test("keeps what was typed, and has one message for each field", () => {
    const form = readForm(Form, { text: "  ", tags: ["wifi", "sound"], confirmed: "no", forged: "x" });
    assert.ok(!form.ok);
    assert.deepEqual(form.errors, {
      text: "Write an answer",
      tags: "Choose from the list",
      confirmed: "Tick the box",
    });
    assert.deepEqual(
      { ...form.values },
      { text: "  ", tags: ["wifi", "sound"], confirmed: "no", forged: "x" },
    );
  });

  test("speaks plainly of fields that are missing or came twice", () => {
    const twice = readForm(Form, { text: ["a", "b"] });
    const missing = readForm(Form, undefined);
    assert.equal(twice.errors.text, "This came more than once");
    assert.equal(missing.errors.text, "This is missing from the form");
  });

  test("has no NUL and ends lines as we do", () => {
    const form = readForm(Form, { text: "one\0\r\ntwo\r\n" });
    assert.ok(form.ok);
    assert.equal(form.values.text, "one\ntwo");
  });

  test("never throws, whatever comes", () => {
    fc.assert(
      fc.property(fc.anything(), (body) => {
        const form = readForm(Form, body);
        return form.ok || Object.keys(form.errors).length > 0;
      }),
    );
    assert.ok(!readForm(Form, JSON.parse('{"__proto__": {"text": "x"}}')).ok);
  });
});
