// Help: the keys, and what is drawn.
//
// May import: app, dom, texts.

import type { App, Panel } from "./app.ts";
import { fill, h } from "./dom.ts";
import type { TextKey } from "./texts.ts";

const KEYS: [string[], TextKey][] = [
  [[".", "n"], "keyForward"],
  [[",", "p"], "keyBack"],
  [["Home", "End"], "keyEnds"],
  [["←", "→"], "keyPan"],
  [["↑", "↓"], "keyLane"],
  [["+", "-"], "keyZoom"],
  [["0"], "keyFit"],
  [["o"], "keyAxis"],
  [["/"], "keySearch"],
  [["l"], "keyLanguage"],
  [["t"], "keyTheme"],
  [["?"], "keyHelp"],
  [["Esc"], "keyEscape"],
];

const LEGEND: [string, TextKey][] = [
  ["slice", "legendRuns"],
  ["now", "legendNow"],
  ["life", "legendLife"],
  ["solid", "legendSolid"],
  ["dashed", "legendDashed"],
  ["dotted", "legendDotted"],
];

export function makeHelp(app: App): { element: HTMLDialogElement; panel: Panel; open: () => void } {
  const element = h("dialog", { class: "help", "aria-labelledby": "help-title" });
  const content = () => {
    const { say } = app;
    const keysOn = h("input", { type: "checkbox", onchange: () => app.set({ keysOn: keysOn.checked }) });
    keysOn.checked = app.state.keysOn;
    const keys = KEYS.flatMap(([names, text]) => [
      h("dt", {}, ...names.map((name) => h("kbd", {}, name))),
      h("dd", {}, say(text)),
    ]);
    const legend = LEGEND.flatMap(([name, text]) => [
      h("dt", {}, h("span", { class: `sample ${name}` })),
      h("dd", {}, say(text)),
    ]);
    return [
      h("h2", { id: "help-title" }, say("help")),
      h("h3", {}, say("keys")),
      h("dl", {}, ...keys),
      h("label", {}, keysOn, h("span", {}, say("keysOn"))),
      h("p", {}, say("mouse")),
      h("h3", {}, say("legend")),
      h("dl", {}, ...legend),
      h("form", { method: "dialog" }, h("button", { id: "close-help" }, say("close"))),
    ];
  };
  let language = "";
  const panel: Panel = ({ state }) => {
    if (state.language === language) return;
    language = state.language;
    fill(element, ...content());
  };
  return { element, panel, open: () => element.showModal() };
}
