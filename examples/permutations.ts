// Programming in Lua, 9.3: all permutations of a list. The generator is an ordinary recursive procedure that yields
// from its innermost level; whoever loops over it sees one flat sequence.
import { coroutine, type Coroutine } from "corun";

// The body has no name of its own: inside it, `permutations` must be the coroutine function, not the bare body.
const permutations = coroutine(
  function* <T>(items: T[], n = items.length): Coroutine.Body<readonly T[], void, void> {
    if (n <= 1) {
      yield items;
    } else {
      for (let i = 0; i < n; i++) {
        swap(items, i, n - 1); // the i-th becomes the last,
        yield* permutations(items, n - 1); // the others are permuted before it,
        swap(items, i, n - 1); // and all is as it was
      }
    }
  },
  { name: "permutations" },
);

function swap(items: unknown[], i: number, j: number): void {
  [items[i], items[j]] = [items[j], items[i]];
}

for (const items of permutations(["a", "b", "c"])) console.log(items.join(" "));
