// The least that runs generators beside one another: a queue, a loop, a channel, a join. Nothing can be cancelled,
// a failure ends all, nobody owns a task, a full loop starves the host, and a wrong use is not noticed. It makes an
// object at each wait, as whoever writes such a loop first does.

/** @typedef {Generator<unknown, number | void, unknown>} Body */

const WAIT = { done: false, value: undefined };
const DONE = { done: true, value: undefined };

/** @type {Task} */
let active;
/** @type {Task | null} */
let head = null;
/** @type {Task | null} */
let tail = null;

/** @param {unknown} value */
function done(value) {
  DONE.value = value;
  return DONE;
}

/** @param {Task} task */
function enqueue(task) {
  if (tail === null) head = task;
  else tail.behind = task;
  tail = task;
}

/** Runs all that is ready, and what that makes ready. */
export function loop() {
  for (let task = head; task !== null; task = head) {
    head = task.behind;
    if (head === null) tail = null;
    task.behind = null;
    active = task;
    const { value } = task;
    task.value = undefined;
    const result = task.body.next(value);
    if (result.done === true) task.end(result.value);
  }
}

class Task {
  /** @type {Task | null} */
  behind = null;
  value = undefined;
  /** @type {unknown} */
  wait = null;
  /** @type {Join | null} */
  joiner = null;
  ended = false;

  /** @param {Body} body */
  constructor(body) {
    this.body = body;
    enqueue(this);
  }

  /** @param {unknown} result */
  end(result) {
    this.ended = true;
    this.value = result;
    if (this.joiner !== null) this.joiner.serve(result);
  }

  join() {
    return new Join(this);
  }
}

/** @param {Body} body */
export function start(body) {
  return new Task(body);
}

/** Waits for one thing; its iterator is itself. */
class Wait {
  /** @type {Task | null} */
  task = null;
  /** @type {Wait | null} */
  behind = null;

  [Symbol.iterator]() {
    return this;
  }

  suspend() {
    this.task = active;
    active.wait = this;
    return WAIT;
  }

  /** @param {unknown} value */
  serve(value) {
    this.task.value = value;
    enqueue(this.task);
  }
}

class Yield extends Wait {
  /** @param {unknown} value */
  next(value) {
    if (active.wait !== this) {
      enqueue(active);
      return this.suspend();
    }
    active.wait = null;
    return done(value);
  }
}

export const yieldNow = () => new Yield();

class Join extends Wait {
  /** @param {Task} of */
  constructor(of) {
    super();
    this.of = of;
  }

  /** @param {unknown} value */
  next(value) {
    if (active.wait === this) {
      active.wait = null;
      return done(value);
    }
    if (this.of.ended) return done(this.of.value);
    this.of.joiner = this;
    return this.suspend();
  }
}

class Send extends Wait {
  /** @param {Channel} channel @param {unknown} item */
  constructor(channel, item) {
    super();
    this.channel = channel;
    this.item = item;
  }

  next() {
    if (active.wait === this) {
      active.wait = null;
      return done(undefined);
    }
    const { channel, item } = this;
    if (channel.firstReceiver !== null) channel.takeReceiver().serve(item);
    else if (channel.length < channel.capacity) channel.put(item);
    else {
      if (channel.lastSender === null) channel.firstSender = this;
      else channel.lastSender.behind = this;
      channel.lastSender = this;
      return this.suspend();
    }
    return done(undefined);
  }
}

class Receive extends Wait {
  /** @param {Channel} channel */
  constructor(channel) {
    super();
    this.channel = channel;
  }

  /** @param {unknown} value */
  next(value) {
    if (active.wait === this) {
      active.wait = null;
      return done(value);
    }
    const { channel } = this;
    if (channel.length > 0) {
      const item = channel.get();
      if (channel.firstSender !== null) channel.put(channel.takeSender());
      return done(item);
    }
    if (channel.firstSender !== null) return done(channel.takeSender());
    if (channel.lastReceiver === null) channel.firstReceiver = this;
    else channel.lastReceiver.behind = this;
    channel.lastReceiver = this;
    return this.suspend();
  }
}

export class Channel {
  /** @type {Send | null} */
  firstSender = null;
  /** @type {Send | null} */
  lastSender = null;
  /** @type {Receive | null} */
  firstReceiver = null;
  /** @type {Receive | null} */
  lastReceiver = null;
  length = 0;
  first = 0;
  /** @type {unknown[] | null} */
  items = null;

  /** @param {number} capacity a power of two */
  constructor(capacity = 0) {
    this.capacity = capacity;
  }

  /** @param {unknown} item */
  send(item) {
    return new Send(this, item);
  }

  receive() {
    return new Receive(this);
  }

  takeReceiver() {
    const receiver = this.firstReceiver;
    this.firstReceiver = receiver.behind;
    if (this.firstReceiver === null) this.lastReceiver = null;
    return receiver;
  }

  takeSender() {
    const sender = this.firstSender;
    this.firstSender = sender.behind;
    if (this.firstSender === null) this.lastSender = null;
    sender.serve(undefined);
    return sender.item;
  }

  /** @param {unknown} item */
  put(item) {
    this.items ??= Array.from({ length: this.capacity });
    this.items[(this.first + this.length++) & (this.capacity - 1)] = item;
  }

  get() {
    const item = this.items[this.first];
    this.items[this.first] = undefined;
    this.first = (this.first + 1) & (this.capacity - 1);
    this.length--;
    return item;
  }
}
