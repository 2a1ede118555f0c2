// What runs for one coroutine: its requests, from when they are written until their results are fed.
//
// May import: the scheduler's errors, circle, errors, outcome, performer; Actor and Keeper as types.

import { DeadlockError } from "../../scheduler/errors.ts";
import { DurableError } from "../errors.ts";
import { errorLine, failed } from "../outcome.ts";
import type { CallRequest, Outcome, Request, StepRequest } from "../port.ts";
import type { Actor } from "./actor.ts";
import { circleOf } from "./circle.ts";
import type { Underway } from "./engine.ts";
import type { Keeper } from "./keeper.ts";
import { type Running, RunningCall, RunningStep } from "./performer.ts";

const NONE: ReadonlySet<Request> = new Set();

export class Work {
  readonly #actor: Actor;
  readonly #keeper: Keeper;
  readonly #running: Map<number, Running> = new Map();
  #whenStill: (() => void)[] = [];

  constructor(actor: Actor, keeper: Keeper) {
    this.#actor = actor;
    this.#keeper = keeper;
  }

  get size(): number {
    return this.#running.size;
  }

  underway(n: number): Pick<Underway, "attempts" | "lastError"> {
    const { attempts = 0, lastError = null } = this.#running.get(n) ?? {};
    return { attempts, lastError };
  }

  /**
   * What the turn waits for is done.
   *
   * @param isFresh nobody has begun it before, also in no other process
   */
  start(requests: readonly Request[], isFresh: boolean): void {
    if (this.#keeper.isClosing) return;
    if (isFresh) this.untangle(requests.length === 0 ? NONE : new Set(requests));
    for (const request of requests) {
      if (this.#actor.live?.pending.get(request.n) !== request || this.#running.has(request.n)) continue;
      const done = (outcome: Outcome) => this.#actor.result(request, outcome);
      if (request.kind === "call") this.#call(request, done);
      else this.#step(request, done);
    }
    if (!isFresh) this.untangle();
  }

  /** The calls that its turn waits for, if it waits for nothing else. They have been made, or are among those that are `fresh`. */
  onlyCalls(fresh: ReadonlySet<Request> | null): CallRequest[] | null {
    const { live, isUnkept } = this.#actor;
    const calls = isUnkept ? null : (live?.onlyCalls ?? null);
    const isMade = ({ n }: CallRequest) => (this.#running.get(n) as RunningCall | undefined)?.isSent === true;
    return calls?.every((call) => fresh?.has(call) === true || isMade(call)) === true ? calls : null;
  }

  /** No answer can come to a call that closes a circle of those that wait for nothing else: it fails. */
  untangle(fresh: ReadonlySet<Request> = NONE): void {
    if (this.onlyCalls(fresh) === null) return; // as after nearly every turn
    const circle = circleOf(this.#keeper, this.#actor, fresh);
    if (circle === null) return;
    const told = `no answer can come: ${circle.labels.join(" calls ")}, whose turn waits for that`;
    this.#actor.result(circle.request, failed(new DeadlockError(told)));
  }

  #step(request: StepRequest, done: (outcome: Outcome) => void): void {
    const step = new RunningStep(request, this.#actor, this.#keeper.clock, done);
    this.#running.set(request.n, step);
    step.attempt();
  }

  /** Another coroutine is sent to, once, by the id of the request. */
  #call(request: CallRequest, done: (outcome: Outcome) => void): void {
    const { n, id, value, to } = request;
    const call = new RunningCall();
    this.#running.set(n, call);
    this.#keeper.meet(to.definition);
    const failedToSend = (error: unknown) => {
      call.isSent = false;
      call.lastError = errorLine(error);
      // A parked one is tried again when there is other code for it.
      const isParked = error instanceof DurableError && this.#keeper.known(to.name, to.key)?.problem === error;
      if (!isParked && !this.#keeper.isClosing) call.later(this.#keeper.clock);
    };
    call.send = () => {
      call.attempts++;
      call.isSent = true;
      this.#keeper.actor(to.name, to.key).send(id, value, { answered: done, failed: failedToSend }, "known");
      if (call.attempts > 1) this.untangle();
    };
    call.send();
  }

  /** Calls to those that were parked are made again. */
  callAgain(): void {
    for (const running of this.#running.values())
      if (running instanceof RunningCall && running.lastError !== null) running.send();
  }

  /** Its result has come. */
  ended(n: number): void {
    this.#running.delete(n);
    if (this.#running.size === 0) this.#tellStill();
  }

  /** Nobody waits for it any more. */
  abort(n: number): void {
    this.#running.get(n)?.abort(undefined);
    this.ended(n);
  }

  abortAll(reason: unknown): void {
    for (const running of this.#running.values()) running.abort(reason);
    this.#running.clear();
    this.#tellStill();
  }

  /** Promises that are kept when no step of it is at work. Those that pause before another attempt give up now. */
  stepsEnd(): Promise<void>[] {
    for (const [n, running] of this.#running) if (!(running instanceof RunningStep && running.isAtWork)) this.abort(n);
    return this.#running.size === 0 ? [] : [new Promise((resolve) => this.#whenStill.push(resolve))];
  }

  #tellStill(): void {
    const tells = this.#whenStill;
    this.#whenStill = [];
    for (const tell of tells) tell();
  }
}
