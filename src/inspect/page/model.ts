// What the page shows: a trace as columns, with what is asked of it again and again found quickly. It grows while a
// program runs (`append`).
//
// May import: columns, span; trace-draw, trace-format.

import { draw } from "../trace-draw.ts";
import {
  KINDS,
  type TraceArrow,
  type TraceData,
  type TraceKind,
  type TraceLane,
  type TraceMore,
  type TraceSite,
  type TraceSlice,
  type TraceStep,
} from "../trace-format.ts";
import { Arrows, type Axis, Marks, Slices, Steps } from "./columns.ts";
import { lowerBound, type Span } from "./span.ts";

/** After these a lane stands where they say; if they don't say it, nobody knows. */
const STOPS: ReadonlySet<TraceKind> = new Set(["wait", "yield", "transfer", "end"]);

export class Model {
  title = "";
  start = 0;
  unit: TraceData["unit"] = "us";
  end = 0;
  dropped = 0;
  lanes: TraceLane[] = [];
  readonly steps: Steps = new Steps();
  slices: Slices[] = [];
  marks: Marks[] = [];
  arrows: Arrows = new Arrows();
  readonly labels: string[] = [];
  readonly values: string[] = [];
  readonly sites: TraceSite[] = [];
  sources: Record<string, string> = {};
  /** For each lane the steps after which it stands somewhere else, in order. */
  readonly #stands: number[][] = [];
  /** How many lanes have a name, and which of them each is. */
  readonly #named: Map<string, number> = new Map();
  readonly #turnOfName: number[] = [];
  /** All slices by when they began: no two overlap, so one search finds who runs. */
  #turns: { from: number[]; to: number[]; lane: number[] } = { from: [], to: [], lane: [] };
  /** The steps with their numbers as moments, to be drawn: several may have the same time, but none has another's number. */
  readonly #numbered: TraceStep[] = [];
  /** The first step in which each lane is, and its end. */
  readonly #born: number[] = [];
  readonly #died: number[] = [];

  constructor(data: TraceData) {
    this.title = data.title;
    this.start = data.start;
    this.unit = data.unit;
    this.append(data);
  }

  append(more: TraceMore): void {
    this.end = more.end;
    this.dropped = more.dropped;
    for (const lane of more.lanes) {
      this.#note(lane);
      this.lanes[lane.id] = lane;
      this.#stands[lane.id] ??= [];
    }
    for (const label of more.labels) this.labels.push(label);
    for (const value of more.values) this.values.push(value);
    for (const site of more.sites) this.sites.push(site);
    Object.assign(this.sources, more.sources);
    for (const step of more.steps) this.#addStep(step);
    this.#draw();
  }

  #note({ id, name }: TraceLane): void {
    if (this.lanes[id]?.name === name) return;
    const count = (this.#named.get(name) ?? 0) + 1;
    this.#named.set(name, count);
    this.#turnOfName[id] = count;
  }

  #addStep([at, kind, lane, other, site, value, label]: TraceStep): void {
    const { steps } = this;
    const number = steps.count;
    if (site >= 0 || STOPS.has(KINDS[kind]!)) this.#stands[lane]?.push(number);
    if (lane >= 0) this.#born[lane] ??= number;
    if (other >= 0) this.#born[other] ??= number;
    if (KINDS[kind] === "end") this.#died[lane] = number;
    this.#numbered.push([number, kind, lane, other, site, value, label]);
    steps.at.push(at);
    steps.kind.push(kind);
    steps.lane.push(lane);
    steps.other.push(other);
    steps.site.push(site);
    steps.value.push(value);
    steps.label.push(label);
  }

  /** All anew, as what comes later may end what was drawn before. */
  #draw(): void {
    const program = this.lanes.findIndex((lane) => lane?.kind === "program");
    const { slices, arrows, marks } = draw(this.#numbered, program, this.steps.count);
    this.slices = this.lanes.map(() => new Slices());
    this.marks = this.lanes.map(() => new Marks());
    this.#turns = { from: [], to: [], lane: [] };
    for (const slice of slices) this.#addSlice(slice);
    this.#addArrows(arrows);
    for (const [lane, at, kind, label] of marks) {
      const own = this.marks[lane];
      if (own === undefined) continue;
      own.at.add(at, this.#timeOf(at));
      own.kind.push(kind);
      own.label.push(label);
    }
  }

  #timeOf(step: number): number {
    return this.steps.at[step] ?? this.end;
  }

  #addSlice([lane, from, to, site]: TraceSlice): void {
    const own = this.slices[lane];
    if (own === undefined) return;
    own.from.add(from, this.#timeOf(from));
    own.to.add(to, this.#timeOf(to));
    own.site.push(site);
    this.#turns.from.push(from);
    this.#turns.to.push(to);
    this.#turns.lane.push(lane);
  }

  #addArrows(drawn: readonly TraceArrow[]): void {
    const arrows = (this.arrows = new Arrows());
    let reach = -1;
    for (const [sender, sentAt, receiver, takenAt, kind, value, label] of drawn) {
      reach = Math.max(reach, takenAt);
      arrows.sent.add(sentAt, this.#timeOf(sentAt));
      arrows.taken.add(takenAt, this.#timeOf(takenAt));
      arrows.reach.add(reach, this.#timeOf(reach));
      arrows.sender.push(sender);
      arrows.receiver.push(receiver);
      arrows.kind.push(kind);
      arrows.value.push(value);
      arrows.label.push(label);
    }
  }

  /** The moment of the first step, from which times are counted. */
  get origin(): number {
    return this.steps.at[0] ?? 0;
  }

  kindOf(step: number): TraceKind {
    return KINDS[this.steps.kind[step]!]!;
  }

  /** A lane's name. Lanes of one name are told apart by numbers, from 1. */
  nameOf(lane: number): string {
    const name = this.lanes[lane]?.name ?? "";
    return (this.#named.get(name) ?? 1) === 1 ? name : `${name} #${this.#turnOfName[lane]!}`;
  }

  /** The lane that runs from a step on to the next; -1: none. */
  runningAt(step: number): number {
    const { from, to, lane } = this.#turns;
    const last = lowerBound(from, step + 0.5) - 1;
    return last >= 0 && to[last]! > step + 0.5 ? lane[last]! : -1;
  }

  /** Where a lane stands after a step: a site; -1: nobody knows. */
  standsAt(lane: number, step: number): number {
    const known = this.#stands[lane];
    if (known === undefined) return -1;
    const last = known[lowerBound(known, step + 1) - 1];
    return last === undefined ? -1 : this.steps.site[last]!;
  }

  /** Whether a lane is there at a step: it has been started, and has not ended. */
  livesAt(lane: number, step: number): boolean {
    const died = this.#died[lane];
    return (this.#born[lane] ?? 0) <= step && (died === undefined || died > step);
  }

  hasEndedAt(lane: number, step: number): boolean {
    return (this.#died[lane] ?? Number.POSITIVE_INFINITY) <= step;
  }

  /** From when to when a lane is there, on an axis. */
  lifeOf(lane: number, axis: Axis): Span {
    const { start, end } = this.lanes[lane]!;
    if (axis === "time") return { from: start, to: end ?? this.end };
    return { from: this.#born[lane] ?? 0, to: this.#died[lane] ?? this.steps.count };
  }

  /** All of it, on an axis. */
  extent(axis: Axis): Span {
    if (axis === "order") return { from: -0.5, to: Math.max(1, this.steps.count) + 0.5 };
    const from = this.origin;
    const length = Math.max(1, this.end - from);
    return { from: from - length * 0.01, to: from + length * 1.01 };
  }

  placeOfStep(step: number, axis: Axis): number {
    return axis === "time" ? (this.steps.at[step] ?? 0) : step;
  }

  /** The step that is nearest to a place on an axis, of one lane, or of all (-1). */
  nearestStep(place: number, axis: Axis, lane: number): number {
    const { steps } = this;
    const order = axis === "order" ? place : steps.orderOf(place);
    const middle = Math.max(0, Math.min(Math.round(order), steps.count - 1));
    if (lane < 0) return middle;
    const concerns = (step: number) => steps.lane[step] === lane || steps.other[step] === lane;
    for (let away = 0; away < steps.count; away++) {
      if (middle - away >= 0 && concerns(middle - away)) return middle - away;
      if (middle + away < steps.count && concerns(middle + away)) return middle + away;
    }
    return middle;
  }
}
