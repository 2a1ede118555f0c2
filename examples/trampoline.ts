// PEP 342, examples 3 and 4: a scheduler by hand, and an echo server on it. A coroutine calls another by yielding it
// and gets what that one returns, or the error that it throws; a bare `yield` lets the others run.
import { Coroutine, coroutine } from "corun";

type Call = { routine: Coroutine; caller?: Call | undefined };

class Trampoline {
  readonly #ready: (() => void)[] = [];

  add(routine: Coroutine): void {
    this.#schedule({ routine }, () => routine.next());
  }

  run(): void {
    for (let step = this.#ready.shift(); step; step = this.#ready.shift()) step();
  }

  #schedule(call: Call, resume: () => IteratorResult<unknown>): void {
    const { caller } = call;
    this.#ready.push(() => {
      try {
        const { value, done } = resume();
        if (!done && value instanceof Coroutine) {
          this.#schedule({ routine: value, caller: call }, () => value.next());
        } else if (!done) {
          this.#schedule(call, () => call.routine.next());
        } else if (caller) {
          this.#schedule(caller, () => caller.routine.next(value));
        }
      } catch (error) {
        if (!caller) throw error; // nobody is left who could handle it
        this.#schedule(caller, () => caller.routine.throw(error));
      }
    });
  }
}

class ConnectionLost extends Error {}

/** Stands for a socket: what its peer sends, and then it hangs up. */
type Connection = { peer: string; incoming: string[] };

const read = coroutine(function* read({ peer, incoming }: Connection) {
  yield; // as if it had to wait for the network
  const data = incoming.shift();
  if (data === undefined) throw new ConnectionLost(`${peer} hung up`);
  return data;
});

const write = coroutine(function* write({ peer }: Connection, data: string) {
  yield;
  console.log(`to ${peer}: ${data}`);
});

const echo = coroutine(function* echo(connection: Connection): Coroutine.Body<Coroutine, void, string> {
  try {
    for (;;) yield write(connection, yield read(connection));
  } catch (error) {
    if (!(error instanceof ConnectionLost)) throw error;
    console.log(error.message);
  }
});

const listen = coroutine(function* listen(arriving: Connection[]) {
  for (const connection of arriving) {
    trampoline.add(echo(connection));
    yield;
  }
});

const trampoline = new Trampoline();
trampoline.add(
  listen([
    { peer: "Ada", incoming: ["one", "two", "three"] },
    { peer: "Bob", incoming: ["eins"] },
  ]),
);
trampoline.run();
