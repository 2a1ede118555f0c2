// The language is the model: random bodies, written once, are run as native generators that delegate with
// the language's own `yield*`, and as coroutines on frames of their own. Whatever the hand does, both must
// answer alike: values, sends, results, errors, and the order in which every statement ran. (Where Corun
// differs on purpose, a first value and a yield while closing, the random programs do not go.)
import { coroutine } from "corun";
import fc from "fast-check";
import { expect, test } from "vitest";

type Statement =
  | { kind: "yield"; value: number }
  | { kind: "throw"; value: number }
  | { kind: "return"; value: number }
  | { kind: "call"; body: Statement[] }
  | { kind: "try"; body: Statement[]; caught: Statement[] | null; finallyLogs: number };

type Resume = { how: "next" | "throw" | "return"; value: number };
type Routine = Generator<unknown, unknown, unknown>;

const { program } = fc.letrec<{ statement: Statement; program: Statement[] }>((tie) => ({
  statement: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    fc.record({ kind: fc.constant("yield" as const), value: fc.nat(99) }),
    fc.record({ kind: fc.constant("throw" as const), value: fc.nat(99) }),
    fc.record({ kind: fc.constant("return" as const), value: fc.nat(99) }),
    fc.record({ kind: fc.constant("call" as const), body: tie("program") }),
    fc.record({
      kind: fc.constant("try" as const),
      body: tie("program"),
      caught: fc.option(tie("program")),
      finallyLogs: fc.nat(99),
    }),
  ),
  program: fc.array(tie("statement"), { maxLength: 4 }),
}));
const resumes = fc.array(
  fc.record({
    how: fc.constantFrom("next" as const, "next" as const, "next" as const, "throw" as const, "return" as const),
    value: fc.nat(99),
  }),
  { minLength: 1, maxLength: 12 },
);

/** Makes bodies that run `program`; `routine` turns a body into what the caller delegates to. */
function bodies(log: unknown[], routine: (body: (program: Statement[]) => Routine, of: Statement[]) => Routine) {
  class Returned {
    readonly value: unknown;
    constructor(value: unknown) {
      this.value = value;
    }
  }
  function* block(program: Statement[]): Routine {
    for (const each of program) {
      if (each.kind === "yield") log.push(["got", yield each.value]);
      else if (each.kind === "throw") throw each.value;
      else if (each.kind === "return") return new Returned(each.value);
      else if (each.kind === "call") log.push(["result", yield* routine(body, each.body)]);
      else {
        try {
          const ended = yield* block(each.body);
          if (ended instanceof Returned) return ended;
        } catch (error) {
          if (each.caught === null) throw error;
          log.push(["caught", error]);
          const ended = yield* block(each.caught);
          if (ended instanceof Returned) return ended;
        } finally {
          log.push(["finally", each.finallyLogs]);
        }
      }
    }
    return undefined;
  }
  function* body(program: Statement[]): Routine {
    const ended = yield* block(program);
    return ended instanceof Returned ? ended.value : ended;
  }
  return body;
}

/** What the hand sees of `routine`, resumption by resumption. */
function play(routine: Routine, hand: Resume[], log: unknown[]): unknown[] {
  const answers = hand.map(({ how, value }, turn) => {
    try {
      if (how === "throw") return routine.throw(value);
      if (how === "return") return routine.return(value);
      return turn === 0 ? routine.next() : routine.next(value);
    } catch (error) {
      return ["threw", error];
    }
  });
  return [answers, log];
}

test("coroutines on driver-owned frames answer as native generators do, whatever the bodies and the hand", () => {
  fc.assert(
    fc.property(program, resumes, (program, hand) => {
      const [nativeLog, corunLog]: [unknown[], unknown[]] = [[], []];
      const native = bodies(nativeLog, (body, of) => body(of));
      const wrapped: (program: Statement[]) => Routine = coroutine(bodies(corunLog, (_, of) => wrapped(of)));
      // A value to a fresh coroutine is refused: the first resumption of the hand sends none.
      expect(play(wrapped(program), hand, corunLog)).toEqual(play(native(program), hand, nativeLog));
    }),
    { numRuns: 2_000 },
  );
});
