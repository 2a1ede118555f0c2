// Programming in Lua, 9.2: producer, filter and consumer. The consumer drives: it asks the filter for a line, the
// filter asks the producer, and each stands still until it is asked again. Nothing is read before it is wanted.
import { coroutine, type Coroutine } from "corun";

const text = `Take this kiss upon the brow!
And, in parting from you now,
Thus much let me avow:
You are not wrong, who deem
That my days have been a dream;`;

const producer = coroutine(function* producer() {
  yield* text.split("\n");
});

const filter = coroutine(function* filter(lines: Coroutine<string>) {
  let number = 1;
  for (const line of lines) yield `${String(number++).padStart(5)} ${line}`;
});

function consumer(lines: Coroutine<string>): void {
  for (const line of lines) console.log(line);
}

consumer(filter(producer()));
