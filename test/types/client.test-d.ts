// What the client takes from the type of a coroutine.
import { connect, type RemoteHandle } from "corun/client";
import { again, durable, type Handle, inProcess } from "corun/durable";
import type { Coroutine } from "corun";
import { describe, expectTypeOf, test } from "vitest";

interface Order {
  item: string;
}
const order = durable("order", function* (): Coroutine.Body<"open" | "paid", number, Order> {
  const { item } = yield "open";
  return item.length;
});
const counter = durable("counter", function* (sum: number = 0): Coroutine.Body<number, void, number> {
  for (let turns = 0; turns < 100; turns++) sum += yield sum;
  return again(sum);
});
const ticker = durable("ticker", function* (): Coroutine.Body<string, void, void> {
  for (;;) yield "tick";
});

const client = connect({ url: "http://127.0.0.1:8787", token: "t", timeout: 10 });

describe("open<typeof …>", () => {
  test("what is sent and what comes back are those of the coroutine", () => {
    const o = client.open<typeof order>("order", "42");
    expectTypeOf(o).toEqualTypeOf<RemoteHandle<"open" | "paid", Order>>();
    expectTypeOf(o.send({ item: "tea" })).toEqualTypeOf<Promise<"open" | "paid">>();
    // @ts-expect-error: no number
    void o.send(5);
    // @ts-expect-error: something is to be sent
    void o.send();
    // @ts-expect-error: a post is typed, too
    void o.post("tea");
  });

  test("one that starts over from a state, and one that is sent nothing", () => {
    expectTypeOf(client.open<typeof counter>("counter", "a").send(1)).toEqualTypeOf<Promise<number>>();
    expectTypeOf(client.open<typeof ticker>("ticker", "a").send()).toEqualTypeOf<Promise<string>>();
  });

  test("without a type anything may be sent, and what comes back is unknown", () => {
    expectTypeOf(client.open("order", "42").send(5)).toEqualTypeOf<Promise<unknown>>();
  });

  test("where nothing is to be sent, nothing is to be posted either; else both want it", () => {
    const engine = inProcess();
    expectTypeOf(client.open("order", "42").post()).toEqualTypeOf<Promise<void>>();
    expectTypeOf(engine.open("order", "42").post()).toExtend<PromiseLike<void>>();
    expectTypeOf(client.open<typeof ticker>("ticker", "a").post()).toEqualTypeOf<Promise<void>>();
    expectTypeOf(engine.open(ticker, "a").post()).toExtend<PromiseLike<void>>();
    // @ts-expect-error: something is to be posted
    void client.open<typeof order>("order", "42").post();
    // @ts-expect-error: something is to be posted
    void engine.open(order, "42").post();
  });

  test("it stands where a handle of an engine is wanted", () => {
    const pay = (handle: Handle<"open" | "paid", Order>) => handle.send({ item: "tea" });
    expectTypeOf(pay(client.open<typeof order>("order", "42"))).toEqualTypeOf<Promise<"open" | "paid">>();
  });
});
