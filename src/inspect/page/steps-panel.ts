// All steps in words: what the timeline shows, for those who read or hear it, and to find one's way by.
//
// May import: app, dom, format, places, sentences, table.

import type { App, Panel } from "./app.ts";
import { duration } from "./format.ts";
import { placeText, siteOfStep } from "./places.ts";
import { sentence } from "./sentences.ts";
import { VirtualTable } from "./table.ts";

export function makeSteps(app: App): { element: HTMLElement; panel: Panel } {
  /** The steps that the filter lets through; null: all. */
  let shown: number[] | null = null;
  let shownFor = "";
  const table = new VirtualTable({
    choose: (row) => app.goTo(shown?.[row] ?? row),
    move: (by) => app.stepBy(by),
  });
  const filter = () => {
    const { filter, revision } = app.state;
    const key = filter.trim() === "" ? "" : `${revision}:${filter}`;
    if (key === shownFor) return;
    shownFor = key;
    const isShown = app.stepFilter();
    shown = key === "" ? null : Array.from(app.model.steps.at.keys()).filter(isShown);
  };
  table.element.classList.add("steps");
  const panel: Panel = ({ model, state, say }) => {
    filter();
    const cells = (row: number) => {
      const step = shown?.[row] ?? row;
      const at = model.steps.at[step]!;
      return [
        String(step + 1),
        sentence(model, step, state.language),
        placeText(model.sites[siteOfStep(model, step)]),
        model.unit === "us" ? duration(at - model.origin) : "",
      ];
    };
    table.show({
      key: `${shownFor}:${state.language}:${state.revision}`,
      caption: say("steps"),
      heads: [say("step"), say("what"), say("place"), say("time")],
      count: shown?.length ?? model.steps.count,
      cells,
      current: shown === null ? state.step : shown.indexOf(state.step),
    });
  };
  return { element: table.element, panel };
}
