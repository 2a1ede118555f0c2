// The texts of waits, for a trace. To make one for each event, and to keep it as long, takes more time than all else that
// a trace does, most of it in the garbage collector: so of the waits that happen most a name is kept that is there
// already, and the text is made when somebody reads it; other texts are kept once.
//
// May import: the channel and scheduler layers.

import { ReceiveOp, SendOp } from "../channel/ops.ts";
import { Join } from "../scheduler/join.ts";
import type { Op } from "../scheduler/op.ts";

/** How the text of a wait is made of the name that is kept: 0, the text itself; else its beginning stands here. */
const FORMS = ["", "send to ", "receive from ", "task "] as const;
const PLAIN = 0;
const SEND = 1;
const RECEIVE = 2;
const JOIN = 3;

/** With more texts than these, they are forgotten: events have theirs, and one that comes again is kept again. */
const MOST = 1000;

export function formOf(op: Op<unknown>): number {
  if (op instanceof ReceiveOp) return RECEIVE;
  if (op instanceof SendOp) return SEND;
  return op instanceof Join ? JOIN : PLAIN;
}

/** What `op` says of itself, of the name that was kept. */
export function textOf(form: number, kept: string | null): string | null {
  return form === PLAIN ? kept : FORMS[form]! + kept;
}

export class Labels {
  readonly #texts: Map<string, string> = new Map();

  /** What is kept of `op`, which is of `form`. */
  of(op: Op<unknown>, form: number): string {
    if (form === RECEIVE) return (op as ReceiveOp).channel.name;
    if (form === SEND) return (op as SendOp).channel.name;
    if (form === JOIN) return (op as Join).of.name;
    const text = op.describe();
    const known = this.#texts.get(text);
    if (known !== undefined) return known;
    if (this.#texts.size >= MOST) this.#texts.clear();
    this.#texts.set(text, text);
    return text;
  }
}
