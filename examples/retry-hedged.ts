// Two ways to live with an unreliable service: try again, after a pause that doubles and has some chance in it; and hedge:
// if there is no answer after 50 ms, ask a second time, take the answer that comes first, and cancel the other request.
import { coroutine, race, run, sleep, type Waitable } from "corun";
import { simulatedTime } from "./lib/simulated-time.ts";

const clock = simulatedTime();
const tell = (text: string): void => console.log(`${String(Math.round(clock.now())).padStart(4)} ms  ${text}`);

/** What the service does with each request: after how long, and whether it fails. */
const plan = [
  { ms: 10, fails: true },
  { ms: 10, fails: true },
  { ms: 400, fails: false }, // too slow: it is hedged by the next
  { ms: 30, fails: false },
];
let requests = 0;

const ask = coroutine(function* ask(question: string) {
  const number = ++requests;
  const { ms, fails } = plan[number - 1]!;
  tell(`request ${number}`);
  let ended = false;
  try {
    yield* sleep(ms);
    ended = true;
    if (fails) throw new Error("503");
    return `the answer to ${question}`;
  } finally {
    tell(`request ${number} ${ended ? (fails ? "failed" : "is answered") : "is cancelled"}`);
  }
});

type Request<T> = () => Waitable<T>;

const retry = coroutine(function* retry<T>(request: Request<T>, attempts: number, chance: () => number) {
  for (let attempt = 1, pause = 100; ; attempt++, pause *= 2) {
    try {
      return yield* request(); // a cancellation is no error: `catch` does not see it
    } catch (error) {
      if (attempt === attempts) throw error;
      const wait = pause * (0.5 + chance() / 2); // so that not all who failed come back at the same moment
      tell(`attempt ${attempt}: ${String(error)}; again in ${Math.round(wait)} ms`);
      yield* sleep(wait);
    }
  }
});

const hedged = coroutine(function* hedged<T>(request: Request<T>, ms: number) {
  function* second() {
    yield* sleep(ms);
    return yield* request();
  }
  return yield* race([request, second]); // the first end decides; a failure is for retry to handle
});

await run.with({ clock })(function* main() {
  const chances = [0.8, 0.3][Symbol.iterator](); // Math.random, were it not for the output
  const question = () => ask("everything");
  const answer = yield* retry(
    () => hedged(question, 50),
    3,
    () => chances.next().value ?? 0,
  );
  tell(answer);
});
