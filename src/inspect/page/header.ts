// The head of the page: what is shown, the filter, language, theme and help; while a program runs, what the connection does.
//
// May import: app, dom, format, texts.

import type { App, Link, Panel, Theme } from "./app.ts";
import { h, set, setText } from "./dom.ts";
import { duration } from "./format.ts";
import type { TextKey } from "./texts.ts";

const THEMES: Theme[] = ["auto", "light", "dark"];
const THEME_TEXT: Record<Theme, TextKey> = { auto: "themeAuto", light: "themeLight", dark: "themeDark" };
const LINK_TEXT: Record<Exclude<Link, "none">, TextKey> = {
  connecting: "linkConnecting",
  open: "linkOpen",
  lost: "linkLost",
  ended: "linkEnded",
};

export function nextTheme(app: App): void {
  const theme = THEMES[(THEMES.indexOf(app.state.theme) + 1) % THEMES.length]!;
  app.set({ theme });
}

export function nextLanguage(app: App): void {
  app.set({ language: app.state.language === "en" ? "zh" : "en" });
}

export interface Header {
  element: HTMLElement;
  search: HTMLInputElement;
  panel: Panel;
}

export function makeHeader(app: App, openHelp: () => void): Header {
  const title = h("h1");
  const summary = h("p", { class: "summary" });
  const link = h("p", { class: "link", role: "status" });
  const search = h("input", {
    type: "search",
    id: "search",
    autocomplete: "off",
    spellcheck: "false",
    oninput: () => app.set({ filter: search.value }),
    onkeydown: (event: KeyboardEvent) => {
      if (event.key !== "Enter") return;
      event.preventDefault();
      app.stepBy(event.shiftKey ? -1 : 1);
    },
  });
  const none = h("p", { class: "none", role: "status" });
  const language = h("button", { type: "button", id: "language", onclick: () => nextLanguage(app) });
  const theme = h("button", { type: "button", id: "theme", onclick: () => nextTheme(app) });
  const help = h("button", { type: "button", id: "help", onclick: openHelp });
  const element = h(
    "header",
    {},
    h("div", { class: "about" }, title, summary, link),
    h("div", { class: "find" }, search, none),
    h("div", { class: "buttons" }, language, theme, help),
  );
  const panel: Panel = ({ model, state, say }) => {
    setText(title, model.title);
    setText(summary, summaryOf(app));
    setText(link, linkText(app));
    link.hidden = state.link === "none";
    set(link, "data-link", state.link);
    set(search, "placeholder", say("search"));
    set(search, "aria-label", say("search"));
    if (search.value !== state.filter) search.value = state.filter;
    setText(none, app.shownLanes.includes(true) ? "" : say("searchNone"));
    setText(language, say("language"));
    set(language, "aria-label", say("languageLabel"));
    set(language, "lang", state.language === "en" ? "zh-CN" : "en");
    setText(theme, `${say("theme")}${say(THEME_TEXT[state.theme])}`);
    setText(help, say("help"));
  };
  return { element, search, panel };
}

function summaryOf({ model, say }: App): string {
  const time = model.unit === "us" ? duration(model.end - model.origin) : "";
  const count = model.lanes.filter(({ kind }) => kind !== "program").length;
  const inserts = { lanes: count, steps: model.steps.count, time };
  const text = say(count === 1 ? "summaryOne" : "summary", inserts).replace(/[,，]\s*$/, "");
  return model.dropped > 0 ? `${text} · ${say("dropped", { count: model.dropped })}` : text;
}

function linkText({ state, say }: App): string {
  if (state.link === "none") return "";
  if (state.link === "ended" && state.exitCode !== null) return say("linkExit", { code: state.exitCode });
  return say(LINK_TEXT[state.link]);
}
