// Opens a store in a file; what is wrong with it is told clearly.
//
// May import: problem; the durable layer's types.

import type { Engine } from "../durable/index.ts";
import type { Durable } from "./hosted.ts";
import { Problem } from "./problem.ts";

/** @throws {Problem} if it can't be opened */
export function openStore(
  { embedded, DurableError }: Pick<Durable, "embedded" | "DurableError">,
  path: string,
  options: { readonly?: boolean } = {},
): Engine {
  try {
    return embedded(path, options);
  } catch (error) {
    if (error instanceof DurableError) throw new Problem(error.message, 1);
    throw error;
  }
}
