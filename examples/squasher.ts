// Conway, "Design of a Separable Transition-Diagram Compiler", 1963, where the word coroutine first appeared: punched
// cards go in, their characters come out, and each pair ** becomes one ^, also where a pair is split over two cards.
// Each stage reads and writes as if it were the main program, and keeps its place as its state.
import { coroutine, type Coroutine } from "corun";

const read = coroutine(function* read(cards: string[]) {
  for (const card of cards) yield* card;
});

const squash = coroutine(function* squash(symbols: Coroutine<string>) {
  for (const symbol of symbols) {
    if (symbol !== "*") {
      yield symbol;
      continue;
    }
    const next = symbols.next(); // an asterisk: what comes behind it decides
    if (!next.done && next.value === "*") {
      yield "^";
    } else {
      yield symbol;
      if (!next.done) yield next.value;
    }
  }
});

const write = (cards: string[]): string => [...squash(read(cards))].join("");

console.log(write(["a**b***c****d"]));
console.log(write(["a*", "*b**", "*c***", "*d"]));
console.log(write(["a*b", "*"]));
