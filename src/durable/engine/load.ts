// Brings a coroutine to where its journal ends, or has it begin.
//
// May import: errors, replay; types.

import type { Definition } from "../define.ts";
import { DurableError, ReplayError } from "../errors.ts";
import type { Live } from "../live.ts";
import type { Output } from "../port.ts";
import { begin, restore } from "../replay.ts";
import type { Keeper } from "./keeper.ts";
import type { Place } from "./store.ts";

export interface Loaded {
  readonly live: Live;
  readonly place: Place;
  /** What one does that begins; null: it has begun before. */
  readonly first: Output | null;
}

/**
 * The coroutine; null: there is none, and it may not begin. An error: its journal does not fit its code, or can't be read.
 *
 * @throws {DurableError} if its code is not known, or the store can't be read
 */
export function load(keeper: Keeper, name: string, key: string, mayBegin: boolean): Loaded | DurableError | null {
  const { store } = keeper;
  const definition = keeper.definition(name);
  const found = store.find(name, key);
  if (found !== null) return loaded(keeper, definition, { name, key, ref: found.ref, next: found.next });
  if (!mayBegin) return null;
  const origin = store.origin(name, key);
  // No key has the character 0: so no other coroutine is given the same text.
  const salt = keeper.options.newSalt(origin === 0 ? `${name}/${key}` : `${name}/${key}\0${origin}`);
  const { live, output } = begin(definition, key, keeper.now(), salt, origin);
  return { live, place: { name, key, ref: 0, next: 0 }, first: output };
}

function loaded(keeper: Keeper, definition: Definition, place: Place): Loaded | DurableError {
  const { name, key } = place;
  try {
    const journal = keeper.store.journal(place);
    keeper.tallies.of(name).replayed(journal.length);
    return { live: restore(definition, key, journal), place, first: null };
  } catch (error) {
    if (error instanceof ReplayError) return error;
    const what = `the journal of ${name}/${key} can't be read: ${(error as Error).message}`;
    return new DurableError("STORE", what, { cause: error });
  }
}
