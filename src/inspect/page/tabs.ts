// Panels of which one is in sight.
//
// May import: app, dom, texts.

import type { App, Panel, Tab } from "./app.ts";
import { h, set, setText } from "./dom.ts";

export interface Page {
  tab: Tab;
  element: HTMLElement;
  panel: Panel;
  /** Whether it can be chosen. */
  isThere: (app: App) => boolean;
}

export function makeTabs(app: App, pages: Page[]): { element: HTMLElement; panel: Panel } {
  const buttons = pages.map(({ tab }) =>
    h("button", {
      type: "button",
      role: "tab",
      id: `tab-${tab}`,
      "aria-controls": `panel-${tab}`,
      onclick: () => app.set({ tab }),
    }),
  );
  for (const { tab, element } of pages) {
    set(element, "id", `panel-${tab}`);
    set(element, "role", "tabpanel");
    set(element, "aria-labelledby", `tab-${tab}`);
  }
  const list = h("div", { role: "tablist", class: "title" }, ...buttons);
  list.addEventListener("keydown", (event) => {
    const by = event.key === "ArrowRight" ? 1 : event.key === "ArrowLeft" ? -1 : 0;
    if (by === 0) return;
    event.preventDefault();
    const there = pages.filter((page) => page.isThere(app));
    const at = there.findIndex(({ tab }) => tab === app.state.tab);
    const { tab } = there[(at + by + there.length) % there.length]!;
    app.set({ tab });
    buttons[pages.findIndex((page) => page.tab === tab)]!.focus();
  });
  const panel: Panel = (app) => {
    for (const [index, page] of pages.entries()) {
      const isChosen = page.tab === app.state.tab;
      const button = buttons[index]!;
      setText(button, app.say(page.tab));
      button.hidden = !page.isThere(app);
      set(button, "aria-selected", isChosen ? "true" : "false");
      set(button, "tabindex", isChosen ? 0 : -1);
      page.element.hidden = !isChosen;
      if (isChosen) page.panel(app);
    }
  };
  return { element: h("section", { class: "tabs" }, list, ...pages.map(({ element }) => element)), panel };
}
