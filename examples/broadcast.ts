// Beazley, "A Curious Course on Coroutines and Concurrency", 2009: a log is followed, each line is broadcast to several
// greps, and what they let through comes together in one printer. Data is pushed on by `send`, the end by `close`.
import { coroutine, type Coroutine } from "corun";

type Sink = Coroutine<void, void, string>;

/** Brings a sink to its first `yield`, so that it can be sent something. */
function primed(sink: Sink): Sink {
  sink.next();
  return sink;
}

/** The source: an ordinary function that pushes. */
function follow(lines: string[], target: Sink): void {
  for (const line of lines) target.send(line);
  target.close();
}

const broadcast = coroutine(function* broadcast(targets: Sink[]): Coroutine.Body<void, void, string> {
  try {
    for (;;) {
      const line = yield;
      for (const target of targets) target.send(line);
    }
  } finally {
    for (const target of targets) target.close();
  }
});

const grep = coroutine(function* grep(pattern: RegExp, target: Sink): Coroutine.Body<void, void, string> {
  try {
    for (;;) {
      const line = yield;
      if (pattern.test(line)) target.send(line);
    }
  } finally {
    target.close(); // three greps close the one printer: closing twice is fine
  }
});

const printer = coroutine(function* printer(): Coroutine.Body<void, void, string> {
  try {
    for (;;) console.log(yield);
  } finally {
    console.log("-- end of the log");
  }
});

const log = [
  "python is fun",
  "ply parses, and python runs it",
  "perl is not asked for",
  "swig wraps it all for python and ply",
];
const out = primed(printer());
const greps = [/python/, /ply/, /swig/].map((pattern) => primed(grep(pattern, out)));
follow(log, primed(broadcast(greps)));
