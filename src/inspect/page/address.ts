// What is shown, in the part of the address behind the `#`: `#step=12&lang=zh`. So a page can be opened as it was, or
// as somebody else saw it.
//
// May import: app, texts.

import type { App, Panel, State, Theme } from "./app.ts";
import type { Language } from "./texts.ts";

const LANGUAGES: readonly string[] = ["en", "zh"] satisfies Language[];
const THEMES: readonly string[] = ["auto", "light", "dark"] satisfies Theme[];

/** What the address says; steps are counted from 1 there. */
export function readAddress(hash: string): Partial<State> {
  const given = new URLSearchParams(hash.replace(/^#/, ""));
  const found: Partial<State> = {};
  const language = given.get("lang") ?? "";
  const theme = given.get("theme") ?? "";
  const filter = given.get("filter");
  if (LANGUAGES.includes(language)) found.language = language as Language;
  if (THEMES.includes(theme)) found.theme = theme as Theme;
  if (filter !== null) found.filter = filter;
  return found;
}

export function stepInAddress(hash: string): number {
  const step = Number(new URLSearchParams(hash.replace(/^#/, "")).get("step"));
  return Number.isInteger(step) && step > 0 ? step - 1 : -1;
}

export function axisInAddress(hash: string): string | null {
  return new URLSearchParams(hash.replace(/^#/, "")).get("axis");
}

function write({ step, language, theme, filter, axis }: State): string {
  const parts = new URLSearchParams({ lang: language, axis });
  if (step >= 0) parts.set("step", String(step + 1));
  if (theme !== "auto") parts.set("theme", theme);
  if (filter !== "") parts.set("filter", filter);
  return `#${parts}`;
}

/** How long the state must have stood still, in milliseconds: browsers allow only so many changes. */
const STILL = 250;

export function addressPanel(): Panel {
  let timer: ReturnType<typeof setTimeout> | undefined;
  return ({ state }: App) => {
    const hash = write(state);
    clearTimeout(timer);
    if (hash !== location.hash) timer = setTimeout(() => history.replaceState(null, "", hash), STILL);
  };
}
