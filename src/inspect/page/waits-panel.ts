// What the tasks of a program that runs wait for: each channel, lock or timer once, with the length of its line, who
// waits, who must act, and for how long. And the circle, if tasks wait for one another.
//
// May import: app, dom, format, table; dump, as types.

import type { DumpedRun, DumpedTask } from "../dump.ts";
import type { App, Panel } from "./app.ts";
import { h, setText } from "./dom.ts";
import { duration } from "./format.ts";
import { VirtualTable } from "./table.ts";

interface Wait {
  what: string;
  queue: string;
  who: string[];
  needs: string[];
  /** The longest, in milliseconds. */
  waited: number;
}

/** In a line of a table there is room for so many names. */
const MOST = 6;

function below(task: DumpedTask): DumpedTask[] {
  const found = [task];
  for (let i = 0; i < found.length; i++) {
    for (const { tasks } of found[i]!.scopes) found.push(...tasks);
  }
  return found;
}

const nameOf = ({ name, id }: DumpedTask): string => `${name}#${id}`;

/** Those of one run, what most wait for first. */
function waitsIn({ root }: DumpedRun): Wait[] {
  const tasks = below(root);
  const byId = new Map(tasks.map((task) => [task.id, task]));
  const found = new Map<string, Wait>();
  for (const task of tasks) {
    if (task.waitsFor === null) continue;
    const wait = found.get(task.waitsFor) ?? { what: task.waitsFor, queue: "", who: [], needs: [], waited: 0 };
    found.set(task.waitsFor, wait);
    wait.queue = task.queue ?? "";
    wait.who.push(nameOf(task));
    wait.waited = Math.max(wait.waited, task.waited);
    for (const id of task.needs) {
      const needed = byId.get(id);
      const name = needed === undefined ? `#${id}` : nameOf(needed);
      if (!wait.needs.includes(name)) wait.needs.push(name);
    }
  }
  return [...found.values()].sort((a, b) => b.who.length - a.who.length);
}

function circleOf(run: DumpedRun): string {
  const names = new Map(below(run.root).map((task) => [task.id, nameOf(task)]));
  return run.cycle.map((id) => names.get(id) ?? `#${id}`).join(" → ");
}

const list = (names: string[]): string =>
  names.length <= MOST ? names.join(", ") : `${names.slice(0, MOST).join(", ")}, … (${names.length})`;

export function makeWaits(): { element: HTMLElement; panel: Panel } {
  const table = new VirtualTable({ choose: () => {}, move: () => {} });
  const circle = h("p", { class: "circle", role: "status" });
  const element = h("div", { class: "waits" }, circle, table.element);
  let revision = 0;
  let shown: unknown = null;
  let waits: Wait[] = [];
  let circles: string[] = [];
  const panel: Panel = ({ state, say }: App) => {
    if (shown !== state.dump) {
      shown = state.dump;
      revision++;
      const runs = state.dump?.runs ?? [];
      waits = runs.flatMap(waitsIn);
      circles = runs.map(circleOf).filter((text) => text !== "");
    }
    setText(circle, circles.map((names) => say("circle", { names })).join(" "));
    circle.hidden = circles.length === 0;
    table.show({
      key: `${revision}:${state.language}`,
      caption: say("waits"),
      heads: [say("waitsFor"), say("queue"), say("who"), say("needs"), say("longest")],
      count: waits.length,
      cells(row) {
        const { what, queue, who, needs, waited } = waits[row]!;
        return [what, queue, list(who), list(needs), duration(waited * 1000)];
      },
      current: -1,
    });
  };
  return { element, panel };
}
