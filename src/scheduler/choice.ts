// The choice seam: where all chance of a scheduler comes from.
//
// Imports nothing.

/** Mulberry32: small, fast, and good enough for fair choices. */
export function chooser(seed: number): (count: number) => number {
  let state = seed | 0;
  return (count) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed);
    return (((mixed ^ (mixed >>> 14)) >>> 0) * count * 2 ** -32) | 0;
  };
}
