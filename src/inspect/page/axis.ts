// The buttons of the timeline: its axis, and how much of it is seen.
//
// May import: app, dom.

import type { App, Panel } from "./app.ts";
import { h, set, setText } from "./dom.ts";

export function makeAxis(app: App): { element: HTMLElement; panel: Panel } {
  const title = h("h2");
  const order = h("button", { type: "button", id: "axis-order", onclick: () => app.setAxis("order") });
  const time = h("button", { type: "button", id: "axis-time", onclick: () => app.setAxis("time") });
  const choice = h("div", { class: "choice", role: "group" }, order, time);
  const out = h("button", { type: "button", id: "zoom-out", onclick: () => app.zoom(1 / 1.5) }, "−");
  const into = h("button", { type: "button", id: "zoom-in", onclick: () => app.zoom(1.5) }, "+");
  const fit = h("button", { type: "button", id: "fit", onclick: () => app.fit() });
  const element = h("div", { class: "title" }, title, choice, h("div", { class: "buttons" }, out, into, fit));
  const panel: Panel = ({ model, state, say }) => {
    setText(title, say("lanes"));
    set(choice, "aria-label", say("axis"));
    choice.hidden = model.unit === "events";
    setText(order, say("axisOrder"));
    setText(time, say("axisTime"));
    set(order, "aria-pressed", state.axis === "order" ? "true" : "false");
    set(time, "aria-pressed", state.axis === "time" ? "true" : "false");
    set(out, "aria-label", say("zoomOut"));
    set(into, "aria-label", say("zoomIn"));
    setText(fit, say("fit"));
  };
  return { element, panel };
}
