// The program of the lesson: a producer sends 5, 4, 3, 2, 1 to a consumer, which says of each whether it wants more, and a
// main program ends it when it does not. The consumer is one and the same wherever it lives.

import { coroutine, type Coroutine, run, spawn } from "corun";
import type { Engine } from "corun/durable";

/** What was heard from all three. */
let said: string[] = [];

const consumer = coroutine(function* consumer(): Coroutine.Body<boolean, void, number> {
  let status = true;
  for (;;) {
    const nr = yield status;
    said.push(`我拿到了${nr}!`);
    if (nr === 3) status = false;
  }
});

/** What came of it: the answers of the consumer, and what was said, each line where it was heard first. */
export interface Told {
  answers: boolean[];
  lines: string[];
}

export const LESSON: Told = {
  answers: [true, true, false],
  lines: ["我拿到了5!", "我拿到了4!", "我拿到了3!", "我只要3,4,5就行啦", "程序结束"],
};

/** A main program: is told each answer; whether it goes on. */
function goesOn(answers: boolean[], status: boolean): boolean {
  answers.push(status);
  if (!status) said.push("我只要3,4,5就行啦");
  return status;
}

function end(answers: boolean[]): Told {
  said.push("程序结束");
  const lines = [...new Set(said)];
  said = [];
  return { answers, lines };
}

export function byHand(): Told {
  const producer = coroutine(function* (c: Coroutine<boolean, void, number>): Coroutine.Body<boolean> {
    for (let n = 5; n > 0; n--) yield c.send(n);
  });
  const answers: boolean[] = [];
  const c = consumer();
  c.next();
  for (const status of producer(c)) if (!goesOn(answers, status)) break;
  return end(answers);
}

export async function asTask(): Promise<Told> {
  const answers = await run(function* () {
    const c = spawn.background(consumer);
    const answers: boolean[] = [];
    for (let n = 5; n > 0; n--) if (!goesOn(answers, yield* c.send(n))) break;
    return answers;
  });
  return end(answers);
}

/** Its process ends in the midst of it, and another one goes on. */
export async function durably(start: () => Promise<Engine> | Engine): Promise<Told> {
  const answers: boolean[] = [];
  let engine = await start();
  for (let n = 5; n > 0; n--) {
    if (!goesOn(answers, await engine.open(consumer, "42").send(n))) break;
    if (n !== 4) continue;
    await engine.close();
    engine = await start();
  }
  await engine.close();
  return end(answers);
}
