// What a program of the documents promises, checked while it runs.
//
//   expression; // -> value           deep equality; `value` is an expression, or a coroutine as it is printed
//   const x = expression; // -> value the same for `x`
//   statement; // throws Name [CODE]: message    the code and the message may be left out, `…` stands for any text
//   statement; // throws expression   what was thrown is no error
//   console.log(…) and a `text` block behind: what the block prints, in full, where `…` stands for any text
//
// Each comment stands on the one line that holds its statement. A promise that is not reached is a broken one.

import { format, inspect, isDeepStrictEqual } from "node:util";
import { placeOf, type Program } from "./blocks.ts";

/** The name under which an instrumented program finds its {@link Promises}. */
const NAME = "__promises";

/** Where a running program finds them first. */
const SLOT = Symbol.for("corun.docs");

/** The text of a program in which each promise is a call that checks it. */
export function instrument(program: Program, prologue: string, promises: Promises): string {
  let line = 0;
  const parts = program.parts.map(({ block }, index) => {
    const code = block.code.split("\n").map((text) => {
      line++;
      return promiseOf(text, promises, () => placeOf(program, line));
    });
    return `${NAME}.part(${index});${code.join("\n")}`;
  });
  const head = `const ${NAME} = globalThis[Symbol.for(${JSON.stringify(SLOT.description)})];`;
  return `${head}${prologue}\n${parts.join("\n")}\nexport {};\n`;
}

/** Runs `load`, which imports an instrumented program; what is printed meanwhile is taken down. */
export async function supervise(promises: Promises, load: () => Promise<unknown>): Promise<void> {
  const { log } = console;
  Reflect.set(globalThis, SLOT, promises);
  console.log = (...values) => promises.print(...values);
  try {
    await load();
  } finally {
    console.log = log;
    Reflect.deleteProperty(globalThis, SLOT);
  }
}

function promiseOf(text: string, promises: Promises, place: () => string): string {
  const found = /^(\s*)(.*?);?\s*\/\/ (->|throws) (.+)$/.exec(text);
  if (!found || found[2] === "" || found[2]!.startsWith("//")) return text;
  const [, indent = "", statement = "", kind = "", wanted = ""] = found;
  const id = promises.add(place(), wanted);
  if (kind === "throws") {
    const error = /^[A-Z]\w*(?: \[\w+\])?(?::|$)/.test(wanted) ? "undefined" : `() => (${wanted})`;
    const name = `__thrown${id}`;
    return `${indent}{ let ${name}; try { ${statement}; } catch (error) { ${name} = { error }; } ${NAME}.threw(${id}, ${name}, ${error}); }`;
  }
  const value = /^<.*>$/.test(wanted) ? JSON.stringify(wanted) : `(${wanted})`;
  const is = (actual: string) => `${NAME}.is(${id}, ${actual}, () => ${value});`;
  const declared = /^(?:const|let) (\w+)[ :]/.exec(statement)?.[1];
  return declared ? `${indent}${statement}; ${is(declared)}` : `${indent}${is(statement)}`;
}

/** The promises of one program, and what came of them. */
export class Promises {
  readonly #all: { readonly place: string; readonly wanted: string; reached: boolean }[] = [];
  readonly #broken: string[] = [];
  readonly #printed = new Map<number, string[]>();
  #part = 0;

  add(place: string, wanted: string): number {
    return this.#all.push({ place, wanted, reached: false }) - 1;
  }

  part(index: number): void {
    this.#part = index;
  }

  print(...values: unknown[]): void {
    const lines = this.#printed.get(this.#part) ?? [];
    this.#printed.set(this.#part, [...lines, format(...values)]);
  }

  is(id: number, actual: unknown, wanted: () => unknown): void {
    const { place, wanted: text } = this.#reach(id);
    const printed = text.startsWith("<") && text.endsWith(">");
    const given = printed ? String(actual) : actual;
    const expected = wanted();
    if (!isDeepStrictEqual(given, expected)) this.#broken.push(`${place}: wanted ${text}, but got ${inspect(given)}`);
  }

  threw(id: number, thrown: { error: unknown } | undefined, wanted: (() => unknown) | undefined): void {
    const { place, wanted: text } = this.#reach(id);
    if (!thrown) this.#broken.push(`${place}: nothing was thrown; wanted ${text}`);
    else if (wanted) {
      if (!isDeepStrictEqual(thrown.error, wanted())) {
        this.#broken.push(`${place}: wanted ${text} thrown, but got ${inspect(thrown.error)}`);
      }
    } else if (!(thrown.error instanceof Error) || !shapesOf(thrown.error).some((shape) => matches(shape, text))) {
      this.#broken.push(`${place}: wanted ${text}\n  but got ${String(thrown.error)}`);
    }
  }

  /** What was not kept, one text each. */
  broken(program: Program): string[] {
    const broken = [...this.#broken];
    for (const { place, wanted, reached } of this.#all) if (!reached) broken.push(`${place}: not reached: ${wanted}`);
    program.parts.forEach(({ block, stdout }, index) => {
      const printed = (this.#printed.get(index) ?? []).join("\n");
      if (stdout !== null && !matches(printed.trimEnd(), stdout.trimEnd())) {
        broken.push(`${block.file}:${block.line}: wanted the output\n${stdout}\n  but got\n${printed}`);
      }
    });
    return broken;
  }

  #reach(id: number): { place: string; wanted: string } {
    const promise = this.#all[id]!;
    promise.reached = true;
    return promise;
  }
}

/** An error as it may be written after `throws`; of a text of many lines, the first. */
function shapesOf(error: Error): string[] {
  const code = "code" in error ? ` [${String(error.code)}]` : "";
  const [message] = error.message.split("\n");
  return [error.name, `${error.name}: ${message}`, error.name + code, `${error.name}${code}: ${message}`];
}

/** Whether `text` is `pattern`, in which `…` stands for any text. */
function matches(text: string, pattern: string): boolean {
  // A text that has a … of its own matches itself too, as … stands for itself.
  const parts = pattern.split("…").map((part) => part.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&"));
  return new RegExp(`^${parts.join("[^]*?")}$`).test(text);
}
