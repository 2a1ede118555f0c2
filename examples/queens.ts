// Eight queens by backtracking, after CPython's test suite. `conjoin`, named for Icon's conjunction, tries what each
// generator offers in turn: a generator makes its move, yields, and when it is asked again takes the move back.
import { coroutine, type Coroutine } from "corun";

/** All lists of one choice of each generator, where what one offers may depend on the choices before it. */
const conjoin = coroutine(
  function* <T>(generators: (() => Iterable<T>)[], chosen: T[] = []): Coroutine.Body<readonly T[], void, void> {
    const next = generators[chosen.length];
    if (next === undefined) {
      yield chosen;
    } else {
      for (const choice of next()) {
        chosen.push(choice);
        yield* conjoin(generators, chosen);
        chosen.pop();
      }
    }
  },
  { name: "conjoin" },
);

const size = 8;
const taken = new Set<string>();

const queenIn = coroutine(function* queenIn(row: number) {
  for (let column = 0; column < size; column++) {
    const lines = [`| ${column}`, `/ ${row + column}`, `\\ ${row - column}`];
    if (lines.some((line) => taken.has(line))) continue;
    for (const line of lines) taken.add(line);
    yield column; // the rows below are tried meanwhile
    for (const line of lines) taken.delete(line);
  }
});

function board(queens: readonly number[]): string {
  const rule = `${"+-".repeat(size)}+`;
  const rows = queens.map(
    (queen) => `|${Array.from({ length: size }, (_, i) => (i === queen ? "Q" : " ")).join("|")}|`,
  );
  return [rule, ...rows.flatMap((row) => [row, rule])].join("\n");
}

let count = 0;
for (const queens of conjoin(Array.from({ length: size }, (_, row) => () => queenIn(row)))) {
  if (++count <= 2) console.log(`Solution ${count}\n${board(queens)}`);
}
console.log(`${count} solutions in all.`);
