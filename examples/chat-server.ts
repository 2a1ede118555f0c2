// A chat server: two tasks for each client, one that reads and one that writes. The room is a broadcast that keeps the
// last 16 messages for each: who reads slowly loses old ones, nobody waits for anybody. Its end closes all connections.
import { on, once } from "node:events";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import { createInterface } from "node:readline";
import { abortSignal, Broadcast, coroutine, defer, run, spawn, type Subscription, until } from "corun";
import { demonstrate } from "./lib/chat-guests.ts";

const write = coroutine(function* write(socket: Socket, messages: Subscription<string>) {
  for (;;) {
    const message = yield* messages.receive();
    if (!socket.write(`${message}\n`)) yield* until((signal) => once(socket, "drain", { signal }));
  }
});

const serveClient = coroutine(function* serveClient(socket: Socket, room: Broadcast<string>) {
  const reader = createInterface({ input: socket });
  socket.on("error", () => {}).on("close", () => reader.close()); // a connection that is lost has ended
  defer(() => void socket.destroy());
  const lines = reader[Symbol.asyncIterator]();

  const name = yield* until(lines.next());
  if (name.done) return;
  yield* room.send(`${name.value} joined`);
  const messages = room.subscribe({ capacity: 16, overflow: "dropOldest" });
  spawn.background(write, socket, messages); // ends with this task
  defer(() => room.send(`${name.value} left`));
  for (;;) {
    const line = yield* until(lines.next());
    if (line.done) return;
    yield* room.send(`${name.value}: ${line.value}`);
  }
});

const serve = coroutine(function* serve(server: Server) {
  const room = new Broadcast<string>();
  defer(() => until(once(server.close(), "close"))); // once all connections have been closed
  const sockets = on(server, "connection", { signal: abortSignal() });
  for (;;) {
    const { value } = yield* until(sockets.next());
    spawn(serveClient, (value as [Socket])[0], room);
  }
});

await run(function* main() {
  const server = createServer();
  yield* until(once(server.listen(0, "127.0.0.1"), "listening"));
  const serving = spawn(serve, server);
  yield* demonstrate((server.address() as AddressInfo).port);
  yield* serving.cancel("closing time"); // waits for its cleanup
  console.log("the server has closed");
});
