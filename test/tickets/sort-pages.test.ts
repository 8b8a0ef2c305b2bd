import assert from "node:assert/strict";
import test, { after, suite } from "node:test";
import { startDesk } from "#test/support/browser.ts";
import { createCast } from "#test/support/cast.ts";

const desk = await startDesk({ after });
const { db } = desk;
const cast = await createCast(desk);
const nina = await desk.signIn("nina");

suite("tags", () => {
  test("a new tag comes to be on the ticket, and is offered on others", async () => {
    const page = await nina.submit(await nina.visit(`/tickets/${cast.wifi}/tags`), {
      name: "  Wi-Fi   card ",
    });

    assert.equal(page.$(".removable .chip").text(), "Wi-Fi card");
    assert.match((await nina.visit(`/tickets/${cast.wifi}`)).$("aside").text(), /Wi-Fi card/);
    const other = await nina.visit(`/tickets/${cast.lea}/tags`);
    assert.equal(other.$("datalist option").attr("value"), "Wi-Fi card");
  });

  test("the button takes it off", async () => {
    const tags = await nina.visit(`/tickets/${cast.wifi}/tags`);
    const tag = tags.$(".removable button").attr("value") ?? "";

    const page = await nina.submit(tags, {}, { button: "Remove the tag Wi-Fi card" });

    assert.equal(page.$("[role=status]").text(), "The tag is gone from the ticket.");
    assert.equal(page.$(".removable").length, 0);
    const forged = await nina.post(`/tickets/${cast.wifi}/tags/remove`, await token(`tag=${tag}`));
    assert.equal(forged.$("[role=status]").text(), "The ticket has no such tag.");
    const empty = await nina.post(`/tickets/${cast.wifi}/tags/remove`, await token("tag=abc"));
    assert.equal(empty.$("[role=status]").text(), "The ticket has no such tag.");
  });

  test("refuses nothing, too much, what cannot be seen, and what is there already", async () => {
    const form = await nina.visit(`/tickets/${cast.printer}/tags`);
    await nina.submit(form, { name: "printer" });

    const wrong: [string, RegExp][] = [
      [" ", /Write a tag/],
      ["x".repeat(61), /60 characters/],
      ["\u0085printer", /invisible/],
      ["PRINTER", /this tag already/],
    ];
    for (const [name, message] of wrong) {
      const refused = await nina.submit(form, { name }, { button: "Add the tag" });
      assert.equal(refused.status, 422);
      assert.match(refused.$("#name-error").text(), message);
      assert.equal(refused.$("#name").attr("value"), name);
    }
    assert.equal((await db("ticket_tags").where({ ticket_id: cast.printer })).length, 1);
  });
});

test("the priority is set, shown when it is not the normal one, and nothing else is taken", async () => {
  const form = await nina.visit(`/tickets/${cast.wifi}/priority`);
  assert.equal(form.$("[checked]").attr("value"), "normal");

  const page = await nina.submit(form, { priority: "urgent" });
  assert.match(page.$(".chips .turn").text(), /urgent/);
  assert.match(page.$(".event").last().text(), /nina set the priority to urgent/);

  const refused = await nina.submit(form, { priority: "panic" });
  assert.equal(refused.status, 422);
  assert.equal(refused.$("#priority-error").text(), "Choose how much it presses");
});

suite("the two answers", () => {
  test("stand in the form as the person's text tells them, and on the ticket when somebody saves them", async () => {
    const form = await nina.visit(`/tickets/${cast.wifi}/facts`);
    assert.match(form.$(".banner").text(), /Their message of \d+ \w+ \d{4} tells both/);
    assert.equal(form.$("#version").attr("value"), "7.3.1");
    assert.match(form.$("textarea").text(), /^\s*a cheap USB Wi-Fi adapter \(Atheros AR9271\) is\s+stable/);
    const known = () => db("tickets").where({ id: cast.wifi }).first("last_version_that_worked");
    assert.equal((await known()).last_version_that_worked, null, "nothing is noted by itself");

    const page = await nina.submit(form);
    assert.match(page.$("aside").text(), /Worked in\s*7\.3\.1/);
    const again = await nina.visit(`/tickets/${cast.wifi}/facts`);
    assert.equal(again.$(".banner").length, 0);
    const silent = await nina.visit(`/tickets/${cast.silent}/facts`);
    assert.equal(silent.$("#version").attr("value"), "", "what nobody told is empty");
  });

  test("stand on the ticket, the workaround sealed; empty is not known", async () => {
    const form = await nina.visit(`/tickets/${cast.wifi}/facts`);

    const page = await nina.submit(form, { version: " 7.3.1 ", workaround: "Boot with <b>iwlwifi</b> off" });

    assert.match(page.$("aside").text(), /7\.3\.1/);
    assert.match(page.$("aside .written").text(), /Boot with <b>iwlwifi<\/b> off/);
    const { sealed_workaround } = await db("tickets").where({ id: cast.wifi }).first();
    assert.equal(sealed_workaround.includes("iwlwifi"), false);

    const gone = await nina.submit(await nina.visit(`/tickets/${cast.wifi}/facts`), {
      version: "",
      workaround: "",
    });
    assert.equal(gone.$("aside .written").length, 0);
  });

  test("are refused together when one of them cannot be", async () => {
    const form = await nina.visit(`/tickets/${cast.lea}/facts`);

    const wrong: [string, string, string, RegExp][] = [
      ["x".repeat(41), "Works", "#version-error", /40 characters/],
      ["7.3\n7.2", "Works", "#version-error", /such as 7\.3\.1/],
      ["\u0085", "Works", "#version-error", /such as 7\.3\.1/],
      ["7.3", "y".repeat(20_001), "#workaround-error", /20,000/],
    ];
    for (const [version, workaround, where, message] of wrong) {
      const refused = await nina.submit(form, { version, workaround });
      assert.equal(refused.status, 422);
      assert.match(refused.$(where).text(), message);
      assert.equal(refused.$("textarea").text().trim(), workaround);
    }
    const { last_version_that_worked, sealed_workaround } = await db("tickets")
      .where({ id: cast.lea })
      .first();
    assert.deepEqual([last_version_that_worked, sealed_workaround], [null, null]);
  });
});

suite("links", () => {
  test("are made by number or address, and stand on both tickets", async () => {
    const form = await nina.visit(`/tickets/${cast.wifi}/link`);

    await nina.submit(form, { other: `#${cast.lea}` });
    const page = await nina.submit(form, {
      other: `https://desk.example.org/tickets/${cast.printer}#message-3`,
    });

    assert.match(page.$("aside").text(), /My printer is not found/);
    assert.match((await nina.visit(`/tickets/${cast.lea}`)).$("aside").text(), new RegExp(`#${cast.wifi},`));
    assert.equal(
      page.$(".event a").last().attr("href"),
      `/tickets/${cast.printer}`,
      "the history leads to the other ticket",
    );
  });

  test("are taken away by their button", async () => {
    const links = await nina.visit(`/tickets/${cast.wifi}/link`);

    const page = await nina.submit(links, {}, { button: `Remove the link with ticket ${cast.lea}` });

    assert.equal(page.$("[role=status]").text(), "The link is gone.");
    assert.equal(page.$(".removable li").length, 1);
    const forged = await nina.post(`/tickets/${cast.wifi}/unlink`, await token("other=abc"));
    assert.equal(forged.$("[role=status]").text(), "There is no such link.");
  });

  test("refuse the ticket itself, one that is not there, and what is no number", async () => {
    const form = await nina.visit(`/tickets/${cast.lea}/link`);
    const wrong: [string, RegExp][] = [
      [cast.lea, /not linked with itself/],
      ["999999", /no ticket with this number/],
      ["the one of yesterday", /Write the number/],
      ["99999999999999999999", /Write the number/],
      ["9999999999999999999", /Write the number/],
      ["", /Write the number/],
    ];
    for (const [other, message] of wrong) {
      const refused = await nina.submit(form, { other }, { button: "Link the two" });
      assert.equal(refused.status, 422);
      assert.match(refused.$("#other-error").text(), message);
      assert.equal(refused.$("#other").attr("value"), other);
    }
  });
});

async function token(body: string): Promise<string> {
  const page = await nina.visit(`/tickets/${cast.wifi}/tags`);
  return `_csrf=${page.$("[name=_csrf]").attr("value")}&${body}`;
}

test("several tags parted by commas become several tags", async (t) => {
  const desk = await startDesk(t);
  const { wifi } = await createCast(desk);
  const nina = await desk.signIn("nina");

  const page = await nina.submit(
    await nina.visit(`/tickets/${wifi}/tags`),
    { name: "wi-fi, regression ,, wi-fi" },
    { button: "Add the tag" },
  );

  assert.match(page.$("[role=status]").text(), /The ticket has the 2 tags/);
  assert.deepEqual(
    (await desk.db("tags").orderBy("name").select("name")).map(({ name }) => name),
    ["regression", "wi-fi"],
  );
});
