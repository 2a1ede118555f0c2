// Processes that own a store, for tests that kill them.

import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { onTestFinished } from "vitest";

const programs = path.join(import.meta.dirname, "programs");

/** A folder for a store; removed after the test. */
export function folder(): string {
  const made = mkdtempSync(path.join(tmpdir(), "corun-durable-"));
  onTestFinished(() => rmSync(made, { recursive: true, force: true }));
  return made;
}

/** Starts a program of the folder `programs`; resolves when it says that it is ready. */
export async function start(program: string, ...args: string[]): Promise<ChildProcess> {
  const child = fork(path.join(programs, program), args, {
    execArgv: ["--import", "tsx"],
    env: { ...process.env, NODE_OPTIONS: "" },
  });
  const ended = once(child, "exit").then(([code]) => {
    throw new Error(`${program} ended with ${String(code)} before it was ready`);
  });
  const isReady = once(child, "message");
  await Promise.race([isReady, ended]);
  ended.catch(() => {});
  return child;
}

/** `kill -9`; resolves when it is dead. */
export async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const dead = once(child, "exit");
  child.kill("SIGKILL");
  await dead;
}
