// The page on which one watches coroutines: what it shows, and how one moves in it.

import type { Page } from "playwright";
import { afterAll, describe, expect, test } from "vitest";
import { rowHeight, RULER } from "../../../src/inspect/page/frame.ts";
import { close, hasChromium, marked, open, picture, pixels, press, settled, SOON, words } from "./browser.ts";
import { ring, SENTENCES, small } from "./made.ts";

afterAll(close);

const canvasHeight = (page: Page) => page.evaluate(() => document.querySelector("canvas")!.height);

describe.skipIf(!hasChromium)("the timeline", () => {
  test("each coroutine has a lane with a slice for each time it ran", async () => {
    const { page, complaints } = await open(small());
    const height = rowHeight(3, await canvasHeight(page));
    for (const row of [0, 1, 2]) {
      const top = RULER + row * height;
      expect(await pixels(page, "slice", top + 4, top + height - 4)).toBeGreaterThan(100);
    }
    expect(complaints).toEqual([]);
  });

  test("an arrow goes from who hands over to who gets it, and not when one of them is filtered out", async () => {
    const { page } = await open(small());
    const height = rowHeight(3, await canvasHeight(page));
    // Between the slices of consumer and producer, right of the line of the present step; the grid is paler.
    const between = RULER + 2 * height;
    expect(await pixels(page, "arrow", between - 8, between - 4, 260)).toBeGreaterThan(8);
    await page.fill("#search", "consumer");
    const alone = rowHeight(1, await canvasHeight(page));
    expect(await pixels(page, "arrow", RULER + alone + 4, RULER + alone + 40, 260)).toBe(0);
  });

  test("the coroutine that runs is drawn strongly, in its lane and no other", async () => {
    const { page } = await open(small(), { hash: "#step=7" });
    await expect.poll(() => words(page).textContent(), SOON).toBe("producer sends 5 to consumer");
    const height = rowHeight(3, await canvasHeight(page));
    const strong = (row: number) =>
      pixels(page, "now", RULER + row * height + height / 2 - 6, RULER + row * height + height / 2 + 6);
    const [main, consumer, producer] = [await strong(0), await strong(1), await strong(2)];
    // The line of the present step goes through all of them.
    expect(producer).toBeGreaterThan(4 * main);
    expect(consumer).toBeLessThan(2 * main + 20);
  });

  test("a click chooses the step that is nearest in that lane", async () => {
    const { page } = await open(small());
    const box = (await page.locator("canvas").boundingBox())!;
    const height = rowHeight(3, await canvasHeight(page));
    // The producer's lane, at its far end.
    await page.mouse.click(box.x + box.width - 10, box.y + RULER + 2.5 * height);
    await settled(page);
    expect(await words(page).textContent()).toBe("producer has ended");
    expect(await page.locator(".details").textContent()).toContain("lesson.ts:4:1");
  });

  test("what is under the pointer stays there while the wheel zooms", async () => {
    const { page } = await open(ring(3000, 5), { hash: "#axis=time" });
    const box = (await page.locator("canvas").boundingBox())!;
    const [x, y] = [box.x + 500, box.y + RULER + 40];
    const stepThere = async () => {
      await page.mouse.click(x, y);
      await settled(page);
      return Number((await page.locator(".number").textContent())!.split(" ")[1]);
    };
    const before = await stepThere();
    for (let i = 0; i < 10; i++) await page.mouse.wheel(0, -100);
    await settled(page);
    expect(Math.abs((await stepThere()) - before)).toBeLessThan(40);
  });

  test("wheel, drag, keys and buttons move and zoom, and 0 shows all again", async () => {
    const { page } = await open(ring(300, 5));
    await press(page, "0");
    const all = await picture(page);
    const seen = [all];
    const box = (await page.locator("canvas").boundingBox())!;
    const isNew = async (what: string) => {
      const now = await picture(page);
      expect({ what, isNew: !seen.includes(now) }).toEqual({ what, isNew: true });
      seen.push(now);
    };
    await press(page, "+");
    await isNew("+");
    await press(page, "ArrowRight");
    await isNew("→");
    await page.mouse.move(box.x + 400, box.y + 100);
    await page.mouse.wheel(0, -200);
    await isNew("wheel");
    await page.mouse.down();
    await page.mouse.move(box.x + 300, box.y + 100, { steps: 4 });
    await page.mouse.up();
    await isNew("drag");
    await page.click("#zoom-in");
    await isNew("button");
    await page.mouse.move(0, 0);
    await press(page, "0");
    expect(await picture(page)).toBe(all);
  });

  test("two fingers zoom, and one moves", async () => {
    const { page } = await open(ring(300, 5), { hasTouch: true });
    const box = (await page.locator("canvas").boundingBox())!;
    const cdp = await page.context().newCDPSession(page);
    const touch = (type: "touchStart" | "touchMove" | "touchEnd", ...xs: number[]) =>
      cdp.send("Input.dispatchTouchEvent", {
        type,
        touchPoints: xs.map((x, id) => ({ x: box.x + x, y: box.y + 100, id })),
      });
    const start = await picture(page);
    await touch("touchStart", 300, 400);
    for (const by of [10, 20, 30, 40]) await touch("touchMove", 300 - by, 400 + by);
    await touch("touchEnd");
    const zoomed = await picture(page);
    expect(zoomed).not.toBe(start);
    await touch("touchStart", 400);
    for (const by of [10, 20, 30, 40]) await touch("touchMove", 400 - by);
    await touch("touchEnd");
    expect(await picture(page)).not.toBe(zoomed);
  });
});

describe.skipIf(!hasChromium)("step by step", () => {
  test("forward tells all that happens, in plain words and in order, and back tells it backwards", async () => {
    const { page } = await open(small());
    const told = [await words(page).textContent()];
    for (let i = 1; i < SENTENCES.length; i++) {
      await press(page, ".");
      told.push(await words(page).textContent());
    }
    expect(told).toEqual(SENTENCES);
    await press(page, ",", "p");
    expect(await words(page).textContent()).toBe(SENTENCES.at(-3));
  });

  test("the line of the step is marked, and moves on with it", async () => {
    const { page } = await open(small(), { hash: "#step=7" });
    expect(await marked(page).count()).toBe(1);
    expect(await marked(page).locator("code").textContent()).toContain("yield* to.send(5)");
    await page.click("#forward");
    await page.click("#forward");
    await page.click("#forward");
    await settled(page);
    expect(await words(page).textContent()).toBe("consumer hands true to producer");
    expect(await marked(page).locator("code").textContent()).toContain("yield wanted");
    expect(await marked(page).locator(".chip.runs").textContent()).toContain("consumer");
  });

  test("the first and the last step end the way, and the buttons say so", async () => {
    const { page } = await open(small());
    const isOff = (id: string) => page.locator(id).getAttribute("aria-disabled");
    expect([await isOff("#back"), await isOff("#forward")]).toEqual(["true", "false"]);
    await press(page, "End", ".");
    expect(await words(page).textContent()).toBe("producer has ended");
    expect([await isOff("#back"), await isOff("#forward")]).toEqual(["false", "true"]);
    await press(page, "Home");
    expect(await words(page).textContent()).toBe("main is started");
  });

  test("with a filter, the steps of other coroutines are left out", async () => {
    const { page } = await open(small());
    await page.fill("#search", "CONSUMER");
    await settled(page);
    expect(await page.locator("tbody tr[data-row]").count()).toBe(5);
    await press(page, "Enter");
    expect(await words(page).textContent()).toBe("main starts consumer");
    await page.fill("#search", "nobody");
    await settled(page);
    expect(await page.locator(".none").textContent()).toBe("no coroutine has such a name");
    await press(page, "Escape");
    expect(await page.locator("tbody tr[data-row]").count()).toBe(SENTENCES.length);
  });

  test("details tell of the step and of the coroutine", async () => {
    const { page } = await open(small(), { hash: "#step=7" });
    const details = await page.locator(".details dl").allTextContents();
    expect(details[0]).toContain("Fromproducer");
    expect(details[0]).toContain("Toconsumer");
    expect(details[0]).toContain("Value5");
    expect(details[0]).toContain("lesson.ts:5:13 (producer)");
    expect(details[1]).toContain("Started bymain");
    expect(details[1]).toContain("Statedone");
  });

  test("the address keeps the step, so that the page opens where it was", async () => {
    const { page } = await open(small());
    await press(page, ".", ".");
    await expect.poll(() => page.evaluate(() => location.hash), SOON).toContain("step=3");
    await page.reload();
    await settled(page);
    expect(await words(page).textContent()).toBe("main starts consumer");
  });
});

describe.skipIf(!hasChromium)("a hundred thousand steps", () => {
  test("the table has only the rows in sight, and all can be reached", async () => {
    const { page, complaints } = await open(ring(100_000));
    const rows = page.locator("#panel-steps tbody tr[data-row]");
    expect(await page.locator("#panel-steps table").getAttribute("aria-rowcount")).toBe("100000");
    expect(await rows.count()).toBeLessThan(200);
    await press(page, "End");
    expect(await rows.last().textContent()).toContain("99999");
    expect(await page.locator("#panel-steps tr[aria-current]").getAttribute("aria-rowindex")).toBe("100000");
    expect(complaints).toEqual([]);
  });

  test("a picture takes about as long as one of two thousand", async () => {
    const time = async (count: number) => {
      const { page } = await open(ring(count), { hash: "#axis=time" });
      return page.evaluate(async () => {
        const scroll = document.querySelector(".scroll")!;
        const times: number[] = [];
        for (let i = 0; i < 40; i++) {
          const start = performance.now();
          // Scrolling draws at once.
          scroll.dispatchEvent(new Event("scroll"));
          times.push(performance.now() - start);
          await new Promise((resolve) => setTimeout(resolve, 5));
        }
        return times.sort((a, b) => a - b)[10]!;
      });
    };
    const few = await time(2000);
    const many = await time(100_000);
    // A lane has 50 times as many slices. Drawing each of them would take that much longer.
    expect(many).toBeLessThan(8 * few + 8);
  });
});
