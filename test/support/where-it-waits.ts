import type { ChildProcess } from "node:child_process";
import { EventEmitter, once } from "node:events";
import { readFile } from "node:fs/promises";
import { relative } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";

/** Started with this, Node can be asked later where it waits; until then it costs nothing and opens no port. */
export const canBeAsked = "--inspect-port=127.0.0.1:0";

/**
 * Where a Node process stands, told by its debugger: the functions that it is busy in, each await of our code that is not
 * over, and what keeps it running. Only what it tells within `patience` milliseconds.
 */
export async function whereItWaits(child: ChildProcess, root: string, patience: number): Promise<string[]> {
  const told: string[] = [];
  const late = pause(patience, null, { ref: false });
  await Promise.race([ask(child, root, told).catch(() => {}), late]);
  return told;
}

async function ask(child: ChildProcess, root: string, told: string[]): Promise<void> {
  const inspector = await Inspector.open(child);
  told.push(...(await describe(await inspector.busyIn(), root, "It is busy in")));
  told.push(...(await describe(await inspector.waitsAt(), root, "It waits in")));
  told.push(`Open: ${await inspector.openResources()}`);
}

type Place = { name: string; url: string; line: number };

async function describe(places: Place[], root: string, before: string): Promise<string[]> {
  const ours = places.filter(({ url }) => url.startsWith("file:") && !url.includes("/node_modules/"));
  return await Promise.all(
    ours.slice(0, 15).map(async ({ name, url, line }) => {
      const file = fileURLToPath(url);
      const text = (await readFile(file, "utf8").catch(() => "")).split("\n")[line] ?? "";
      return `${before} ${name || "a function"} (${relative(root, file)}:${line + 1}): ${text.trim()}`;
    }),
  );
}

type Frame = { functionName: string; location: { scriptId: string; lineNumber: number } };
type Property = { name: string; value?: { value?: string | { lineNumber: number }; description?: string } };
type Snapshot = {
  snapshot: { meta: { node_fields: string[]; location_fields: string[] } };
  nodes: number[];
  locations: number[];
  strings: string[];
};

/** As much of the Chrome DevTools Protocol as is needed here. */
class Inspector {
  readonly #socket: WebSocket;
  readonly #heard = new EventEmitter();
  readonly #urls = new Map<number, string>();
  #snapshot = "";
  #asked = 0;

  static async open(child: ChildProcess): Promise<Inspector> {
    const address = addressOf(child);
    child.kill("SIGUSR1");
    const socket = new WebSocket(await address);
    const inspector = new Inspector(socket);
    await once(socket, "open");
    await inspector.#ask("Debugger.enable");
    return inspector;
  }

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.addEventListener("message", ({ data }) => {
      const { id, method, params, result } = JSON.parse(data);
      this.#heard.emit(String(id ?? method), result ?? params ?? {});
    });
    this.#heard.on("Debugger.scriptParsed", ({ scriptId, url }) => this.#urls.set(Number(scriptId), url));
    this.#heard.on("HeapProfiler.addHeapSnapshotChunk", ({ chunk }) => {
      this.#snapshot += chunk;
    });
  }

  /** The functions that run now, or when something wakes it within two seconds; it stays stopped there. */
  async busyIn(): Promise<Place[]> {
    const paused = once(this.#heard, "Debugger.paused");
    await this.#ask("Debugger.pause");
    const [{ callFrames }] = await Promise.race([paused, pause(2000, [{ callFrames: [] }])]);
    return callFrames.map(({ functionName, location }: Frame) => ({
      name: functionName,
      url: this.#urls.get(Number(location.scriptId)) ?? "",
      line: location.lineNumber,
    }));
  }

  /** An async function that waits is an object on the heap, which knows where it stopped. */
  async waitsAt(): Promise<Place[]> {
    await this.#ask("HeapProfiler.takeHeapSnapshot", { reportProgress: false });
    const { snapshot, nodes, locations, strings }: Snapshot = JSON.parse(this.#snapshot);
    const { node_fields: fields, location_fields } = snapshot.meta;
    const places: Place[] = [];
    for (let at = 0; at < locations.length; at += location_fields.length) {
      const [node = 0, script = 0] = locations.slice(at, at + 2);
      const url = this.#urls.get(script) ?? "";
      const isWaiting = strings[nodes[node + fields.indexOf("name")] ?? 0] === "Generator";
      if (!isWaiting || !url.startsWith("file:")) continue;
      const place = await this.#stoppedAt(String(nodes[node + fields.indexOf("id")]), url);
      if (place) places.push(place);
    }
    return places;
  }

  async openResources(): Promise<string> {
    const expression = "process.getActiveResourcesInfo().join(', ') || 'nothing'";
    const { result } = await this.#ask("Runtime.evaluate", { expression });
    return String(result.value);
  }

  async #stoppedAt(object: string, url: string): Promise<Place | null> {
    const { result } = await this.#ask("HeapProfiler.getObjectByHeapObjectId", { objectId: object });
    if (!result) return null;
    const { objectId } = result;
    const asked = await this.#ask("Runtime.getProperties", { objectId, ownProperties: true });
    const properties: Property[] = asked.internalProperties ?? [];
    const find = (name: string) => properties.find((one) => one.name === `[[${name}]]`)?.value;
    if (find("GeneratorState")?.value !== "suspended") return null;

    const location = find("GeneratorLocation")?.value;
    const text = find("GeneratorFunction")?.description ?? "";
    const name = /^(?:static\s+)?async\s+(?:function\s*)?\*?\s*([\w$#]+)\s*\(/.exec(text)?.[1] ?? "";
    return { name, url, line: typeof location === "object" ? location.lineNumber : 0 };
  }

  async #ask(method: string, params: object = {}) {
    const id = ++this.#asked;
    this.#socket.send(JSON.stringify({ id, method, params }));
    const [answer] = await once(this.#heard, String(id));
    return answer;
  }
}

/** Node says it on stderr, once it was told to listen. */
async function addressOf(child: ChildProcess): Promise<string> {
  let text = "";
  return await new Promise((resolve) => {
    child.stderr?.on("data", (chunk) => {
      text += chunk;
      const url = /Debugger listening on (ws:\S+)\n/.exec(text)?.[1];
      if (url) resolve(url);
    });
  });
}
