// Every schedule, one after the other: the tree of all decisions is walked depth first, each run from scratch.
//
// With sleep sets, schedules that differ only in the order of steps that can change places are walked once: a task whose
// step was tried here, and has nothing to do with what came instead of it, sleeps until something is done that it is
// dependent on.
//
// Source: Godefroid, "Partial-order methods for the verification of concurrent systems" (1996), sleep sets; Musuvathi and
// Qadeer, "Iterative context bounding" (2007), the bound on pre-emptions.
//
// May import: driver, footprints, random, strategy; Task as a type.

import type { Task } from "../scheduler/task.ts";
import { PRUNED } from "./driver.ts";
import { areIndependent, type Footprint, joined } from "./footprints.ts";
import type { Draw } from "./random.ts";
import { type Moment, stoppable, type Strategy, usual } from "./strategy.ts";

/** Of more numbers than these, one is drawn by chance, and the tree is not walked in full. */
const MOST_DRAWN = 64;

/** A step that was tried already. */
interface Tried {
  /** Of the task. */
  order: number;
  footprint: Footprint;
}

interface TaskNode {
  kind: "task";
  /** The indices among the ready tasks, in the order in which they are tried. */
  options: number[];
  orders: number[];
  /** Which of the options is tried now. */
  at: number;
  /** Of the step that is tried; undefined: it was not made yet. */
  footprint: Footprint | undefined;
  done: Tried[];
  sleep: readonly Tried[];
  /** How many pre-emptions there were before. */
  preemptions: number;
}

interface DrawNode {
  kind: "draw";
  value: number;
  count: number;
}

export interface SystematicOptions {
  /** How often a task may be stopped though it could go on. */
  preemptions: number;
  /** Whether footprints are told, so that sleep sets can be used. */
  sleeps: boolean;
}

export class Systematic implements Strategy {
  readonly name: string = "systematic";
  readonly #path: (TaskNode | DrawNode)[] = [];
  readonly #options: SystematicOptions;
  #depth = 0;
  #preemptions = 0;
  #sleep: readonly Tried[] = [];
  /** The node at which the present step was decided. */
  #node: TaskNode | null = null;
  #draw: Draw = () => 0;
  /** All schedules have been walked. */
  isOver = false;
  /** Something was left out for the bound on pre-emptions; */
  isBounded = false;
  /** a number was drawn of too many; */
  isDrawn = false;
  /** the end of a run that was too long was left out. */
  isCut = false;

  constructor(options: SystematicOptions) {
    this.#options = options;
  }

  begin(draw: Draw): void {
    this.#draw = draw;
    this.#depth = 0;
    this.#preemptions = 0;
    this.#sleep = [];
    this.#node = null;
  }

  next(ready: readonly Task[], moment: Moment): number {
    let node = this.#path[this.#depth] as TaskNode | undefined;
    if (node === undefined) {
      node = this.#open(ready, moment);
      this.#path.push(node);
    }
    this.#depth++;
    this.#node = node;
    const index = node.options[node.at]!;
    const at = stoppable(ready, moment);
    this.#preemptions = node.preemptions + (at >= 0 && index !== at ? 1 : 0);
    if (this.#options.sleeps) this.#sleep = node.done.length === 0 ? node.sleep : [...node.sleep, ...node.done];
    return index;
  }

  #open(ready: readonly Task[], moment: Moment): TaskNode {
    const first = usual(ready, moment);
    const all = [first, ...ready.keys()].filter((index, place) => place === 0 || index !== first);
    const at = stoppable(ready, moment);
    const isSpent = at >= 0 && this.#preemptions >= this.#options.preemptions;
    const options = isSpent ? [at] : all;
    if (options.length < all.length) this.isBounded = true;
    const orders = options.map((index) => ready[index]!.order);
    const node: TaskNode = {
      kind: "task",
      options,
      orders,
      at: -1,
      footprint: undefined,
      done: [],
      sleep: this.#sleep,
      preemptions: this.#preemptions,
    };
    if (!advance(node)) throw PRUNED;
    return node;
  }

  choose(count: number): number {
    let node = this.#path[this.#depth] as DrawNode | undefined;
    if (node === undefined) {
      const isFew = count <= MOST_DRAWN;
      if (!isFew) this.isDrawn = true;
      node = isFew ? { kind: "draw", value: 0, count } : { kind: "draw", value: this.#draw(count), count: 0 };
      this.#path.push(node);
    }
    this.#depth++;
    return node.value;
  }

  /** Which part of the tree is walked, from 0 to 1, as if all branches of a node were alike. */
  get progress(): number {
    let [walked, part] = [0, 1];
    for (const node of this.#path) {
      const count = node.kind === "draw" ? Math.max(1, node.count) : node.options.length;
      const before = node.kind === "draw" ? Math.min(node.value, node.count) : node.at;
      part /= count;
      walked += part * before;
    }
    return walked;
  }

  /** A step of `task` begins that was the only one, or makes no difference. */
  only(task: Task): void {
    this.#node = null;
    if (this.#sleep.some(({ order }) => order === task.order)) throw PRUNED;
  }

  /** A step of the task that was started as number `order` is over. */
  stepped(order: number, footprint: Footprint): void {
    const node = this.#node;
    if (node !== null) node.footprint = node.footprint === undefined ? footprint : joined(node.footprint, footprint);
    this.#sleep = this.#sleep.filter((tried) => tried.order !== order && areIndependent(tried.footprint, footprint));
    this.#node = null;
  }

  /** The run is over: prepares the next one. */
  advance(): void {
    // A run that was pruned ends before it has come to the end of the path only where the program is not repeatable.
    this.#path.length = this.#depth;
    for (let node = this.#path.at(-1); node !== undefined; node = this.#path.at(-1)) {
      if (node.kind === "draw") {
        if (++node.value < node.count) return;
      } else {
        node.done.push({
          order: node.orders[node.at]!,
          footprint: this.#options.sleeps ? (node.footprint ?? null) : null,
        });
        node.footprint = undefined;
        if (advance(node)) return;
      }
      this.#path.pop();
    }
    this.isOver = true;
  }
}

/** Goes on to the next option that does not sleep. */
function advance(node: TaskNode): boolean {
  do node.at++;
  while (node.at < node.options.length && node.sleep.some(({ order }) => order === node.orders[node.at]));
  return node.at < node.options.length;
}
