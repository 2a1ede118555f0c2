// Draws the steps of a trace: which lane ran when, who made whom run, and the moments in between.
//
// May import: trace-format.

import { KINDS, type TraceArrow, type TraceMark, type TraceSlice, type TraceStep } from "./trace-format.ts";

export interface Drawing {
  slices: TraceSlice[];
  arrows: TraceArrow[];
  marks: TraceMark[];
}

/**
 * @param steps in order
 * @param program the lane of the code outside; -1: there is none. It runs only between two resumes by hand: when it does
 *   something else nobody knows
 * @param end the moment when the trace was taken
 */
export function draw(steps: readonly TraceStep[], program: number, end: number): Drawing {
  const pen = new Pen(program);
  for (const step of steps) pen.draw(step);
  pen.stop(end, -1);
  return { slices: pen.slices, arrows: pen.arrows, marks: pen.marks };
}

class Pen {
  readonly slices: TraceSlice[] = [];
  readonly arrows: TraceArrow[] = [];
  readonly marks: TraceMark[] = [];
  readonly program: number;
  /** The lane that runs, and since when. */
  lane = -1;
  since = 0;
  /** Arrows to lanes that have not run since. */
  readonly #pending: Map<number, TraceArrow[]> = new Map();

  constructor(program: number) {
    this.program = program;
  }

  draw(step: TraceStep): void {
    const [at, number, lane, other, site, , label] = step;
    switch (KINDS[number]!) {
      case "run":
        this.stop(at, -1);
        this.#begin(lane, at);
        break;
      case "resume":
      case "transfer":
        this.#handOver(step);
        break;
      case "yield":
      case "end":
        this.#take(lane, at);
        if (other >= 0) {
          this.#handOver(step);
          break;
        }
        if (lane === this.lane) this.stop(at, site);
        this.marks.push([lane, at, number, label]);
        break;
      case "wait":
        this.stop(at, site);
        this.marks.push([lane, at, number, label]);
        break;
      case "pass":
        this.marks.push([lane, at, number, label]);
        break;
      case "spawn":
      case "wake":
      case "cancel":
        if (lane >= 0) this.#send(step);
        else this.marks.push([other, at, number, label]);
        break;
      case "idle":
        this.stop(at, -1);
        break;
    }
  }

  /** By hand: one lane stops, and another goes on at once. */
  #handOver([at, number, lane, other, site, value, label]: TraceStep): void {
    if (lane === this.lane) {
      this.slices.push([lane, this.since, at, site]);
    } else {
      this.stop(at, -1);
      this.slices.push([lane, at, at, site]);
    }
    this.#begin(other, at);
    this.arrows.push([lane, at, other, at, number, value, label]);
  }

  #begin(lane: number, at: number): void {
    this.lane = lane;
    this.since = at;
    this.#take(lane, at);
  }

  /** Ends the present slice. What the program does after its last resume by hand is not known, so that is none. */
  stop(at: number, site: number): void {
    if (this.lane >= 0 && this.lane !== this.program) this.slices.push([this.lane, this.since, at, site]);
    this.lane = -1;
  }

  #send([at, number, lane, other, , value, label]: TraceStep): void {
    const arrow: TraceArrow = [lane, at, other, at, number, value, label];
    this.arrows.push(arrow);
    const pending = this.#pending.get(other);
    if (pending === undefined) this.#pending.set(other, [arrow]);
    else pending.push(arrow);
  }

  /** What was sent to `lane` has reached it. */
  #take(lane: number, at: number): void {
    const pending = this.#pending.get(lane);
    if (pending === undefined) return;
    for (const arrow of pending) arrow[3] = at;
    this.#pending.delete(lane);
  }
}
