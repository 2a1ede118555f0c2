import { Channel, type Choice, run, select, sleep, spawn } from "corun";
import { expect, test } from "vitest";

/** Who is next goes in order; what is drawn is the last, and noted. */
function noting(): { choice: Choice; draws: number[] } {
  const draws: number[] = [];
  const choose = (count: number): number => {
    draws.push(count);
    return count - 1;
  };
  return { choice: { next: () => 0, choose }, draws };
}

test("a select draws only between clauses that may be done now", async () => {
  const { choice, draws } = noting();
  await run.with({ choice })(function* () {
    const idle = [new Channel<number>(), new Channel<number>(), new Channel<number>()] as const;
    const [a, b, c] = [new Channel<number>(1), new Channel<number>(1), new Channel<number>(1)];
    spawn(() => idle[1].send(5));
    expect(yield* select({ x: idle[0].receive(), y: idle[1].receive(), z: idle[2].send(1) })).toEqual({
      key: "y",
      value: 5,
    });
    expect(draws).toEqual([]);
    a.trySend(1);
    c.trySend(3);
    expect((yield* select({ x: idle[0].receive(), b: b.receive(), c: c.receive() })).key).toBe("c");
    expect(draws).toEqual([]);
    c.trySend(3);
    expect((yield* select({ a: a.receive(), b: b.receive(), c: c.receive() })).key).toBe("a");
    expect(draws).toEqual([2]);
  });
});

test("a closed channel counts as one that may be done, and one that sleeps does not make it drawn against idle ones", async () => {
  const { choice, draws } = noting();
  await run.with({ choice })(function* () {
    const [closed, idle] = [new Channel<number>(), new Channel<number>()];
    closed.close();
    expect(yield* select({ closed: closed.next(), idle: idle.receive() })).toEqual({
      key: "closed",
      value: { value: undefined, done: true },
    });
    expect((yield* select({ idle: idle.receive(), quiet: sleep(1) })).key).toBe("quiet");
    expect(draws).toEqual([]);
  });
});
