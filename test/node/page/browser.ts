// The page in a real Chromium, opened as a file.

import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { pathToFileURL } from "node:url";
import {
  type Browser,
  type BrowserContext,
  type BrowserContextOptions,
  chromium,
  type Locator,
  type Page,
} from "playwright";
import { page as makePage, type PageOptions } from "../../../src/inspect/page.ts";
import type { TraceData } from "../../../src/inspect/trace-format.ts";

const executablePath = process.env["CHROMIUM"] ?? "/usr/bin/chromium";

/** Whether there is a Chromium on this machine. */
export const hasChromium: boolean = existsSync(executablePath);

const folder = mkdtempSync(path.join(tmpdir(), "corun-page-"));
let browser: Browser | undefined;
let context: BrowserContext | undefined;

export interface Opened {
  page: Page;
  /** What the page has complained about. */
  complaints: string[];
  /** What the page has asked for beside itself. */
  requests: string[];
}

export interface Way extends BrowserContextOptions {
  hash?: string;
  page?: PageOptions;
  /** Changes the text of the file. */
  change?: (html: string) => string;
}

async function fresh(options: BrowserContextOptions): Promise<Opened> {
  browser ??= await chromium.launch({
    executablePath,
    args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"],
  });
  await context?.close();
  context = await browser.newContext({ viewport: { width: 1280, height: 800 }, locale: "en-US", ...options });
  const page = await context.newPage();
  const complaints: string[] = [];
  const requests: string[] = [];
  page.on("pageerror", (error) => complaints.push(String(error)));
  page.on("console", (message) => message.type() === "error" && complaints.push(message.text()));
  page.on("request", (request) => requests.push(request.url()));
  return { page, complaints, requests };
}

/** Opens the page of a trace from a file. */
export async function open(data: TraceData, way: Way = {}): Promise<Opened> {
  const { hash = "", page: options = {}, change = (html: string) => html, ...context } = way;
  const file = path.join(folder, `${Math.random().toString(36).slice(2)}.html`);
  writeFileSync(file, change(makePage(data, options)));
  const opened = await fresh(context);
  await opened.page.goto(pathToFileURL(file).href + hash);
  await settled(opened.page);
  opened.requests.shift();
  return opened;
}

/** Opens what a server gives. */
export async function visit(url: string): Promise<Opened> {
  const opened = await fresh({});
  await opened.page.goto(url);
  return opened;
}

export async function close(): Promise<void> {
  await browser?.close();
  rmSync(folder, { recursive: true, force: true });
}

/** The page has drawn what was changed. */
export async function settled(page: Page): Promise<void> {
  await page.evaluate(
    () =>
      new Promise<void>((resolve) => {
        requestAnimationFrame(() => requestAnimationFrame(() => resolve()));
      }),
  );
}

export async function press(page: Page, ...keys: string[]): Promise<void> {
  for (const key of keys) {
    await page.keyboard.press(key);
    await settled(page);
  }
}

export const words = (page: Page): Locator => page.locator(".words");
export const marked = (page: Page): Locator => page.locator(".code li[aria-current]");

/** The picture on the canvas, to be compared. */
export async function picture(page: Page): Promise<string> {
  await settled(page);
  return page.evaluate(() => document.querySelector("canvas")!.toDataURL());
}

/** How many pixels of the canvas between two heights are nearer to a colour of the style sheet than to its ground. */
export async function pixels(page: Page, colour: string, top: number, bottom: number, left = 180): Promise<number> {
  await settled(page);
  return page.evaluate(
    ([colour, top, bottom, left]) => {
      const canvas = document.querySelector("canvas")!;
      const probe = document.createElement("canvas").getContext("2d")!;
      const style = getComputedStyle(document.documentElement);
      const read = (name: string) => {
        probe.fillStyle = style.getPropertyValue(`--${name}`);
        probe.fillRect(0, 0, 1, 1);
        return probe.getImageData(0, 0, 1, 1).data;
      };
      const [wanted, ground] = [read(colour), read("bg")];
      const { data } = canvas.getContext("2d")!.getImageData(left, top, canvas.width - left, bottom - top);
      let count = 0;
      for (let i = 0; i < data.length; i += 4) {
        let [toWanted, toGround] = [0, 0];
        for (const part of [0, 1, 2]) {
          toWanted += (data[i + part]! - wanted[part]!) ** 2;
          toGround += (data[i + part]! - ground[part]!) ** 2;
        }
        if (toWanted < toGround) count++;
      }
      return count;
    },
    [colour, top, bottom, left] as const,
  );
}

/** For what comes in its own time: the machine may be slow. */
export const SOON: { timeout: number } = { timeout: 30_000 };
