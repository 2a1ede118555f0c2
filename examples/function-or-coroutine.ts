// The first lesson: calling a function runs it. Calling a coroutine function runs nothing: it makes a
// coroutine, which waits for its first next(). Before that no `yield` waits for a value, so a forgotten
// next() is a clear error, where a plain JavaScript generator would silently drop the value.
import { coroutine, type Coroutine } from "corun";

function plain(): number {
  console.log("good");
  return 2;
}

const b = plain(); // prints good
console.log(b);

const consumer = coroutine(function* consumer(): Coroutine.Body<number, void, string> {
  console.log("good");
  const heard = yield 5;
  console.log(`heard ${heard}`);
});

const a = consumer(); // prints nothing
console.log(a);

try {
  a.send("hello");
} catch (error) {
  console.log(String(error));
}

console.log(a.next().value); // runs to the first yield: prints good, then 5
console.log(a);
console.log(a.next("hello")); // goes on behind it
console.log(a);
