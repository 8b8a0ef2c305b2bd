import { existsSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { Browser, BrowserServer } from "playwright-core";

/** Debian's chromium; without a path when none is installed. */
export const howToLaunch = {
  executablePath: ["/usr/bin/chromium", "/usr/bin/chromium-browser"].find((path) => existsSync(path)),
  args: ["--no-sandbox"],
};

/** One chromium for many test files, at the address that they ask; it starts when the first one does. */
export async function offerChromium(): Promise<{ address: string; stop: () => Promise<void> }> {
  let running: Promise<BrowserServer> | undefined;
  const launch = async () => {
    // A run without a page to look at shall not read it.
    const { chromium } = await import("playwright-core");
    const browser = await chromium.launchServer({ ...howToLaunch, host: "127.0.0.1" });
    browser.on("close", () => {
      running = undefined;
    });
    return browser;
  };
  const desk = createServer(async (_, response) => {
    running ??= launch();
    const endpoint = await running.then(
      (browser) => browser.wsEndpoint(),
      (error: Error) => error,
    );
    response.statusCode = endpoint instanceof Error ? 500 : 200;
    response.end(String(endpoint));
  });
  await new Promise<void>((resolve) => desk.listen(0, "127.0.0.1", resolve));

  return {
    address: `http://127.0.0.1:${(desk.address() as AddressInfo).port}`,
    async stop() {
      desk.closeAllConnections();
      await new Promise((resolve) => desk.close(resolve));
      await (await running)?.close();
    },
  };
}

/** The browser that is offered there. What this process opens in it goes with the process. */
export async function joinChromium(address: string): Promise<Browser> {
  const answer = await fetch(address);
  const endpoint = await answer.text();
  if (!answer.ok) throw new Error(`There is no browser: ${endpoint}`);
  const { chromium } = await import("playwright-core");
  return await chromium.connect(endpoint);
}
