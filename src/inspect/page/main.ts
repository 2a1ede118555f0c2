// Where the page begins: reads the trace that stands in it, and puts the panels together.
//
// May import: all of this folder; trace-format.

import { addressPanel, axisInAddress, readAddress, stepInAddress } from "./address.ts";
import { App } from "./app.ts";
import { makeAxis } from "./axis.ts";
import { makeChannels } from "./channels-panel.ts";
import { BadData, checkTrace, parse } from "./check.ts";
import { makeDetails } from "./details.ts";
import { fill, h } from "./dom.ts";
import { makeHeader, nextLanguage, nextTheme } from "./header.ts";
import { makeHelp } from "./help.ts";
import { listenToKeys } from "./keys.ts";
import { Lanes } from "./lanes.ts";
import { connect } from "./live.ts";
import { Model } from "./model.ts";
import { Source } from "./source.ts";
import { makeStepper } from "./stepper.ts";
import { makeSteps } from "./steps-panel.ts";
import { makeTabs } from "./tabs.ts";
import { type Language, speak } from "./texts.ts";
import { makeTree } from "./tree-panel.ts";

/** What `page()` writes beside the trace. */
interface Config {
  live?: string;
}

const language: Language = navigator.language.toLowerCase().startsWith("zh") ? "zh" : "en";

function textOf(id: string): string {
  return document.getElementById(id)?.textContent ?? "";
}

function build(app: App, config: Config): void {
  const help = makeHelp(app);
  const header = makeHeader(app, help.open);
  const lanes = new Lanes(app);
  const axis = makeAxis(app);
  const source = new Source(app);
  const details = makeDetails();
  const stepper = makeStepper(app);
  const always = () => true;
  const tabs = makeTabs(app, [
    { tab: "steps", ...makeSteps(app), isThere: always },
    { tab: "tree", ...makeTree(app), isThere: always },
    { tab: "channels", ...makeChannels(), isThere: ({ state }) => state.channels !== null },
  ]);
  lanes.element.prepend(axis.element);
  const skip = h("a", { class: "skip", href: "#panel-steps" });
  const main = h("main", {}, lanes.element, tabs.element, source.element, details.element);
  fill(document.body, skip, header.element, stepper.element, main, help.element);
  skip.addEventListener("click", (event) => {
    event.preventDefault();
    app.set({ tab: "steps" });
    document.getElementById("panel-steps")!.focus();
  });
  let theme = "";
  app.add(({ state, say }) => {
    document.documentElement.lang = state.language === "zh" ? "zh-CN" : "en";
    document.title = `${app.model.title} – Corun`;
    skip.textContent = say("skip");
    document.documentElement.dataset["theme"] = state.theme;
    if (state.theme !== theme) lanes.forgetColours();
    theme = state.theme;
  });
  for (const { panel } of [header, stepper, axis, lanes, tabs, source, details, help]) app.add(panel);
  app.add(addressPanel());
  listenToKeys(app, {
    moveLane: (by) => lanes.moveLane(by),
    focusSearch: () => header.search.select(),
    openHelp: help.open,
    nextTheme: () => nextTheme(app),
    nextLanguage: () => nextLanguage(app),
  });
  header.search.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    app.set({ filter: "" });
    lanes.focus();
  });
  open(app, config);
}

/** As the address says. */
function open(app: App, config: Config): void {
  const { hash } = location;
  app.set(readAddress(hash));
  app.draw();
  const wanted = axisInAddress(hash);
  if (wanted === "time" || wanted === "order") app.setAxis(wanted);
  const step = stepInAddress(hash);
  if (step >= 0) app.goTo(step);
  if (config.live !== undefined) connect(app, config.live, refuse);
}

/** Says why there is nothing to see. */
function refuse({ problem, seen }: BadData): void {
  const say = speak(readAddress(location.hash).language ?? language);
  document.title = say("cannotShow");
  fill(
    document.body,
    h("main", { class: "bad", role: "alert" }, h("h1", {}, say("cannotShow")), h("p", {}, say(problem, { seen }))),
  );
}

try {
  const config = parse(textOf("config")) as Config;
  build(new App(new Model(checkTrace(parse(textOf("trace")))), language), config);
} catch (error) {
  if (!(error instanceof BadData)) throw error;
  refuse(error);
}
