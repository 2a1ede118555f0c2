// A program whose durable coroutines are to be served, or checked.
//
// May import: load, place, problem, report, Node's own modules; the durable layer, as types.

import process from "node:process";
import type { checkReplay, DurableBody, DurableError, embedded, isDurable } from "../durable/index.ts";
import type { CancelledError, StopIteration } from "../index.ts";
import { check, load, type Program } from "./load.ts";
import { here } from "./place.ts";
import { Problem } from "./problem.ts";

/** The durable layer of the corun that the program imports: another copy's would not know its coroutines. */
export interface Durable {
  DurableError: typeof DurableError;
  checkReplay: typeof checkReplay;
  embedded: typeof embedded;
  isDurable: typeof isDurable;
}

/** What the service tells apart. */
interface Errors {
  StopIteration: typeof StopIteration;
  CancelledError: typeof CancelledError;
}

export interface Hosted {
  /** The program, as it is shown. */
  where: string;
  coroutines: Map<string, DurableBody>;
  durable: Durable;
  errors: Errors;
  library: Program["library"];
}

/** Loads a program. @throws {Problem} if it exports no durable coroutine, or two of one name */
export async function host(program: string): Promise<Hosted> {
  const file = check(program);
  const where = here(file);
  const stuck = (): void => {
    process.stderr.write(`corun: ${where} can't go on: it waits at its top level for a promise that nothing settles\n`);
    process.exit(1);
  };
  process.once("beforeExit", stuck);
  const { exports, library } = await load(file);
  process.removeListener("beforeExit", stuck);
  const errors = (await library()) as Errors;
  const durable = (await part(library, where)) as Durable;
  return { where, coroutines: collect(exports, durable, where), durable, errors, library };
}

async function part(library: Program["library"], where: string): Promise<unknown> {
  try {
    return await library("corun/durable");
  } catch (error) {
    throw new Problem(
      `the corun that is installed for ${where} has no durable coroutines; install a newer one: npm i corun`,
      1,
      {
        cause: error,
      },
    );
  }
}

/** What `durable(…)` made, among `exports`, by name. */
function collect(
  exports: Readonly<Record<string, unknown>>,
  { isDurable }: Pick<Durable, "isDurable">,
  where: string,
): Map<string, DurableBody> {
  const found = new Map<string, { body: DurableBody; as: string }>();
  for (const [as, body] of Object.entries(exports)) {
    if (!isDurable(body)) continue;
    const { name } = body;
    const other = found.get(name);
    if (other !== undefined && other.body !== body) {
      throw new Problem(
        `${where} exports two durable coroutines with the name ${JSON.stringify(name)}: ${other.as} and ${as}; ` +
          "each needs a name of its own, as its journals are found by it; " +
          "of two versions of one, export the newer alone, which has the older among its previous ones",
      );
    }
    if (other === undefined) found.set(name, { body, as });
  }
  if (found.size > 0) return new Map([...found].map(([name, { body }]) => [name, body]));
  const names = Object.keys(exports).filter((name) => name !== "__esModule");
  throw new Problem(
    `${where} exports no durable coroutine (${names.length === 0 ? "it exports nothing" : `it exports ${names.join(", ")}`}): ` +
      'write export const order = durable("order", function* () { … })',
  );
}
