// Chance that is the same at each replay: sfc32, from a salt of 128 bits.
//
// Imports nothing.

/** Its numbers never come in a cycle that anybody sees, and two salts give different ones. Not for secrets. */
export class Chance {
  readonly #words: Uint32Array;

  /** @param salt 32 hexadecimal digits */
  constructor(salt: string) {
    this.#words = Uint32Array.from([0, 8, 16, 24], (at) => Number.parseInt(salt.slice(at, at + 8), 16));
    for (let i = 0; i < 12; i++) this.next();
  }

  /** A whole number from 0, below 2 ** 32. */
  next(): number {
    const words = this.#words;
    const [a, b, c, d] = words as unknown as [number, number, number, number];
    const sum = (a + b + d) >>> 0;
    words[3] = d + 1;
    words[0] = b ^ (b >>> 9);
    words[1] = c + (c << 3);
    words[2] = ((c << 21) | (c >>> 11)) + sum;
    return sum;
  }

  /** 32 hexadecimal digits. */
  salt(): string {
    return [0, 0, 0, 0].map(() => this.next().toString(16).padStart(8, "0")).join("");
  }

  /** In the form of a random UUID, version 4. */
  uuid(): string {
    const digits = this.salt();
    const variant = ((Number.parseInt(digits[16]!, 16) & 3) | 8).toString(16);
    const parts = [digits.slice(0, 8), digits.slice(8, 12), `4${digits.slice(13, 16)}`];
    return [...parts, `${variant}${digits.slice(17, 20)}`, digits.slice(20)].join("-");
  }
}

/** A salt that is a function of `text`, for runs that are to be repeated. */
export function saltOf(text: string): string {
  const words = [0x9e3779b9, 0x243f6a88, 0xb7e15162, 0x85a308d3];
  for (let i = 0; i < text.length; i++) {
    for (let k = 0; k < 4; k++) {
      const mixed = Math.imul(words[k]! ^ text.charCodeAt(i), 0x01000193 + 2 * k);
      words[k] = mixed ^ (mixed >>> 15) ^ Math.imul(words[(k + 1) % 4]!, 0x2c1b3c6d);
    }
  }
  return words.map((word) => (word >>> 0).toString(16).padStart(8, "0")).join("");
}
