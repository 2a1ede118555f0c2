// All coroutines as a tree: what each does, what it waits for, and who must act first.
//
// May import: app, dom, places, rows, sentences, table.

import type { App, Panel } from "./app.ts";
import { h } from "./dom.ts";
import { placeText } from "./places.ts";
import { rowMaker } from "./rows.ts";
import { neededText, stateName } from "./sentences.ts";
import { VirtualTable } from "./table.ts";

export function makeTree(app: App): { element: HTMLElement; panel: Panel } {
  const makeRows = rowMaker();
  const choose = (row: number) => {
    const lane = makeRows(app).lanes[row];
    if (lane !== undefined) app.set({ lane });
  };
  const table = new VirtualTable({
    choose,
    move(by) {
      const row = makeRows(app).rowOf[app.state.lane];
      choose(row === undefined ? 0 : row + by);
    },
  });
  const panel: Panel = ({ model, state, say }) => {
    const rows = makeRows(app);
    table.show({
      key: `${state.filter}:${state.language}:${state.revision}`,
      caption: say("tree"),
      heads: [say("coroutine"), say("state"), say("waitsFor"), say("mustAct"), say("place")],
      count: rows.lanes.length,
      cells(row) {
        const lane = model.lanes[rows.lanes[row]!]!;
        const { id, state: what, waitsFor } = lane;
        const name = h("span", { class: "indented" }, model.nameOf(id));
        name.style.paddingInlineStart = `${rows.depths[row]! * 16}px`;
        const place = placeText(model.sites[model.standsAt(id, model.steps.count)]);
        return [name, stateName(what, state.language), waitsFor ?? "", neededText(model, lane), place];
      },
      current: rows.rowOf[state.lane] ?? -1,
    });
  };
  return { element: table.element, panel };
}
