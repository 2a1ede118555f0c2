// A line of waiting ops: first come, first served; anyone may leave from the middle at no cost.
//
// May import: op.

import { Op } from "./op.ts";

/** An op that stands in a line while it waits. */
export abstract class LinedOp<T> extends Op<T> {
  ahead: LinedOp<unknown> | null = null;
  behind: LinedOp<unknown> | null = null;
  line: Line | null = null;

  override withdraw(): void {
    this.line?.leave(this);
  }
}

export class Line {
  first: LinedOp<unknown> | null = null;
  last: LinedOp<unknown> | null = null;
  length = 0;

  join(op: LinedOp<unknown>): void {
    op.line = this;
    op.ahead = this.last;
    op.behind = null;
    if (this.last === null) this.first = op;
    else this.last.behind = op;
    this.last = op;
    this.length++;
  }

  leave(op: LinedOp<unknown>): void {
    if (op.line !== this) return;
    if (op.ahead === null) this.first = op.behind;
    else op.ahead.behind = op.behind;
    if (op.behind === null) this.last = op.ahead;
    else op.behind.ahead = op.ahead;
    op.ahead = op.behind = op.line = null;
    this.length--;
  }
}
