// A dump as a text.
//
// Imports nothing; types only.

import type { Dump, DumpedRun, DumpedScope, DumpedTask } from "./dump.ts";

export function textOf({ runs, noLocals }: Dump): string {
  if (runs.length === 0) return "no run goes on\n";
  const notes = noLocals === null ? [] : [`locals: ${noLocals}`];
  return `${[...runs.map(runText), ...notes].join("\n\n")}\n`;
}

function runText(run: DumpedRun): string {
  const { root, live, external, nextTimer, cycle } = run;
  const facts = [`${live} ${live === 1 ? "task" : "tasks"}`];
  if (nextTimer !== null) facts.push(`next timer in ${Math.round(nextTimer)} ms`);
  if (external > 0) facts.push(`${external} ${external === 1 ? "wait" : "waits"} for the outside`);
  const lines = [`run of ${root.name}: ${facts.join(", ")}`, ...taskLines(root)];
  if (cycle.length > 0) lines.push(`  cycle: ${[...cycle, cycle[0]!].map((id) => nameOf(id, root)).join(" -> ")}`);
  return lines.join("\n");
}

function nameOf(id: number, root: DumpedTask): string {
  const todo = [root];
  for (const task of todo) {
    if (task.id === id) return `${task.name}#${id}`;
    for (const scope of task.scopes) todo.push(...scope.tasks);
  }
  return `#${id}`;
}

function taskLines(task: DumpedTask): string[] {
  const { name, id, holds, lines, startedAt, scopes, locals = [] } = task;
  const holding = holds.length === 0 ? "" : `; holds ${holds.join(", ")}`;
  const details = [...lines];
  if (startedAt !== null) details.push(`started ${startedAt}`);
  for (const { frame, variables } of locals) {
    const values = Object.entries(variables).map(([variable, value]) => `${variable} = ${value}`);
    if (values.length > 0) details.push(`in ${frame}: ${values.join(", ")}`);
  }
  return [
    `  ${name}#${id} ${stateText(task)}${holding}`,
    ...details.map((line) => `      ${line}`),
    ...scopes.flatMap((scope, depth) => indented(scopeLines(scope, depth === 0))),
  ];
}

function stateText({ state, isFresh, isCancelled, waitsFor, needs, waited, queue }: DumpedTask): string {
  const cancelled = isCancelled ? ", cancelled" : "";
  if (isFresh) return `has not started${cancelled}`;
  if (waitsFor === null) return `is ${state}${cancelled}`;
  const ids = needs.slice(0, 8).map((id) => `#${id}`);
  const who = ids.length === 0 ? "" : ` (${ids.join(", ")}${needs.length > 8 ? ", …" : ""})`;
  const line = queue === null || queue === "" ? "" : ` [${queue}]`;
  return `waits for ${waitsFor}${who}${line}, for ${waited} ms${cancelled}`;
}

/** The scope of a task itself is no line of its own. */
function scopeLines(scope: DumpedScope, isOwn: boolean): string[] {
  const { name, isCancelled, isShielded, timeLeft, tasks, omitted } = scope;
  const facts: string[] = [];
  if (isShielded && name !== "shield") facts.push("shielded");
  if (isCancelled) facts.push("cancelled");
  if (timeLeft !== null) facts.push(`${Math.round(timeLeft)} ms to its deadline`);
  const below = tasks.flatMap(taskLines);
  if (omitted > 0) below.push(`  … and ${omitted} more`);
  if (isOwn) return below;
  return [`  scope ${name}${facts.map((fact) => `, ${fact}`).join("")}`, ...indented(below)];
}

const indented = (lines: string[]): string[] => lines.map((line) => `  ${line}`);
