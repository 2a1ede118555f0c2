// A stretch of an axis, and how it is moved and zoomed. Numbers only.
//
// Imports nothing.

export interface Span {
  from: number;
  to: number;
}

export const widthOf = (span: Span): number => span.to - span.from;

/** `span` moved and cut so that it lies in `limits`, and is at least `least` wide. */
export function clamp(span: Span, limits: Span, least: number): Span {
  const width = Math.min(Math.max(widthOf(span), least), Math.max(widthOf(limits), least));
  const from = Math.min(Math.max(span.from, limits.from), Math.max(limits.from, limits.to - width));
  return { from, to: from + width };
}

/** Zoomed so that what stands at `at` stays where it is: by 2, half as much is seen. */
export function zoom(span: Span, by: number, at: number, limits: Span, least: number): Span {
  const most = Math.max(widthOf(limits), least);
  const width = Math.min(Math.max(widthOf(span) / by, least), most);
  const share = (at - span.from) / widthOf(span);
  const from = at - width * share;
  return clamp({ from, to: from + width }, limits, least);
}

/** Moved by `by` on the axis. */
export function pan(span: Span, by: number, limits: Span, least: number): Span {
  return clamp({ from: span.from + by, to: span.to + by }, limits, least);
}

/** Moved only as far as is needed to have `at` in sight, with some room on its sides. */
export function reveal(span: Span, at: number, limits: Span, least: number): Span {
  const room = widthOf(span) * 0.15;
  if (at < span.from + room) return pan(span, at - room - span.from, limits, least);
  if (at > span.to - room) return pan(span, at + room - span.to, limits, least);
  return span;
}

/** The first index from which `values`, which grow, are at least `value`. */
export function lowerBound(values: ArrayLike<number>, value: number, start: number = 0): number {
  let low = start;
  let high = values.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (values[middle]! < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Round steps for a ruler, at least `least` apart. */
export function tickStep(least: number): number {
  const magnitude = 10 ** Math.floor(Math.log10(least));
  return magnitude * ([1, 2, 5].find((factor) => factor * magnitude >= least) ?? 10);
}
