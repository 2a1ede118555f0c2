// What is to be written, in batches: all that is ready in one tick of the host, of all coroutines, with one fsync.
//
// May import: errors; Store as a type.

import { DurableError } from "../errors.ts";
import type { Store, Write } from "./store.ts";

/** A write, and who wants to know what became of it. */
export interface Job {
  write: Write;
  kept(): void;
  lost(error: DurableError): void;
}

export interface WriterOptions {
  /** Has `write` called when all that is ready now has been fed; null: at once, as writing costs nothing. */
  tick: ((write: () => void) => void) | null;
  now(): number;
  /** These have been written, and nothing has come of them yet. */
  written(writes: readonly Write[], time: number): void;
  /** All that was to be done for now is done. */
  rested(): void;
}

export class Writer {
  /** Why nothing can be written any more. */
  broken: DurableError | null = null;
  readonly #store: Store;
  readonly #options: WriterOptions;
  #jobs: Job[] = [];
  #isWriting = false;
  #isScheduled = false;

  constructor(store: Store, options: WriterOptions) {
    this.#store = store;
    this.#options = options;
  }

  /** Has `job` written with the next batch. */
  keep(job: Job): void {
    this.#jobs.push(job);
    this.#schedule();
  }

  #schedule(): void {
    if (this.#isScheduled || this.#isWriting) return;
    const { tick } = this.#options;
    if (tick === null) {
      this.flush();
    } else {
      this.#isScheduled = true;
      tick(() => this.flush());
    }
  }

  /** Writes what there is, and gives it out. */
  flush(): void {
    this.#isScheduled = false;
    if (this.#isWriting) return;
    this.#isWriting = true;
    try {
      do {
        const jobs = this.#jobs;
        this.#jobs = [];
        if (this.#write(jobs)) for (const job of jobs) job.kept();
      } while (this.#jobs.length > 0 && this.#options.tick === null);
    } finally {
      this.#isWriting = false;
    }
    if (this.#jobs.length > 0) this.#schedule();
    this.#options.rested();
  }

  /** Whether all of it is kept. If not, each coroutine is tried for itself, and those that can't be kept are told. */
  #write(jobs: readonly Job[]): boolean {
    const error = this.#tryWrite(jobs);
    if (error === null) return true;
    const kept: Job[] = [];
    const byLabel = new Map<string, Job[]>();
    for (const job of jobs) {
      const label = labelOf(job.write);
      byLabel.set(label, [...(byLabel.get(label) ?? []), job]);
    }
    for (const some of byLabel.values()) {
      const problem = byLabel.size === 1 ? error : this.#tryWrite(some);
      if (problem === null) kept.push(...some);
      else for (const job of some) job.lost(problem);
    }
    // After the others: what comes of these may ask a coroutine that has been lost.
    for (const job of kept) job.kept();
    return false;
  }

  #tryWrite(jobs: readonly Job[]): DurableError | null {
    if (jobs.length === 0) return null;
    if (this.broken !== null) return this.broken;
    try {
      const time = this.#options.now();
      const writes = jobs.map(({ write }) => write);
      this.#store.write(writes, time);
      this.#options.written(writes, time);
      return null;
    } catch (error) {
      if (error instanceof DurableError) return (this.broken = error);
      const { message } = error as Error;
      return new DurableError("NOT_KEPT", `it could not be written, and has not happened: ${message}`, {
        cause: error,
      });
    }
  }
}

export function labelOf(write: Write): string {
  const { name, key } = "place" in write ? write.place : write;
  return `${name}/${key}`;
}
