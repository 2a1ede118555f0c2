// The page on every screen, in both themes and languages, by keys alone, and with data that is not as it should be.

import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, test } from "vitest";
import { makeBundle } from "../../../scripts/build-page.ts";
import { page as makePage } from "../../../src/inspect/page.ts";
import type { TraceData } from "../../../src/inspect/trace-format.ts";
import { close, hasChromium, open, picture, press, settled, words } from "./browser.ts";
import { small } from "./made.ts";

afterAll(close);

describe("the file", () => {
  test("the bundle is that of the sources (else: npx tsx scripts/build-page.ts)", async () => {
    const file = fileURLToPath(new URL("../../../src/inspect/page/bundle.ts", import.meta.url));
    expect(readFileSync(file, "utf8")).toBe(await makeBundle());
  });

  test("names nothing that lies elsewhere", () => {
    const html = makePage(small());
    expect(html.match(/(?:src|href)=|url\(|@import|https?:/g) ?? []).toEqual([]);
  });

  test("no value ends a script element, or a line of it", () => {
    const html = makePage({ ...small(), values: ["</script><!--", "\u2028\u2029"], title: "</title><b>" });
    expect(html.match(/<\/script>/g)).toHaveLength(3);
    expect(html).not.toMatch(/<!--|<b>|[\u2028\u2029]/);
  });
});

describe.skipIf(!hasChromium)("with values that look like markup", () => {
  test("they are shown as they are, and nothing of them runs", async () => {
    const evil = `</script><script>document.title = "taken"</script><img src=x onerror="document.title='taken'">`;
    const data: TraceData = { ...small(), title: evil, values: [evil, "\u2028"] };
    data.lanes[2]!.name = evil;
    data.sources["lesson.ts"] = `${evil}\n`.repeat(6);
    const { page, requests, complaints } = await open(data, { hash: "#step=7" });
    expect(await page.title()).toContain(evil);
    expect(await page.locator("h1").textContent()).toBe(evil);
    expect(await page.locator(".details").textContent()).toContain(evil);
    expect(await page.locator("img").count()).toBe(0);
    expect(requests).toEqual([]);
    expect(complaints).toEqual([]);
  });

  test("a script that got into the file by other ways is refused", async () => {
    const change = (html: string) => html.replace("<noscript>", "<script>window.taken = true</script><noscript>");
    const { page, complaints } = await open(small(), { change });
    expect(await page.evaluate(() => "taken" in window)).toBe(false);
    expect(complaints.join("\n")).toContain("Content Security Policy");
  });
});

describe.skipIf(!hasChromium)("bad data", () => {
  const shown = async (change: (html: string) => string, locale = "en-US") => {
    const { page } = await open(small(), { change, locale });
    return page.locator("[role=alert]").textContent();
  };

  test("of another version: the page says which it is, and what to do", async () => {
    const other = (html: string) => html.replace('{"version":1', '{"version":7');
    expect(await shown(other)).toBe(
      "This trace can’t be shownIt has version 7, and this page knows version 1. Make the page with the Corun that made the trace.",
    );
    expect(await shown(other, "zh-CN")).toContain("它的版本是 7");
  });

  test("cut off: it says so", async () => {
    expect(await shown((html) => html.replace(/(id="trace">.{40}).*?<\/script>/s, "$1</script>"))).toContain("no JSON");
  });

  test("no trace: it says what it is", async () => {
    expect(await shown((html) => html.replace(/(id="trace">).*?<\/script>/s, '$1{"a":1}</script>'))).toContain(
      '{"a":1}',
    );
  });

  test("with a part that is broken: it says which", async () => {
    expect(await shown((html) => html.replace('"steps":[[0,', '"steps":[["x",'))).toContain('steps[0] = ["x",0,-1');
    expect(await shown((html) => html.replace('"lanes":', '"lines":'))).toContain("lanes");
  });

  test("a trace without steps is no bad one", async () => {
    const { page, complaints } = await open({ ...small(), steps: [], lanes: [], sites: [], sources: {} });
    expect(await words(page).textContent()).toBe("There are no steps in this trace.");
    await press(page, ".", ",", "+", "0", "o", "End");
    expect(complaints).toEqual([]);
  });
});

describe.skipIf(!hasChromium)("themes and languages", () => {
  test("it is dark where the system is, and otherwise as the reader chooses", async () => {
    const { page } = await open(small(), { colorScheme: "light" });
    const ground = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    const [light, lightPicture] = [await ground(), await picture(page)];
    await page.emulateMedia({ colorScheme: "dark" });
    const dark = await ground();
    expect(dark).not.toBe(light);
    expect(await picture(page)).not.toBe(lightPicture);
    await page.click("#theme");
    await settled(page);
    expect(await page.locator("#theme").textContent()).toBe("Theme: light");
    expect([await ground(), await picture(page)]).toEqual([light, lightPicture]);
    await press(page, "t");
    expect(await ground()).toBe(dark);
  });

  test("it speaks Chinese where the browser does, and otherwise as the reader chooses", async () => {
    const { page } = await open(small(), { locale: "zh-CN", hash: "#step=7" });
    expect(await words(page).textContent()).toBe("producer 把 5 发送给 consumer");
    expect(await page.evaluate(() => document.documentElement.lang)).toBe("zh-CN");
    // But for names, values and the other language's own, no English is left.
    const left = await page.evaluate(() => {
      const texts = [...document.querySelectorAll("body *:not(.code *, td, th, dd, h1, h3, option, kbd)")]
        .flatMap((each) => [...each.childNodes].filter(({ nodeType }) => nodeType === 3))
        .map((text) => text.textContent!);
      const labels = [...document.querySelectorAll("[aria-label]")].map((each) => each.getAttribute("aria-label")!);
      return [...texts, ...labels].filter((text) => /[A-Za-z]{3}/.test(text));
    });
    expect(left.filter((text) => !/^(English|producer|consumer|main)|lesson.ts|send|Ctrl/.test(text))).toEqual([]);
    await page.click("#language");
    await settled(page);
    expect(await words(page).textContent()).toBe("producer sends 5 to consumer");
    await press(page, "l");
    expect(await words(page).textContent()).toBe("producer 把 5 发送给 consumer");
  });

  test("nothing moves by itself for who wants that", async () => {
    const { page } = await open(small(), { reducedMotion: "reduce" });
    const moving = await page.evaluate(
      () =>
        [...document.querySelectorAll("*")].filter((each) => {
          const { transitionDuration, animationName } = getComputedStyle(each);
          return transitionDuration !== "0s" || animationName !== "none";
        }).length,
    );
    expect(moving).toBe(0);
  });
});

describe.skipIf(!hasChromium)("screens", () => {
  test.each([360, 768, 1280, 1920])("nothing stands out sideways at %d pixels", async (width) => {
    const { page } = await open(small(), { viewport: { width, height: 740 }, hash: "#step=7" });
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
    const out = await page.evaluate(
      () =>
        [...document.querySelectorAll("button:not([hidden]), select, input, h1, .words")].filter((each) => {
          const { left, right } = each.getBoundingClientRect();
          return left < 0 || right > innerWidth;
        }).length,
    );
    expect(out).toBe(0);
    const { width: drawn } = (await page.locator("canvas").boundingBox())!;
    expect(drawn).toBeGreaterThan(width * 0.4);
  });
});

describe.skipIf(!hasChromium)("without a mouse, and for those who hear the page", () => {
  test("everything is reached with Tab, in order, and one sees where one is", async () => {
    const { page } = await open(small());
    const seen: string[] = [];
    for (let i = 0; i < 24; i++) {
      await page.keyboard.press("Tab");
      const here = await page.evaluate(() => {
        const { id, className, tagName } = document.activeElement!;
        const { outlineStyle } = getComputedStyle(document.activeElement!);
        return { name: id || className || tagName, isSeen: outlineStyle !== "none" };
      });
      if (here.name === "BODY") break;
      expect(here).toEqual({ ...here, isSeen: true });
      seen.push(here.name);
    }
    for (const name of [
      "skip",
      "search",
      "language",
      "theme",
      "help",
      "back",
      "forward",
      "axis-order",
      "fit",
      "scroll",
      "tab-steps",
      "code",
    ])
      expect(seen).toContain(name);
  });

  test("help opens with ?, closes with Escape, and can switch single keys off", async () => {
    const { page } = await open(small());
    await press(page, "?");
    expect(await page.locator("dialog").isVisible()).toBe(true);
    await page.locator("dialog input").uncheck();
    await press(page, "Escape");
    expect(await page.locator("dialog").isVisible()).toBe(false);
    await press(page, ".");
    expect(await words(page).textContent()).toBe("main is started");
    await press(page, "End");
    expect(await words(page).textContent()).toBe("producer has ended");
  });

  test("keys that are typed into the filter are no commands", async () => {
    const { page } = await open(small());
    await press(page, "/");
    await page.keyboard.type("con.,+t?");
    await settled(page);
    expect(await page.locator("#search").inputValue()).toBe("con.,+t?");
    expect(await words(page).textContent()).toBe("main is started");
    expect(await page.locator("dialog").isVisible()).toBe(false);
  });

  test("lanes are chosen with the arrow keys", async () => {
    const { page } = await open(small());
    await page.locator(".scroll").focus();
    await press(page, "ArrowDown", "ArrowDown");
    expect(await page.locator(".details h3").last().textContent()).toBe("consumer");
    await press(page, "ArrowUp");
    expect(await page.locator(".details h3").last().textContent()).toBe("main");
  });

  test("the picture has a text in its place, and each button a name", async () => {
    const { page } = await open(small());
    expect(await page.locator("canvas").getAttribute("aria-label")).toContain("3 coroutines and 13 steps");
    expect(await page.getByRole("img", { name: "Timeline of 3 coroutines" }).count()).toBe(1);
    expect(await page.getByRole("row", { name: "producer sends 5 to consumer" }).count()).toBe(1);
    expect(await words(page).getAttribute("aria-live")).toBe("polite");
    const nameless = await page.evaluate(
      () =>
        [...document.querySelectorAll("button, input, select, [tabindex='0']")].filter(
          (each) =>
            !each.closest("dialog") &&
            !each.getAttribute("aria-label") &&
            !each.getAttribute("aria-labelledby") &&
            !each.textContent.trim() &&
            !(each as HTMLInputElement).labels?.length,
        ).length,
    );
    expect(nameless).toBe(0);
  });

  test("tabs are changed with arrows; the tree tells what each coroutine does", async () => {
    const { page } = await open(small());
    await page.locator("#tab-steps").focus();
    await press(page, "ArrowRight");
    expect(await page.locator("#tab-tree").getAttribute("aria-selected")).toBe("true");
    const rows = await page.locator("#panel-tree tbody tr[data-row]").allTextContents();
    expect(rows).toHaveLength(3);
    expect(rows[1]).toContain("consumerwaitinga sendmain"); // who must act is the last before the place
    expect(await page.locator("#tab-channels").isVisible()).toBe(false);
  });

  test("text and signs stand out from their ground", async () => {
    const { page } = await open(small());
    for (const scheme of ["light", "dark"] as const) {
      await page.emulateMedia({ colorScheme: scheme });
      const ratios = await page.evaluate(() => {
        const style = getComputedStyle(document.documentElement);
        const light = (name: string) => {
          const parts = style.getPropertyValue(`--${name}`).trim().slice(1).match(/../g)!;
          const [red, green, blue] = parts.map((part) => {
            const value = Number.parseInt(part, 16) / 255;
            return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
          });
          return 0.2126 * red! + 0.7152 * green! + 0.0722 * blue!;
        };
        const pairs: [string, string, number][] = [
          ["text", "bg", 7],
          ["text", "band", 7],
          ["muted", "bg", 4.5],
          ["muted", "panel", 4.5],
          ["muted", "band", 4.5],
          ["word", "bg", 4.5],
          ["quote", "bg", 4.5],
          ["on-now", "now", 4.5],
          ["on-slice", "slice", 4.5],
          ["now", "bg", 4.5],
          ["arrow", "bg", 3],
          ["edge", "bg", 3],
        ];
        return pairs.map(([one, other, least]) => {
          const [a, b] = [light(one), light(other)].sort((x, y) => y - x);
          return { pair: `${one} on ${other}`, ratio: (a! + 0.05) / (b! + 0.05), least };
        });
      });
      expect(ratios.filter(({ ratio, least }) => ratio < least)).toEqual([]);
    }
  });
});
