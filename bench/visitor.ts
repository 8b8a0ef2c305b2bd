import { Agent, get as httpGet, type IncomingMessage, request } from "node:http";
import { member } from "./fill.ts";
import type { WebProcess } from "./processes.ts";

/** One of the pages that are measured. */
export type Look = { name: string; path: (turn: number) => string };

/** Somebody who is signed in and looks at pages. */
export type Visitor = {
  times(
    look: Look,
    count: number,
    clients: number,
    turn?: number,
  ): Promise<{ ms: number[]; perSecond: number }>;
  bytes(look: Look): Promise<number>;
};

/** Signs in by the form, as a browser does, and looks at pages with the cookie it was given. */
export async function signIn(web: WebProcess): Promise<Visitor> {
  const agent = new Agent({ keepAlive: true, maxSockets: 8 });
  const form = await fetch(`${web.url}/sign-in`);
  const token = /name="_csrf" value="([^"]+)"/.exec(await form.text())?.[1] ?? "";
  const body = new URLSearchParams({
    _csrf: token,
    to: "/",
    name: member.name,
    password: member.password,
  }).toString();
  const cookie = cookieOf(form.headers.getSetCookie());
  const signedIn = await post(`${web.url}/sign-in`, body, { cookie, origin: web.url });
  const headers = { cookie: cookieOf(signedIn.headers["set-cookie"] ?? []) };

  const look = async (path: string): Promise<number> => {
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      httpGet(`${web.url}${path}`, { agent, headers }, resolve).once("error", reject);
    });
    let bytes = 0;
    for await (const chunk of response) bytes += (chunk as Buffer).length;
    if (response.statusCode !== 200) throw new Error(`${path} answered ${response.statusCode}`);
    return bytes;
  };
  return {
    bytes: ({ path }) => look(path(0)),
    async times({ path }, count, clients, turn = 0) {
      const ms: number[] = [];
      let next = turn;
      const client = async () => {
        while (next < turn + count) {
          const asked = path(next);
          next += 1;
          const began = performance.now();
          await look(asked);
          ms.push(performance.now() - began);
        }
      };
      const began = performance.now();
      await Promise.all(Array.from({ length: clients }, client));
      return { ms, perSecond: (count * 1000) / (performance.now() - began) };
    },
  };
}

async function post(url: string, body: string, headers: Record<string, string>): Promise<IncomingMessage> {
  return await new Promise((resolve, reject) => {
    const asked = request(url, {
      method: "POST",
      headers: {
        ...headers,
        "content-type": "application/x-www-form-urlencoded",
        "content-length": Buffer.byteLength(body),
      },
    });
    asked.once("error", reject);
    asked.once("response", (response) => {
      response.resume();
      if (response.statusCode === 303) resolve(response);
      else reject(new Error(`Signing in answered ${response.statusCode}`));
    });
    asked.end(body);
  });
}

const cookieOf = (lines: string[]) => lines.map((line) => line.split(";")[0]).join("; ");
