// What is known of the present step and of the chosen coroutine.
//
// May import: app, dom, format, places, sentences, texts; trace-format, as types.

import type { TraceLane } from "../trace-format.ts";
import type { App, Panel } from "./app.ts";
import { fill, h, setText } from "./dom.ts";
import { duration } from "./format.ts";
import { placeText, siteOfStep } from "./places.ts";
import { kindName, neededText, sentence, stateName, valueOf } from "./sentences.ts";
import type { TextKey } from "./texts.ts";

type Row = [TextKey, string];

export function makeDetails(): { element: HTMLElement; panel: Panel } {
  const title = h("h2");
  const body = h("div", { class: "body" });
  const element = h("section", { class: "details", tabindex: 0 }, h("div", { class: "title" }, title), body);
  let shown = "";
  const panel: Panel = (app) => {
    setText(title, app.say("details"));
    const { step, lane, revision, language } = app.state;
    const key = `${step}:${lane}:${revision}:${language}`;
    if (key === shown) return;
    shown = key;
    const who = lane >= 0 ? lane : step < 0 ? -1 : app.model.steps.lane[step]!;
    fill(
      body,
      step < 0 && who < 0 ? h("p", { class: "summary" }, app.say("chooseOne")) : null,
      step < 0 ? null : stepDetails(app, step),
      app.model.lanes[who] === undefined ? null : laneDetails(app, who),
    );
  };
  return { element, panel };
}

function list(app: App, heading: string, rows: Row[]): HTMLElement {
  const shown = rows.filter(([, text]) => text !== "");
  return h(
    "div",
    { class: "group" },
    h("h3", {}, heading),
    h("dl", {}, ...shown.flatMap(([key, text]) => [h("dt", {}, app.say(key)), h("dd", {}, text)])),
  );
}

function moment({ model }: App, at: number): string {
  return model.unit === "us" ? duration(at - model.origin) : String(at);
}

function stepDetails(app: App, step: number): HTMLElement {
  const { model, say, state } = app;
  const { steps } = model;
  const name = (lane: number) => (lane < 0 ? "" : model.nameOf(lane));
  const hasOther = steps.other[step]! >= 0;
  return list(app, sentence(model, step, state.language), [
    ["kind", kindName(model.kindOf(step), state.language)],
    [hasOther ? "from" : "coroutine", steps.lane[step]! < 0 && hasOther ? say("outside") : name(steps.lane[step]!)],
    ["to", name(steps.other[step]!)],
    ["value", valueOf(model, steps.value[step]!)],
    ["how", model.labels[steps.label[step]!] ?? ""],
    ["place", placeText(model.sites[siteOfStep(model, step)])],
    ["time", moment(app, steps.at[step]!)],
  ]);
}

function laneDetails(app: App, id: number): HTMLElement {
  const { model, say, state } = app;
  const lane = model.lanes[id]!;
  return list(app, model.nameOf(id), [
    ["now", nowText(app, id)],
    ["state", stateName(lane.state, state.language)],
    ["waitsFor", lane.waitsFor ?? ""],
    ["mustAct", neededText(model, lane)],
    ["parent", lane.parent >= 0 ? model.nameOf(lane.parent) : ""],
    [lane.kind === "task" ? "spawnedAt" : "seenAt", placeText(model.sites[lane.spawnedAt])],
    ["began", moment(app, lane.start)],
    ["ended", lane.end === null ? say("notYet") : moment(app, lane.end)],
    ["ran", ranText(app, lane)],
  ]);
}

function nowText({ model, state, say }: App, lane: number): string {
  if (state.step < 0 || !model.livesAt(lane, state.step)) return "";
  if (model.runningAt(state.step) === lane) return say("nowRuns");
  const place = placeText(model.sites[model.standsAt(lane, state.step)]);
  return place === "" ? "" : say("nowAt", { place });
}

function ranText({ model, say }: App, { id }: TraceLane): string {
  const { from, to } = model.slices[id]!;
  if (model.unit !== "us") return "";
  let sum = 0;
  for (let i = 0; i < from.time.length; i++) sum += to.time[i]! - from.time[i]!;
  return say("ranFor", { time: duration(sum), count: from.time.length });
}
