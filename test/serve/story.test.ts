// A journal as a story.

import type { Coroutine } from "corun";
import { again, call, durable, type Entry, inProcess, signal, sleep, step } from "corun/durable";
import { VirtualClock } from "corun/testing";
import { expect, test } from "vitest";
import { story } from "../../src/cli/story.ts";
import { counter } from "./coroutines.ts";

const errand = durable("errand", function* (): Coroutine.Body<string, string, string> {
  let answer = "";
  for (;;) {
    const what = yield answer;
    if (what === "end") return "bye";
    if (what === "over") return again("anew");
    if (what === "signal") answer = String(yield* signal("go"));
    else if (what === "sleep") {
      yield* sleep(2000);
      answer = "awake";
    } else if (what === "call") answer = String(yield* call(counter, "x", 2));
    else if (what === "try") {
      try {
        yield* step("risk", () => {
          throw new RangeError("no\nluck");
        });
      } catch (error) {
        answer = String(error);
      }
    } else answer = what;
  }
});

test("what happened, when, and what came of it", async () => {
  const clock = new VirtualClock({ auto: false });
  await clock.advance(Date.UTC(2026, 10, 23, 23, 59, 58));
  const engine = inProcess({ clock });
  const e = engine.open(errand, "1");
  await e.send("hello", { id: "a" });
  await e.send("try", { id: "b" });
  await e.send("call", { id: "c" });
  await e.signal("go", [1]);
  await e.send("signal", { id: "d" });
  const asleep = e.send("sleep", { id: "e" });
  await clock.advance(2000);
  await asleep;
  await e.send("x".repeat(200), { id: "f" });
  await e.send("end", { id: "g" }).catch(() => {});
  expect(story(await e.history(), "UTC")).toEqual([
    "2026-11-23",
    "23:59:58  began, with version 1 of its code",
    '23:59:58  send "hello" (id a) → answered "hello"',
    '23:59:58  send "try" (id b)',
    "23:59:58    step risk began",
    "23:59:58    step risk → failed with RangeError: no\\u{a}luck",
    '23:59:58  turn 2 → answered "RangeError: no\\nluck"',
    '23:59:58  send "call" (id c)',
    "23:59:58    call counter/x began with 2",
    "23:59:58    call counter/x → gave 2",
    '23:59:58  turn 3 → answered "2"',
    "23:59:58  signal go [1]",
    '23:59:58  send "signal" (id d) → answered "1"',
    '23:59:58  send "sleep" (id e)',
    "2026-11-24",
    "00:00:00  woke: a sleep or a deadline was due",
    '00:00:00  turn 5 → answered "awake"',
    `00:00:00  send "${"x".repeat(118)}… (id f) → answered "${"x".repeat(118)}…`,
    '00:00:00  send "end" (id g) → returned "bye"',
    '00:00:00  ended: returned "bye"',
  ]);
});

test("one that started over, is cancelled, or does not need a result any more", () => {
  const base = { at: 0, version: "2", salt: "", turns: 7, turn: null, signals: [] };
  const entries: Entry[] = [
    { type: "base", generation: 3, state: '{"n":1}', ...base },
    { type: "send", at: 1000, id: "a", value: null },
    { type: "asked", n: 1, kind: "step", name: "fetch" },
    { type: "cancel", at: 2000, reason: '"late"' },
    { type: "withdrawn", n: 1 },
    { type: "answer", turn: 8, id: "a", outcome: { how: "cancelled", reason: '"late"' } },
    { type: "ended", outcome: { how: "cancelled", reason: null } },
  ];
  expect(story(entries, "UTC")).toEqual([
    "1970-01-01",
    '00:00:00  started over (3) from {"n":1}, with version 2 of its code',
    "00:00:01  send undefined (id a)",
    "00:00:01    step fetch began",
    '00:00:02  cancel "late"',
    "00:00:02    step fetch is not needed any more",
    '00:00:02  turn 8 → cancelled for "late"',
    "00:00:02  ended: cancelled",
  ]);
});

test("what a terminal would obey is shown, and not done", () => {
  const entries: Entry[] = [
    { type: "signal", at: 0, name: "\u001b[2J\u202e", value: '"\u009b"' },
    { type: "signal", at: 0, name: "a\nb", value: null },
  ];
  expect(story(entries, "UTC").slice(1)).toEqual([
    '00:00:00  signal \\u{1b}[2J\\u{202e} "\\u{9b}"',
    "00:00:00  signal a\\u{a}b undefined",
  ]);
});
