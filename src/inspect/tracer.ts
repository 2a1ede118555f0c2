// The tracer: an observer, and one of the hands, that writes down what it is told.
//
// There is one class for all traces, with flags, as several would make the scheduler's calls slow. A clock is read once
// a switch, as that costs as much as a switch.
//
// May import: the coroutine, scheduler and channel layers, preview, the parts of a trace (trace-*) but trace itself.

import type { Coroutine } from "../coroutine/coroutine.ts";
import { NextOp } from "../channel/ops.ts";
import { NEXT, THROW } from "../coroutine/drive.ts";
import { CREATED, type Frame } from "../coroutine/frames.ts";
import type { Observer } from "../scheduler/observer.ts";
import { activeTask, type Op } from "../scheduler/op.ts";
import { linesOf } from "../scheduler/probe.ts";
import { RUNNING, WAITING } from "../scheduler/states.ts";
import type { Task } from "../scheduler/task.ts";
import { preview } from "./preview.ts";
import { KINDS, type TraceKind } from "./trace-format.ts";
import { formOf, Labels } from "./trace-labels.ts";
import { laneOf, Lanes, NOBODY, PROGRAM, runOf } from "./trace-lanes.ts";
import { NO_VALUE, Ring, Shown } from "./trace-ring.ts";
import { Sites } from "./trace-sites.ts";
import { Yields } from "./trace-yields.ts";

const numberOf = (kind: TraceKind): number => KINDS.indexOf(kind);
const SPAWN = numberOf("spawn");
const RUN = numberOf("run");
const WAIT = numberOf("wait");
const WAKE = numberOf("wake");
const PASS = numberOf("pass");
const RESUME = numberOf("resume");
const YIELD = numberOf("yield");
const TRANSFER = numberOf("transfer");
const CANCEL = numberOf("cancel");
const END = numberOf("end");
const IDLE = numberOf("idle");

const running = RUNNING; // V8 folds what a module keeps for itself
/** A longer string is not kept whole. */
const LONG = 80;
const CLOSED = new Shown("closed");
const PATIENCE = 2000; // milliseconds that finding sites may take at least

export interface TracerOptions {
  capacity: number;
  time: boolean;
  values: boolean;
  sites: boolean;
}

/** A resume by hand that has not come back. */
interface Resume {
  readonly caller: number;
  /** The coroutine that runs: the one that was resumed, or one that it transferred to; and its lane. */
  coroutine: Coroutine;
  lane: number;
  /** The task that it happens in: while another one is active, what was resumed does not run. */
  readonly task: Task | null;
  readonly outer: Resume | null;
}

export class Tracer implements Observer {
  /** @internal */ readonly ring: Ring;
  /** @internal */ readonly lanes: Lanes;
  /** @internal */ readonly sites: Sites | null;
  /** @internal */ readonly hasTime: boolean;
  readonly #hasValues: boolean;
  readonly #labels: Labels = new Labels();
  readonly #yields: Yields | null;
  /** @internal Not `isOn`: the host asks faster whether something is `false` than whether it is true. */ isOff = false;
  /** The host's clock. Kept, as hosts have it behind a getter, which takes half as long as to read it. */
  readonly #clock: Pick<Performance, "now"> = performance;
  /** @internal When it began, in milliseconds: by the clock of the trace, and since 1970. */
  readonly startedAt: number = this.#clock.now();
  /** @internal */ readonly startedOn: number = Date.now();
  /** How long it took to find sites, in milliseconds: the clock of the trace stands still meanwhile. */
  #lost = 0;
  /** The innermost. */
  #resume: Resume | null = null;

  /** @internal */
  constructor({ capacity, time, values, sites }: TracerOptions) {
    this.ring = new Ring(capacity, time, sites);
    this.lanes = new Lanes(capacity);
    this.sites = sites ? new Sites() : null;
    this.#yields = this.sites === null ? null : new Yields(this.sites);
    this.hasTime = time;
    this.#hasValues = values;
    this.ring.now = this.startedAt;
  }

  taskSpawned(task: Task): void {
    if (this.isOff) return;
    if (task.owner === null) this.lanes.begun(task);
    const site = this.#look();
    this.#done(SPAWN, task, NO_VALUE);
    if (site >= 0) this.ring.place(site);
  }

  // What happens at every switch is short, so that the host may put it in the loop.
  taskScheduled(task: Task): void {
    if (activeTask() !== task && !this.isOff) this.#woken(task);
  }

  #woken(task: Task): void {
    const { status, value } = task;
    // One that starts was spawned just now; one that is closed was cancelled.
    if ((task.root.status & CREATED) !== 0 || status > THROW) return;
    const isKept = this.#hasValues && (status !== NEXT || value !== undefined);
    this.#done(WAKE, task, isKept ? this.#keep(value, status === NEXT ? task.wait : null) : NO_VALUE);
    if (this.sites !== null) this.ring.place(this.#look());
  }

  beforeStep(task: Task): void {
    if (this.isOff) return;
    if (this.hasTime) this.#readTime();
    this.ring.addRun(RUN, this.lanes.runOf(task), task.order);
  }

  waitPassed(task: Task, op: Op<unknown>, value: unknown): void {
    if (this.isOff) return;
    this.#waits(PASS, task, op, this.#hasValues && value !== undefined ? this.#keep(value, op) : NO_VALUE);
    if (this.sites !== null) this.ring.place(this.#look());
  }

  afterStep(task: Task): void {
    // Of one that is still ready it is plain that it let others go first, unless its line is wanted.
    if ((task.status >= running || this.sites !== null) && !this.isOff) this.#stopped(task);
  }

  #stopped(task: Task): void {
    const { wait, status } = task;
    if (status > WAITING) return;
    const isYield = wait === null && status === WAITING;
    const site = this.sites === null || isYield ? -1 : this.#lookAt(task, this.sites);
    this.#waits(isYield ? YIELD : WAIT, task, wait, NO_VALUE);
    if (isYield) this.#placeYield(task.root.leaf);
    if (site >= 0) this.ring.place(site);
  }

  taskCancelled(task: Task): void {
    if (this.isOff || activeTask() === task) return;
    this.#done(CANCEL, task, NO_VALUE);
    if (this.sites !== null) this.ring.place(this.#look());
  }

  taskEnded(task: Task): void {
    if (this.isOff) return;
    const { parent, value } = task;
    const run = this.lanes.runOf(task);
    const kept = this.#hasValues && value !== undefined ? this.#keep(value) : NO_VALUE;
    // Not to whom it goes, as that is plain, but its parent, as its start may be lost.
    if (parent === null) this.ring.add(END, run, task.order, 0, NOBODY, 0, task.state, kept);
    else this.ring.add(END, run, task.order, run, parent.order, 0, task.state, kept);
    this.ring.name(task.name);
    if (parent === null) this.lanes.ended(task);
  }

  turnEnded(): void {
    if (this.isOff) return;
    this.#readTime();
    // What has run another scheduler goes on.
    const outer = this.#present();
    if (outer !== NOBODY) this.ring.addRun(RUN, runOf(outer), laneOf(outer));
    else if (this.ring.lastKind !== IDLE) this.ring.addRun(IDLE, 0, NOBODY);
  }

  #waits(kind: number, task: Task, op: Op<unknown> | null, value: unknown): void {
    const form = op === null ? 0 : formOf(op);
    const label = op === null ? null : this.#labels.of(op, form);
    this.ring.add(kind, this.lanes.runOf(task), task.order, 0, NOBODY, form, label, value);
  }

  /** The lane that runs now did something to `task`; nobody did it, if code outside runs. */
  #done(kind: number, task: Task, value: unknown): void {
    const { ring, lanes } = this;
    const active = activeTask();
    if (this.#resume !== null || active === null) {
      const by = this.#present();
      if (by === NOBODY) this.#readTime();
      ring.add(kind, runOf(by), laneOf(by), lanes.runOf(task), task.order, 0, null, value);
      return;
    }
    const run = lanes.runOf(active);
    ring.add(kind, run, active.order, lanes.runOf(task), task.order, 0, null, value);
  }

  #byHand(kind: number, by: number, other: number, label: string | null, value: unknown): void {
    this.ring.add(kind, runOf(by), laneOf(by), runOf(other), laneOf(other), 0, label, value);
  }

  /** @internal */
  resumed(coroutine: Coroutine, method: string, value: unknown): void {
    this.#readTime();
    const site = this.#look();
    const { count } = this.ring;
    const present = this.#present();
    const caller = present === NOBODY ? this.lanes.hand(null, NOBODY, -1, count).id : present;
    const { id } = this.lanes.hand(coroutine, caller, site, count);
    this.#byHand(RESUME, caller, id, method, this.#hasValues && value !== undefined ? this.#keep(value) : NO_VALUE);
    if (site >= 0) this.ring.place(site);
    this.#resume = { caller, coroutine, lane: id, task: activeTask(), outer: this.#resume };
  }

  /** @internal */
  cameBack(coroutine: Coroutine, how: "yielded" | "returned" | "threw", value: unknown): void {
    // The trace began in between.
    if (this.#resume === null) return;
    const { caller, lane, outer, coroutine: last } = this.#resume;
    this.#resume = outer;
    this.#readTime();
    const end = coroutine.state !== "closed" ? null : how === "threw" ? "failed" : "closed";
    const hand = this.lanes.hand(coroutine, caller, -1, this.ring.count);
    if (caller === PROGRAM) this.lanes.hand(null, NOBODY, -1, this.ring.count);
    hand.end = end;
    const kept = this.#hasValues && (end === null || value !== undefined) ? this.#keep(value) : NO_VALUE;
    this.#byHand(end === null ? YIELD : END, lane, caller, end, kept);
    if (how === "yielded") this.#placeYield(last.leaf);
  }

  /** @internal */
  transferred(target: Coroutine, value: unknown): void {
    this.#readTime();
    const site = this.#look();
    const from = this.#present();
    const { id } = this.lanes.hand(target, from, site, this.ring.count);
    this.#byHand(TRANSFER, from, id, null, this.#hasValues && value !== undefined ? this.#keep(value) : NO_VALUE);
    if (site >= 0) this.ring.place(site);
    if (this.#resume === null) return;
    this.#resume.lane = id;
    this.#resume.coroutine = target;
  }

  /** The lane that runs now. */
  #present(): number {
    const active = activeTask();
    if (this.#resume !== null && this.#resume.task === active) return this.#resume.lane;
    return active === null ? NOBODY : this.lanes.ofTask(active);
  }

  /** @internal The time of the trace, in milliseconds. */
  clock(): number {
    return this.#clock.now() - this.#lost;
  }

  #readTime(): void {
    if (this.hasTime) this.ring.now = this.clock();
  }

  /** Whether finding sites has taken more time than the program itself has had. */
  #isTooSlow(): boolean {
    return this.#lost > PATIENCE && this.#lost > this.clock() - this.startedAt;
  }

  /** Where the program is now. */
  #look(): number {
    if (this.sites === null || this.#isTooSlow()) return -1;
    const began = this.#clock.now();
    const site = this.sites.here();
    this.#lost += this.#clock.now() - began;
    return site;
  }

  /** Where `task` is suspended. */
  #lookAt(task: Task, sites: Sites): number {
    this.#readTime();
    if (this.#isTooSlow()) return -1;
    const began = this.#clock.now();
    const site = sites.of(linesOf(task)[0]);
    this.#lost += this.#clock.now() - began;
    return site;
  }

  /** Adds to the last event where `body`, which is suspended, yields. */
  #placeYield(body: Frame | null): void {
    if (this.#yields === null || body === null || this.#isTooSlow()) return;
    const began = this.#clock.now();
    const site = this.#yields.of(body);
    this.#lost += this.#clock.now() - began;
    if (site >= 0) this.ring.place(site);
  }

  /** @internal Lets go of what it has of the host. */
  release(): void {
    this.#yields?.close();
  }

  /** What is kept of a value, which `op` gives. */
  #keep(value: unknown, op: Op<unknown> | null = null): unknown {
    const isPlain = typeof value !== "object" && typeof value !== "function" && typeof value !== "string";
    if (isPlain || value === null) return value;
    if (typeof value === "string" && value.length <= LONG) return value;
    // What a channel has handed over, or its end.
    if (op instanceof NextOp) {
      const { done, value: received } = value as IteratorResult<unknown>;
      return done === true ? CLOSED : this.#keep(received);
    }
    return new Shown(preview(value));
  }
}
