// The clients of ../chat-server.ts: three guests, of whom one does not read what she is told.
import { connect, type Socket } from "node:net";
import { createInterface } from "node:readline";
import { coroutine, until } from "corun";

class Guest {
  readonly #socket: Socket;
  #lines: AsyncIterator<string> | undefined;
  /** All that it has heard; of long messages the beginning. */
  readonly heard: string[] = [];

  constructor(port: number, name: string) {
    this.#socket = connect(port, "127.0.0.1");
    this.say(name);
  }

  say(text: string): void {
    this.#socket.write(`${text}\n`);
  }

  /** Reads until a message begins with `start`, or the server hangs up; gives whether one did. */
  *hears(start: string): Generator<never, boolean> {
    this.#lines ??= createInterface({ input: this.#socket })[Symbol.asyncIterator]();
    for (;;) {
      const { value, done } = yield* until(this.#lines.next());
      if (done) return false;
      this.heard.push(value.slice(0, 20));
      if (value.startsWith(start)) return true;
    }
  }

  leave(): void {
    this.#socket.end();
  }
}

const long = "x".repeat(256 * 1024); // with 64 of these, more than what the network keeps for a slow reader

/** The numbers of the long messages that `guest` has heard. */
function numbers(guest: Guest): number[] {
  return guest.heard.flatMap((text) => /^ada: (\d+) /.exec(text)?.slice(1).map(Number) ?? []);
}

export const demonstrate = coroutine(function* demonstrate(port: number) {
  const ada = new Guest(port, "ada");
  ada.say("hello?");
  yield* ada.hears("ada: hello?");
  const bob = new Guest(port, "bob");
  yield* ada.hears("bob joined");
  const cleo = new Guest(port, "cleo"); // she will read later
  yield* ada.hears("cleo joined");
  console.log(ada.heard.join("; "));

  for (let n = 1; n <= 64; n++) {
    ada.say(`${n} ${long}`);
    yield* ada.hears(`ada: ${n} `);
    yield* bob.hears(`ada: ${n} `);
  }
  ada.say("that was all");
  yield* cleo.hears("ada: that");
  console.log("bob has heard", numbers(bob).length, "messages");
  console.log("cleo has heard fewer:", numbers(cleo).length < 64);
  console.log("the last that she has heard are", numbers(cleo).slice(-3).join(" "));

  bob.leave();
  yield* ada.hears("bob left");
  console.log(ada.heard.at(-1));
});
