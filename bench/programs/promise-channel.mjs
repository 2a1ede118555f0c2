// A channel of promises, as lean as it can be: no cancellation, no close, nothing that can be asked. What is there at
// once is given without a promise, so that `await` costs one turn of the microtasks.

/**
 * @template T
 * @typedef {{ gone: boolean, take: (value: T, from: PromiseChannel<T>) => void, other: Waiter<T> | null }} Waiter
 */

/** @template T */
export class PromiseChannel {
  /** @param {number} capacity */
  constructor(capacity = 0) {
    this.capacity = capacity;
    /** @type {T[]} */
    this.buffer = [];
    /** @type {{ value: T, done: () => void }[]} */
    this.senders = [];
    /** @type {Waiter<T>[]} */
    this.receivers = [];
  }

  /** @param {T} value @returns {Promise<void> | undefined} */
  send(value) {
    for (let waiter = this.receivers.shift(); waiter !== undefined; waiter = this.receivers.shift()) {
      if (waiter.gone) continue;
      if (waiter.other !== null) waiter.other.gone = true;
      waiter.take(value, this);
      return undefined;
    }
    if (this.buffer.length < this.capacity) {
      this.buffer.push(value);
      return undefined;
    }
    return new Promise((done) => void this.senders.push({ value, done }));
  }

  get isReady() {
    return this.buffer.length > 0 || this.senders.length > 0;
  }

  /** @returns {T} only where `isReady` */
  take() {
    const sender = this.senders.shift();
    if (this.buffer.length === 0) {
      sender.done();
      return sender.value;
    }
    const value = this.buffer.shift();
    if (sender !== undefined) {
      this.buffer.push(sender.value);
      sender.done();
    }
    return value;
  }

  /** @returns {T | Promise<T>} */
  receive() {
    if (this.isReady) return this.take();
    return new Promise((take) => void this.receivers.push({ gone: false, take, other: null }));
  }
}

/**
 * The first of two channels that has something, the first one if both have.
 *
 * @template T
 * @param {PromiseChannel<T>} a @param {PromiseChannel<T>} b
 * @returns {{ from: PromiseChannel<T>, value: T } | Promise<{ from: PromiseChannel<T>, value: T }>}
 */
export function selectOfTwo(a, b) {
  if (a.isReady) return { from: a, value: a.take() };
  if (b.isReady) return { from: b, value: b.take() };
  return new Promise((resolve) => {
    /** @param {T} value @param {PromiseChannel<T>} from */
    const take = (value, from) => resolve({ from, value });
    /** @type {Waiter<T>} */
    const first = { gone: false, take, other: null };
    /** @type {Waiter<T>} */
    const second = { gone: false, take, other: first };
    first.other = second;
    a.receivers.push(first);
    b.receivers.push(second);
  });
}
