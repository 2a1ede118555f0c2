// Which lane stands in which row of the timeline: children below who started them, those of one parent as they came.
//
// May import: app, model.

import type { App } from "./app.ts";
import type { Model } from "./model.ts";

export interface Rows {
  /** The lanes, from above. */
  readonly lanes: readonly number[];
  /** How deep each lane is. */
  readonly depths: readonly number[];
  /** The row of each lane; undefined: it has none. */
  readonly rowOf: readonly (number | undefined)[];
}

function inOrder(model: Model): { lane: number; depth: number }[] {
  const children = new Map<number, number[]>();
  for (const { id, parent } of model.lanes) {
    const above = model.lanes[parent] === undefined || parent === id ? -1 : parent;
    const siblings = children.get(above);
    if (siblings === undefined) children.set(above, [id]);
    else siblings.push(id);
  }
  const found: { lane: number; depth: number }[] = [];
  const next = (children.get(-1) ?? []).toReversed().map((lane) => ({ lane, depth: 0 }));
  for (let each = next.pop(); each !== undefined; each = next.pop()) {
    found.push(each);
    const below = children.get(each.lane) ?? [];
    for (let i = below.length - 1; i >= 0; i--) next.push({ lane: below[i]!, depth: each.depth + 1 });
  }
  return found;
}

/** Gives the rows of the lanes that the filter lets through; made anew only where something has changed. */
export function rowMaker(): (app: App) => Rows {
  let shownFor: readonly boolean[] | null = null;
  let rows: Rows = { lanes: [], depths: [], rowOf: [] };
  return (app) => {
    const shown = app.shownLanes;
    if (shown === shownFor) return rows;
    shownFor = shown;
    const found = inOrder(app.model).filter(({ lane }) => shown[lane]);
    const rowOf: (number | undefined)[] = [];
    for (const [row, { lane }] of found.entries()) rowOf[lane] = row;
    rows = { lanes: found.map(({ lane }) => lane), depths: found.map(({ depth }) => depth), rowOf };
    return rows;
  };
}
