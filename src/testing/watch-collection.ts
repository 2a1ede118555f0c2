// How a map or a set is watched: as a whole, and each thing that it holds by itself, whichever way that is reached.
//
// May import: footprint, texts.

import { touch } from "../scheduler/footprint.ts";
import { shown } from "./texts.ts";

/** What the watching of one run does for its parts. */
export interface Watching {
  /** Writes the report; null: there is none. */
  readonly note: ((text: string) => void) | null;
  /** What is given for a value that is in something watched. */
  within(value: unknown, name: string): unknown;
  /** What was given to be watched, of what is given for it. */
  raw(value: unknown): unknown;
}

type Collection = Map<unknown, unknown> | Set<unknown>;

/** Methods that change nothing. */
const READERS = new Set<PropertyKey>([
  "get",
  "has",
  "keys",
  "values",
  "entries",
  "forEach",
  Symbol.iterator,
  "union",
  "intersection",
  "difference",
  "symmetricDifference",
  "isSubsetOf",
  "isSupersetOf",
  "isDisjointFrom",
]);

const ITERATORS = new Set<PropertyKey>(["keys", "values", "entries", Symbol.iterator]);
/** What all iterators inherit from. */
const ITERATOR: unknown = /* @__PURE__ */ Object.getPrototypeOf(Object.getPrototypeOf([][Symbol.iterator]()));

export function isCollection(value: unknown): value is Collection {
  return value instanceof Map || value instanceof Set;
}

export function pathOf(name: string, key: PropertyKey): string {
  return typeof key === "string" && /^\d+$/.test(key) ? `${name}[${key}]` : `${name}.${String(key)}`;
}

/** How what a map holds at `key` is called. */
const placeOf = (name: string, key: unknown): string => `${name}.get(${shown(key)})`;

/** Names what `target` holds now, so that it is called the same in all schedules, whoever reads it first. */
export function nameAll(watching: Watching, target: Collection, name: string): void {
  let index = 0;
  target.forEach((value, key) => {
    if (target instanceof Map) watching.within(value, placeOf(name, key));
    watching.within(key, `${name} (${index++})`);
  });
}

export function collectionHandler(watching: Watching, name: string): ProxyHandler<Collection> {
  return {
    get: (target, key, receiver) => {
      const value: unknown = Reflect.get(target, key, target);
      const isReader = typeof value !== "function" || READERS.has(key);
      touch(target, "", isReader);
      if (typeof value !== "function") return value;
      return (...args: unknown[]): unknown => {
        watching.note?.(`${pathOf(name, key)}(${args.map((each) => shown(each)).join(", ")})`);
        touch(target, "", isReader);
        if (key === "forEach") return eachOf(watching, target, receiver, name, args);
        const given = args.map((each) => rawArgument(watching, each));
        const result: unknown = Reflect.apply(value, target, given);
        if (ITERATORS.has(key)) {
          const isPairs = key === "entries" || (key === Symbol.iterator && target instanceof Map);
          return iteratorOf(watching, target, { isPairs, own: result as Iterator<unknown>, name });
        }
        if (key === "set") watching.within(given[1], placeOf(name, given[0]));
        if (key === "set" || key === "add") watching.within(given[0], `${pathOf(name, key)}(…)`);
        return result === target ? receiver : watching.within(result, `${pathOf(name, key)}(…)`);
      };
    },
  };
}

/** A method may read another collection that it is given. */
function rawArgument(watching: Watching, given: unknown): unknown {
  const raw = watching.raw(given);
  if (raw !== given && isCollection(raw)) touch(raw, "", true);
  return raw;
}

function eachOf(
  watching: Watching,
  target: Collection,
  receiver: unknown,
  name: string,
  [callback, self]: unknown[],
): void {
  if (typeof callback !== "function") throw new TypeError(`forEach needs a function, but got ${shown(callback)}`);
  target.forEach((value, key) => {
    const [first, second] = [value, key].map((each) => watching.within(each, `${name}.forEach(…)`));
    Reflect.apply(callback, self, [first, second, receiver]);
  });
}

/** Reads the collection anew with each value, in the step in which it is asked for. */
function iteratorOf(
  watching: Watching,
  target: Collection,
  { isPairs, own, name }: { isPairs: boolean; own: Iterator<unknown>; name: string },
): Iterator<unknown> {
  const within = (value: unknown) => watching.within(value, `${name}.values()`);
  const next = () => {
    touch(target, "", true);
    const { done, value } = own.next();
    if (done === true) return { done, value };
    return { done: false, value: isPairs && Array.isArray(value) ? value.map(within) : within(value) };
  };
  return Object.assign(Object.create(ITERATOR as object) as Iterator<unknown>, { next });
}
