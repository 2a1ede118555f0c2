// Objects that tasks share, watched: each read and write is noted for the report, and is part of the footprint of a step.
//
// May import: footprint; the errors of the coroutine layer.

import { show } from "../coroutine/errors.ts";
import { created, touch } from "../scheduler/footprint.ts";

/** The part of an object that says which properties it has. */
const KEYS = " keys";

type Note = ((text: string) => void) | null;

/** Methods of maps and sets that change nothing. */
const READERS = new Set<PropertyKey>(["get", "has", "keys", "values", "entries", "forEach", "size", Symbol.iterator]);

/** What is watched in one run. */
export class Watched {
  readonly #note: Note;
  readonly #proxies: WeakMap<object, object> = new WeakMap();
  readonly #targets: WeakMap<object, object> = new WeakMap();

  constructor(note: Note) {
    this.#note = note;
  }

  /** @param name for the report */
  watch<T extends object>(target: T, name: string): T {
    if (this.#targets.has(target)) return target;
    const known = this.#proxies.get(target);
    if (known !== undefined) return known as T;
    created(target);
    const isCollection = target instanceof Map || target instanceof Set;
    const proxy = new Proxy(target, isCollection ? this.#collection(name) : this.#properties(name)) as T;
    this.#proxies.set(target, proxy);
    this.#targets.set(proxy, target);
    // Named now, by the one that shares it, so that it is called the same in all schedules.
    for (const key of isCollection ? [] : Object.keys(target)) {
      const { value } = Reflect.getOwnPropertyDescriptor(target, key)!;
      this.#within(value, pathOf(name, key));
    }
    return proxy;
  }

  /** A value that is read from what is watched. Instances of classes are left as they are: a proxy has no private fields. */
  #within(value: unknown, name: string): unknown {
    return isPlain(value) ? this.watch(value, name) : value;
  }

  #raw(value: unknown): unknown {
    return (typeof value === "object" && value !== null && this.#targets.get(value)) || value;
  }

  #properties(name: string): ProxyHandler<object> {
    const read = (target: object, key: PropertyKey) => touch(target, `.${String(key)}`, true);
    return {
      get: (target, key, receiver) => {
        const value: unknown = Reflect.get(target, key, receiver);
        if (typeof key === "symbol" || typeof value === "function") return value;
        read(target, key);
        this.#note?.(`reads ${pathOf(name, key)}: ${show(value)}`);
        const own = Reflect.getOwnPropertyDescriptor(target, key);
        const isFixed = own !== undefined && own.configurable === false && own.writable === false;
        return isFixed ? value : this.#within(value, pathOf(name, key));
      },
      set: (target, key, value, receiver) => {
        if (hasSetter(target, key)) return Reflect.set(target, key, value, receiver);
        this.#write(target, key);
        this.#note?.(`writes ${pathOf(name, key)} = ${show(this.#raw(value))}`);
        const raw = this.#raw(value);
        this.#within(raw, pathOf(name, key));
        return Reflect.set(target, key, raw);
      },
      deleteProperty: (target, key) => {
        this.#write(target, key);
        touch(target, KEYS);
        this.#note?.(`deletes ${pathOf(name, key)}`);
        return Reflect.deleteProperty(target, key);
      },
      defineProperty: (target, key, descriptor) => {
        this.#write(target, key);
        touch(target, KEYS);
        return Reflect.defineProperty(target, key, descriptor);
      },
      has: (target, key) => {
        read(target, key);
        return Reflect.has(target, key);
      },
      ownKeys: (target) => {
        touch(target, KEYS, true);
        return Reflect.ownKeys(target);
      },
      getOwnPropertyDescriptor: (target, key) => {
        read(target, key);
        return Reflect.getOwnPropertyDescriptor(target, key);
      },
    };
  }

  #write(target: object, key: PropertyKey): void {
    touch(target, `.${String(key)}`);
    if (Object.hasOwn(target, key)) return;
    touch(target, KEYS);
    if (Array.isArray(target)) touch(target, ".length");
  }

  /** A map or a set is watched as a whole. */
  #collection(name: string): ProxyHandler<object> {
    return {
      get: (target, key) => {
        const value: unknown = Reflect.get(target, key, target);
        touch(target, "", typeof value !== "function" || READERS.has(key));
        if (typeof value !== "function") return value;
        return (...args: unknown[]): unknown => {
          this.#note?.(`${pathOf(name, key)}(${args.map((each) => show(each)).join(", ")})`);
          touch(target, "", READERS.has(key));
          const given = args.map((each) => this.#raw(each));
          return this.#within(Reflect.apply(value, target, given), `${pathOf(name, key)}(…)`);
        };
      },
    };
  }
}

function pathOf(name: string, key: PropertyKey): string {
  return typeof key === "string" && /^\d+$/.test(key) ? `${name}[${key}]` : `${name}.${String(key)}`;
}

function isPlain(value: unknown): value is object {
  if (typeof value !== "object" || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return (
    prototype === Object.prototype ||
    prototype === null ||
    prototype === Array.prototype ||
    prototype === Map.prototype ||
    prototype === Set.prototype
  );
}

function hasSetter(target: object, key: PropertyKey): boolean {
  for (let each: object | null = target; each !== null; each = Object.getPrototypeOf(each) as object | null) {
    const descriptor = Reflect.getOwnPropertyDescriptor(each, key);
    if (descriptor !== undefined) return descriptor.set !== undefined;
  }
  return false;
}
