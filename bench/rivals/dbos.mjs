// The programs of the suite `durable` for DBOS on Postgres: a conversation is one long workflow, that receives a message,
// does its turn, and sets an event with the answer, for which whoever has sent waits. It begins when it is sent to first.
//
// CORUN_BENCH_POSTGRES is the URL of the Postgres.

import process from "node:process";
import { DBOS } from "@dbos-inc/dbos-sdk";
import { sends } from "../programs/durable-common.mjs";

/** @typedef {import("../programs/durable-common.mjs").Keys} Keys */

// It is told of its driver's, at each start.
process.noDeprecation = true;

/** In seconds; a conversation that nobody goes on with is not to wake all the time. */
const PATIENCE = 3600;

/** @param {boolean} hasStep */
function conversation(hasStep) {
  return async () => {
    for (let n = 0, sum = 0; ; ) {
      const { id, value } = await DBOS.recv(undefined, PATIENCE);
      sum += hasStep ? await DBOS.runStep(async () => value, { name: "work" }) : value;
      n++;
      await DBOS.setEvent(id, { n, sum });
    }
  };
}

const workflows = {
  plain: DBOS.registerWorkflow(conversation(false), { name: "plain" }),
  step: DBOS.registerWorkflow(conversation(true), { name: "step" }),
};

/** @param {"plain" | "step"} body @param {Keys} keys */
function onPostgres(body, keys) {
  /** @param {number} callers */
  return async (callers) => {
    const run = crypto.randomUUID();
    DBOS.setConfig({
      name: "bench",
      applicationVersion: run, // so that it does not go on with what another run has left in the database
      systemDatabaseUrl: process.env.CORUN_BENCH_POSTGRES,
      systemDatabasePoolSize: 32,
      logLevel: "error",
    });
    await DBOS.launch();
    const begun = new Map();
    return sends(callers, keys, (key) => {
      const workflow = `${run}-${key}`;
      if (!begun.has(key)) begun.set(key, DBOS.startWorkflow(workflows[body], { workflowID: workflow })());
      return async (value) => {
        await begun.get(key);
        const id = crypto.randomUUID();
        await DBOS.send(workflow, { id, value }, undefined, id);
        return DBOS.getEvent(workflow, id, PATIENCE);
      };
    });
  };
}

export const programs = {
  plain: onPostgres("plain", "own"),
  plainOneKey: onPostgres("plain", "one"),
  step: onPostgres("step", "own"),
  stepOneKey: onPostgres("step", "one"),
};
