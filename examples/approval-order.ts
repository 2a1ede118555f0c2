// An order above 100 waits for somebody to approve it, for three days at most. Such a wait is a line in a function: the
// order sleeps in a journal meanwhile, not in a process. Here the journal is in memory and the days pass at once; with
// embedded("orders.db") in the place of inProcess(…), the same code waits through restarts.
import { type Coroutine, TimeoutError, timeout } from "corun";
import { durable, inProcess, signal, step } from "corun/durable";
import { VirtualClock } from "corun/testing";

const clock = new VirtualClock();
const HOURS = 3_600_000;

function tell(text: string): void {
  console.log(`${String(clock.now() / HOURS).padStart(3)} h  ${text}`);
}

interface Order {
  of: string;
  price: number;
}

const order = durable("order", function* order(): Coroutine.Body<string, string, Order> {
  const { of, price } = yield "new";
  if (price > 100) {
    yield* step("ask", () => tell(`please approve: ${of} for ${price}`));
    try {
      const by = yield* timeout(72 * HOURS, signal<string>("approved"));
      yield* step("note", () => tell(`${by} has approved: ${of}`));
    } catch (error) {
      if (!(error instanceof TimeoutError)) throw error;
      return "nobody has approved it in three days";
    }
  }
  // A step is done at least once; a shop that is given its id charges once all the same.
  const receipt = yield* step("charge", ({ id }) => `receipt ${id}`, { retry: { attempts: 5 } });
  return receipt;
});

const engine = inProcess({ clock });

/** Posts an order, which nobody waits for, and looks at it later. */
async function place(key: string, what: Order): Promise<void> {
  await engine.open(order, key).post(what);
}

await place("tea", { of: "tea", price: 4 });
await place("piano", { of: "a piano", price: 9000 });
await place("boat", { of: "a boat", price: 70_000 });
await clock.advance(20 * HOURS);
await engine.open(order, "piano").signal("approved", "Ada");
await clock.advance(60 * HOURS);

for (const { key } of await engine.list({ name: "order" })) {
  const { state, outcome } = await engine.open(order, key).inspect();
  tell(`${key}: ${state}, ${outcome?.how === "returned" ? outcome.value : "no result"}`);
}
await engine.close();
