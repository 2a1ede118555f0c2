import path from "node:path";
import { embedded } from "corun/durable";
import { restate } from "corun/durable/restate";
import { expect, it, onTestFinished } from "vitest";
import { asTask, byHand, durably, LESSON } from "../durable/lesson.ts";
import { folder } from "../durable/processes.ts";
import { freePorts, startServers } from "./server.ts";

it("the consumer of the lesson gives the same by hand, as a task, in a file and on Restate, where one process leaves it to another", async () => {
  const file = path.join(folder(), "store.db");
  const servers = await startServers();
  onTestFinished(() => servers.stop());
  const [port] = await freePorts(1);
  const onRestate = () => restate(servers.ingress, { admin: servers.admin, serve: { port: port! } });
  expect({
    "by hand": byHand(),
    "as a task": await asTask(),
    embedded: await durably(() => embedded(file)),
    "on Restate": await durably(onRestate),
  }).toEqual({ "by hand": LESSON, "as a task": LESSON, embedded: LESSON, "on Restate": LESSON });
});
