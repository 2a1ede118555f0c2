// The steps that this process does.
//
// A step may be under way when the attempt that began it is over: since Restate was gone for a moment, or since the turn
// was answered, and another invocation awaits it (work.ts). If that comes to this process, it takes the one that is under
// way here, and the function is not called again.
//
// May import: the durable core, engine/performer; the scheduler's clock.

import { hostClock } from "../../scheduler/clock.ts";
import { type Running, RunningStep } from "../engine/performer.ts";
import type { Tallies } from "../engine/tally.ts";
import { failed } from "../outcome.ts";
import type { Outcome, StepRequest } from "../port.ts";

/** What a request came to, and when. */
export interface Done {
  readonly outcome: Outcome;
  readonly at: number;
}

interface Doing {
  readonly done: Promise<Done>;
  readonly running: Running;
  end(outcome: Outcome): void;
}

/** How long a result is held that no turn has taken, in milliseconds. */
const UNCLAIMED = 600_000;

export class Steps {
  readonly #maxBytes: number;
  readonly #tallies: Tallies;
  readonly #doing: Map<string, Doing> = new Map();
  /** Asked for, and to be begun by another invocation. */
  readonly #asked: Map<string, StepRequest> = new Map();

  constructor(maxBytes: number, tallies: Tallies) {
    this.#maxBytes = maxBytes;
    this.#tallies = tallies;
  }

  /** Notes a step that another invocation is to do, so that it need not look for it in the journal. */
  note(id: string, request: StepRequest): void {
    if (!this.#doing.has(id)) this.#asked.set(id, request);
  }

  /** What is known here of the step: that it has been begun; or its function. */
  known(id: string): StepRequest | "begun" | undefined {
    return this.#doing.has(id) ? "begun" : this.#asked.get(id);
  }

  /** Does the step; or goes on waiting for it, if it has been begun. */
  do(id: string, request: StepRequest | "begun", label: string): Promise<Done> {
    return (this.#doing.get(id) ?? this.#begin(id, request as StepRequest, label)).done;
  }

  #begin(id: string, request: StepRequest, label: string): Doing {
    this.#asked.delete(id);
    let end!: (outcome: Outcome) => void;
    const done = new Promise<Done>((resolve) => {
      end = (outcome) => resolve({ outcome: this.#checked(outcome, request.name, label), at: Date.now() });
    });
    const tally = this.#tallies.of(label.slice(0, label.indexOf("/")));
    const running = new RunningStep(request, { label, tally }, hostClock, (outcome) => {
      // Normally it is kept at once. If that is not to be here, it is not held for ever.
      setTimeout(() => this.forget(id), UNCLAIMED).unref();
      end(outcome);
    });
    const doing = { done, running, end };
    this.#doing.set(id, doing);
    running.attempt();
    return doing;
  }

  #checked(outcome: Outcome, name: string, label: string): Outcome {
    if (outcome.how !== "returned" || outcome.value === null || outcome.value.length <= this.#maxBytes) return outcome;
    return failed(
      new RangeError(
        `step ${name} of ${label} gave ${outcome.value.length} characters of JSON, more than the ${this.#maxBytes} that are ` +
          "allowed: store it elsewhere, and give where it is",
      ),
    );
  }

  /** How it goes with a step that is done here. */
  running(id: string): Running | undefined {
    return this.#doing.get(id)?.running;
  }

  /** Its result has been kept. */
  forget(id: string): void {
    this.#doing.delete(id);
    this.#asked.delete(id);
  }

  /** Nobody waits for the result any more. */
  abort(id: string, reason: unknown): void {
    const doing = this.#doing.get(id);
    this.forget(id);
    doing?.running.abort(reason);
    doing?.end(failed(reason));
  }

  /** All, or all of one coroutine, `name/key`. */
  abortThose(label: string | null, reason: unknown): void {
    for (const id of [...this.#doing.keys(), ...this.#asked.keys()])
      if (label === null || id.slice(0, id.lastIndexOf("/")) === label) this.abort(id, reason);
  }

  /** Until those that run have ended. */
  async settled(): Promise<void> {
    await Promise.all([...this.#doing.values()].map(({ done }) => done));
  }
}
