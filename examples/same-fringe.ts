// The same-fringe problem: do two trees have the same leaves in the same order, whatever their shapes? Two coroutines
// walk them in step and stop at the first difference. The walk is a recursion by `yield*`, which costs the same at any
// depth and overflows no stack; with native generators every leaf would pass through all levels above it.
import { coroutine, type Coroutine } from "corun";

type Tree = string | readonly [Tree, Tree];

// The body has no name of its own: inside it, `fringe` must be the coroutine function, not the bare body.
const fringe = coroutine(
  function* (tree: Tree): Coroutine.Body<string, void, void> {
    if (typeof tree === "string") yield tree;
    else for (const branch of tree) yield* fringe(branch);
  },
  { name: "fringe" },
);

function sameFringe(a: Tree, b: Tree): boolean {
  const others = fringe(b);
  for (const leaf of fringe(a)) {
    if (others.next().value !== leaf) return false; // leaving the loop closes the walk of a
  }
  return others.next().done === true;
}

console.log("shapes differ:", sameFringe([["a", "b"], "c"], ["a", ["b", "c"]]));
console.log("a leaf differs:", sameFringe([["a", "b"], "c"], ["a", ["x", "c"]]));
console.log("a leaf more:", sameFringe(["a", "b"], ["a", ["b", "c"]]));

const depth = 100_000;
let leftDeep: Tree = "leaf 0";
for (let i = 1; i <= depth; i++) leftDeep = [leftDeep, `leaf ${i}`];
let rightDeep: Tree = `leaf ${depth}`;
for (let i = depth - 1; i >= 0; i--) rightDeep = [`leaf ${i}`, rightDeep];

console.log("100,000 deep:", sameFringe(leftDeep, rightDeep));
console.log("100,000 deep, a leaf more:", sameFringe(leftDeep, [rightDeep, "leaf"]));
console.log("100,000 deep, the first differs:", sameFringe(leftDeep, ["leaf", rightDeep]));
