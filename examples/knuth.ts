// Knuth, The Art of Computer Programming, 1.4.2: two coroutines of equal rights translate a code. IN expands it (a
// digit n means n + 1 copies of what follows), OUT prints it in groups of three until a period comes. Each sees the
// other as its subroutine: IN "calls" OUT with a character, OUT "calls" IN for one.
import { coroutine, type Coroutine, transfer } from "corun";

const expand = coroutine(function* expand(code: string): Coroutine.Body<never, void, void> {
  const characters = code.replace(/\s/g, "")[Symbol.iterator]();
  for (let character of characters) {
    let copies = 1;
    if (/\d/.test(character)) {
      copies += Number(character);
      character = characters.next().value ?? ".";
    }
    while (copies-- > 0) yield* transfer(output, character);
  }
});

const group = coroutine(function* group(): Coroutine.Body<string, void, string | undefined> {
  let three = "";
  while (!three.endsWith(".")) {
    three = "";
    while (three.length < 3 && !three.endsWith(".")) three += yield* transfer<string>(input);
    yield three; // to the hand that asks for the groups, below
  }
});

const input = expand("A2B5E3426FG0ZYW3210PQ89R.");
const output = group();

console.log([...output].join(" "));
