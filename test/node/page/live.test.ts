// The page while a program runs: a server sends what happens, and the page shows it.

import { once } from "node:events";
import { createServer, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeEach, describe, expect, test } from "vitest";
import { page as makePage } from "../../../src/inspect/page.ts";
import type { LiveEvents, TraceData, TraceMore } from "../../../src/inspect/trace-format.ts";
import { close, hasChromium, press, SOON, visit, words } from "./browser.ts";
import { SENTENCES, small } from "./made.ts";

afterAll(close);

/** The trace without its steps from the fifth on, and these. */
function halves(): { first: TraceData; rest: TraceMore } {
  const { end, lanes, steps, dropped, ...all } = small();
  const more = { labels: [], values: [], sites: [], sources: {} };
  return {
    first: { ...all, end, dropped, lanes: lanes.slice(0, 2), steps: steps.slice(0, 3) },
    rest: { end, dropped, lanes: lanes.slice(2), steps: steps.slice(3), ...more },
  };
}

class Feed {
  readonly server: Server;
  /** Those who listen. */
  readonly listeners: ServerResponse[] = [];

  constructor() {
    const empty: TraceData = { ...small(), lanes: [], steps: [], sites: [], labels: [], values: [], sources: {} };
    this.server = createServer((request, response) => {
      if (request.url === "/events?token=1") {
        response.writeHead(200, { "content-type": "text/event-stream" });
        response.write("retry: 50\n\n");
        this.send(response, "trace", halves().first);
        this.listeners.push(response);
      } else if (request.url === "/") {
        response.writeHead(200, { "content-type": "text/html" }).end(makePage(empty, { live: "/events?token=1" }));
      } else {
        response.writeHead(204).end();
      }
    }).listen(0, "127.0.0.1");
  }

  send<E extends keyof LiveEvents>(to: ServerResponse, event: E, data: LiveEvents[E]): void {
    to.write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}/`;
  }

  close(): void {
    this.server.closeAllConnections();
    this.server.close();
  }
}

let feed: Feed | undefined;
beforeEach(async () => {
  feed?.close();
  feed = new Feed();
  await once(feed.server, "listening");
});
afterAll(() => feed?.close());

const opened = async () => {
  const { page, complaints } = await visit(feed!.url);
  await expect.poll(() => feed!.listeners.length, SOON).toBe(1);
  await expect.poll(() => page.locator(".link").textContent(), SOON).toBe("the program runs");
  await expect.poll(() => page.locator("#panel-steps tbody tr[data-row]").count(), SOON).toBe(3);
  return { page, complaints, to: feed!.listeners[0]! };
};

describe.skipIf(!hasChromium)("while a program runs", () => {
  test("what happens comes in, and the newest step is shown until one looks at another", async () => {
    const { page, to, complaints } = await opened();
    const { rest } = halves();
    feed!.send(to, "more", { ...rest, steps: rest.steps.slice(0, 5) });
    await expect.poll(() => words(page).textContent(), SOON).toBe("producer waits: send to task consumer");
    await press(page, "Home");
    feed!.send(to, "more", { ...rest, lanes: [], steps: rest.steps.slice(5) });
    await expect.poll(() => page.locator("#panel-steps tbody tr[data-row]").count(), SOON).toBe(SENTENCES.length);
    expect(await words(page).textContent()).toBe("main is started");
    expect(complaints).toEqual([]);
  });

  test("it says that the program has ended, and with which code", async () => {
    const { page, to } = await opened();
    feed!.send(to, "end", { exitCode: 3 });
    await expect.poll(() => page.locator(".link").textContent(), SOON).toBe("the program has ended with code 3");
    to.end();
    // It does not ask again.
    await page.waitForTimeout(300);
    expect(feed!.listeners).toHaveLength(1);
  });

  test("it says that the connection is lost, and goes on when it is there again", async () => {
    const { page, to } = await opened();
    feed!.send(to, "more", halves().rest);
    await expect.poll(() => page.locator("#panel-steps tbody tr[data-row]").count(), SOON).toBe(SENTENCES.length);
    to.destroy();
    await expect.poll(() => feed!.listeners.length, SOON).toBe(2);
    await expect.poll(() => page.locator(".link").textContent(), SOON).toBe("the program runs");
    // The trace is sent anew, and takes the place of the old one.
    await expect.poll(() => page.locator("#panel-steps tbody tr[data-row]").count(), SOON).toBe(3);
    feed!.close();
    await expect.poll(() => page.locator(".link").textContent(), SOON).toBe("the connection is lost; trying again …");
  });

  test("the channels are shown, with how full they are and who waits", async () => {
    const { page, to } = await opened();
    expect(await page.locator("#tab-channels").isVisible()).toBe(false);
    const jobs = { name: "jobs", capacity: 4, queued: 4, senders: ["producer", "main"], receivers: [] };
    const log = { name: "log", capacity: null, queued: 0, senders: [], receivers: ["consumer"] };
    feed!.send(to, "dump", { channels: [jobs, log] });
    await page.locator("#tab-channels").click();
    const rows = page.locator("#panel-channels tbody tr[data-row]");
    await expect.poll(() => rows.count(), SOON).toBe(2);
    expect(await rows.first().locator("th, td").allTextContents()).toEqual(["jobs", "4", "4", "producer, main", ""]);
    expect(await rows.last().locator("th, td").allTextContents()).toEqual(["log", "0", "∞", "", "consumer"]);
  });

  test("an event that is no JSON, or no trace, is told, not swallowed", async () => {
    const { page, to } = await opened();
    to.write("event: more\ndata: {}\n\n");
    await expect.poll(() => page.locator("[role=alert]").textContent(), SOON).toContain("lanes");
  });
});
