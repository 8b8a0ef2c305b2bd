import { load } from "cheerio";

/** A signed-in session: pages are asked for as a browser does, and forms are sent with their token. */
export type Window = {
  visit(path: string): Promise<{ status: number; html: string }>;
  submit(path: string, fields: Record<string, string>): Promise<number>;
};

/** Signs in by the form. Throws when that fails. */
export async function signInWindow(origin: string, name: string, password: string): Promise<Window> {
  const cookies = new Map<string, string>();
  let token = "";

  const ask = async (path: string, body?: URLSearchParams) => {
    const headers = {
      cookie: [...cookies].map(([key, value]) => `${key}=${value}`).join("; "),
      origin,
      "sec-fetch-site": "same-origin",
      ...(body && { "content-type": "application/x-www-form-urlencoded" }),
    };
    const answer = await fetch(new URL(path, origin), {
      method: body ? "POST" : "GET",
      headers,
      body: body?.toString() ?? null,
      redirect: "manual",
    });
    for (const line of answer.headers.getSetCookie()) {
      const [key = "", value = ""] = (line.split(";")[0] ?? "").split(/=(.*)/s);
      cookies.set(key, value);
    }
    const html = await answer.text();
    token = load(html)("input[name=_csrf]").first().attr("value") ?? token;
    return { status: answer.status, html };
  };

  await ask("/sign-in");
  const signedIn = await ask("/sign-in", new URLSearchParams({ _csrf: token, name, password }));
  if (signedIn.status !== 303) throw new Error(`Nobody could sign in (${signedIn.status})`);
  await ask("/account");
  return {
    visit: (path) => ask(path),
    submit: async (path, fields) =>
      (await ask(path, new URLSearchParams({ _csrf: token, ...fields }))).status,
  };
}
