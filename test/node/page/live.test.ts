// The page while a program runs: a server sends what happens, and the page shows it.

import { once } from "node:events";
import { createServer, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeEach, describe, expect, test } from "vitest";
import { page as makePage } from "../../../src/inspect/page.ts";
import type { LiveEvents, TraceData, TraceMore } from "../../../src/inspect/trace-format.ts";
import { close, hasChromium, press, visit, words } from "./browser.ts";
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
  await expect.poll(() => feed!.listeners.length).toBe(1);
  await expect.poll(() => page.locator(".link").textContent()).toBe("the program runs");
  await expect.poll(() => page.locator("#panel-steps tbody tr[data-row]").count()).toBe(3);
  return { page, complaints, to: feed!.listeners[0]! };
};

describe.skipIf(!hasChromium)("while a program runs", () => {
  test("what happens comes in, and the newest step is shown until one looks at another", async () => {
    const { page, to, complaints } = await opened();
    const { rest } = halves();
    feed!.send(to, "more", { ...rest, steps: rest.steps.slice(0, 5) });
    await expect.poll(() => words(page).textContent()).toBe("producer waits: send to task consumer");
    await press(page, "Home");
    feed!.send(to, "more", { ...rest, lanes: [], steps: rest.steps.slice(5) });
    await expect.poll(() => page.locator("#panel-steps tbody tr[data-row]").count()).toBe(SENTENCES.length);
    expect(await words(page).textContent()).toBe("main is started");
    expect(complaints).toEqual([]);
  });

  test("it says that the program has ended, and with which code", async () => {
    const { page, to } = await opened();
    feed!.send(to, "end", { exitCode: 3 });
    await expect.poll(() => page.locator(".link").textContent()).toBe("the program has ended with code 3");
    to.end();
    // It does not ask again.
    await page.waitForTimeout(300);
    expect(feed!.listeners).toHaveLength(1);
  });

  test("it says that the connection is lost, and goes on when it is there again", async () => {
    const { page, to } = await opened();
    feed!.send(to, "more", halves().rest);
    await expect.poll(() => page.locator("#panel-steps tbody tr[data-row]").count()).toBe(SENTENCES.length);
    to.destroy();
    await expect.poll(() => feed!.listeners.length).toBe(2);
    await expect.poll(() => page.locator(".link").textContent()).toBe("the program runs");
    // The trace is sent anew, and takes the place of the old one.
    await expect.poll(() => page.locator("#panel-steps tbody tr[data-row]").count()).toBe(3);
    feed!.close();
    await expect.poll(() => page.locator(".link").textContent()).toBe("the connection is lost; trying again …");
  });

  test("what the tasks wait for is shown, with the line and who must act, and the circle", async () => {
    const { page, to } = await opened();
    expect(await page.locator("#tab-waits").isVisible()).toBe(false);
    const base = { waited: 0, holds: [], lines: [], startedAt: null, isFresh: false, isCancelled: false, scopes: [] };
    const scope = { name: "main", isCancelled: false, isShielded: false, timeLeft: null, omitted: 0 };
    const wait = { state: "waiting", waitsFor: "receive from jobs", queue: "holds 0 of 4; 2 receive", needs: [1] };
    const [one, two] = [2, 3].map((id) => ({ ...base, ...wait, name: "worker", id, waited: id * 1000 }));
    const root = { ...base, name: "main", id: 1, state: "waiting", waitsFor: "task worker", needs: [2], queue: null };
    const run = { root: { ...root, scopes: [{ ...scope, tasks: [one, two] }] }, live: 3, external: 0, nextTimer: null };
    feed!.send(to, "dump", { runs: [{ ...run, cycle: [1, 2] }] });
    await page.locator("#tab-waits").click();
    const rows = page.locator("#panel-waits tbody tr[data-row]");
    await expect.poll(() => rows.count()).toBe(2);
    expect(await rows.first().locator("th, td").allTextContents()).toEqual([
      "receive from jobs",
      "holds 0 of 4; 2 receive",
      "worker#2, worker#3",
      "main#1",
      "3 s",
    ]);
    expect(await page.locator(".circle").textContent()).toBe("They wait for one another: main#1 → worker#2.");
  });

  test("an event that is no JSON, or no trace, is told, not swallowed", async () => {
    const { page, to } = await opened();
    to.write("event: more\ndata: {}\n\n");
    await expect.poll(() => page.locator("[role=alert]").textContent()).toContain("lanes");
  });
});
