import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { CheerioAPI } from "cheerio";
import { load } from "cheerio";
import { createApp } from "#src/app.ts";
import { readWebConfig, type WebConfig } from "#src/config.ts";
import type { Database } from "#src/database.ts";
import { createStaff } from "#src/staff/create-staff.ts";
import type { Role, Staff } from "#src/staff/staff.ts";
import { createVault, type Vault } from "#src/vault/vault.ts";
import { createLog } from "#src/web/log.ts";
import { createTestDatabase, type Ending } from "./postgres.ts";

export type Page = { url: string; status: number; headers: Headers; html: string; $: CheerioAPI };
export type Fields = Record<string, string | string[]>;

/** A browser without JavaScript: keeps cookies, follows redirects, submits the form that it finds. */
export class Browser {
  readonly #origin: string;
  readonly cookies = new Map<string, string>();
  /** Headers that a test wants to forge; null leaves one out that browsers send. */
  headers: Record<string, string | null> = {};

  constructor(origin: string) {
    this.#origin = origin;
  }

  async visit(path: string): Promise<Page> {
    return await this.#request("GET", new URL(path, this.#origin), "none");
  }

  /** Sends the form of the page with its hidden fields; `form` or `button` (its words) choose one of many. */
  async submit(
    page: Page,
    fields: Fields = {},
    choice: { form?: string; button?: string } = {},
  ): Promise<Page> {
    const { form, button } = findForm(page.$, choice);
    const body = new URLSearchParams();
    const given = new Set(Object.keys(fields));
    for (const { name, value } of form.serializeArray()) if (!given.has(name)) body.append(name, value);
    for (const [name, value] of Object.entries(fields)) {
      if (form.find(`[name="${name}"]`).length === 0) throw new Error(`The form has no field ${name}`);
      for (const item of [value].flat()) body.append(name, item);
    }
    const buttonName = button?.attr("name");
    if (buttonName) body.append(buttonName, button?.attr("value") ?? "");

    const action = new URL(button?.attr("formaction") ?? form.attr("action") ?? "", page.url);
    if ((form.attr("method") ?? "get").toLowerCase() === "post") return await this.post(action, body);
    action.search = body.toString();
    return await this.#request("GET", action, "same-origin");
  }

  /** Sends anything, as somebody would who forges a form. */
  async post(to: string | URL, body: URLSearchParams | string): Promise<Page> {
    return await this.#request("POST", new URL(to, this.#origin), "same-origin", body);
  }

  async #request(method: string, url: URL, site: string, body?: URLSearchParams | string): Promise<Page> {
    const headers = new Headers({ "sec-fetch-site": site, origin: this.#origin });
    if (body !== undefined) headers.set("content-type", "application/x-www-form-urlencoded");
    if (this.cookies.size > 0) {
      headers.set("cookie", [...this.cookies].map(([name, value]) => `${name}=${value}`).join("; "));
    }
    for (const [name, value] of Object.entries(this.headers)) {
      if (value === null) headers.delete(name);
      else headers.set(name, value);
    }
    const response = await fetch(url, { method, headers, body: body?.toString(), redirect: "manual" });
    this.#keepCookies(response);
    const location = response.headers.get("location");
    if (location && response.status >= 300 && response.status < 400) {
      await response.arrayBuffer();
      return await this.#request("GET", new URL(location, url), "same-origin");
    }
    const html = await response.text();
    return { url: url.href, status: response.status, headers: response.headers, html, $: load(html) };
  }

  #keepCookies(response: Response): void {
    for (const line of response.headers.getSetCookie()) {
      const [pair = "", ...attributes] = line.split(";");
      const [name = "", value = ""] = pair.split(/=(.*)/s);
      const expires = attributes.find((attribute) => /^\s*expires=/i.test(attribute))?.split("=")[1];
      if (expires && Date.parse(expires) < Date.now()) this.cookies.delete(name);
      else this.cookies.set(name, value);
    }
  }
}

function findForm($: CheerioAPI, choice: { form?: string; button?: string }) {
  if (choice.form !== undefined) {
    const form = $(`form[action="${choice.form}"]`);
    assert.equal(form.length, 1, `one form with action ${choice.form}`);
    return { form, button: undefined };
  }
  if (choice.button !== undefined) {
    const button = $("form button").filter((_, element) => $(element).text().trim() === choice.button);
    assert.equal(button.length, 1, `one button “${choice.button}”`);
    const id = button.attr("form");
    return { form: id ? $(`form#${id}`) : button.closest("form"), button };
  }
  const form = $("main form");
  assert.equal(form.length, 1, "one form in the page: name its button else");
  return { form, button: form.find("button").first() };
}

export const cast = { nina: "help_desk", ilse: "lead", adam: "admin" } as const satisfies Record<
  string,
  Role
>;
export type Name = keyof typeof cast;
/** The password of everybody in the cast. */
export const password = "correct horse battery";

export type TestDesk = {
  db: Database;
  databaseUrl: string;
  vault: Vault;
  /** For a worker on the same database. */
  masterKey: Buffer;
  config: WebConfig;
  origin: string;
  staff: Record<Name, Staff>;
  /** Everything that was logged, as text. */
  log(): string;
  /** A browser that nobody has signed in with. */
  browser(): Browser;
  /** A browser in which this person is signed in, by the form. */
  signIn(name: Name): Promise<Browser>;
};

/** The real app on a test database, with nina (help desk), ilse (lead) and adam (admin). */
export async function startDesk(t: Ending, settings: Record<string, string> = {}): Promise<TestDesk> {
  const { db, url: databaseUrl } = await createTestDatabase(t);
  const masterKey = randomBytes(32);
  const vault = createVault(masterKey);
  const config = readWebConfig({
    DATABASE_URL: databaseUrl,
    MASTER_KEY: "not used: the test has its own vault",
    SESSION_SECRET: randomBytes(32).toString("hex"),
    DESK_ADDRESS: "desk@example.org",
    ...settings,
  });
  const lines: string[] = [];
  const log = createLog("info", { write: (line) => void lines.push(line) });
  const members = await Promise.all(
    Object.entries(cast).map(([name, role]) => createStaff(db, { name, role, password })),
  );
  const staff = Object.fromEntries(
    members.map((member) => {
      if (!member.ok) throw new Error("The cast is there already");
      return [member.staff.name, member.staff];
    }),
  ) as Record<Name, Staff>;

  const server = createServer(createApp({ db, vault, config, log }));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.after(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  const browser = () => new Browser(origin);
  return {
    db,
    databaseUrl,
    vault,
    masterKey,
    config,
    origin,
    staff,
    browser,
    log: () => lines.join(""),
    async signIn(name) {
      const window = browser();
      const page = await window.visit("/sign-in?to=/account");
      const after = await window.submit(page, { name, password });
      assert.equal(new URL(after.url).pathname, "/account", `${name} could not sign in`);
      return window;
    },
  };
}
