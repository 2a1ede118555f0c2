// Objects that tasks share, watched: each read and write is noted for the report, and is part of the footprint of a step.
//
// May import: footprint, texts, watch-collection.

import { created, touch } from "../scheduler/footprint.ts";
import { shown } from "./texts.ts";
import { collectionHandler, isCollection, nameAll, pathOf, type Watching } from "./watch-collection.ts";

/** The part of an object that says which properties it has. */
const KEYS = " keys";

/** Methods of lists that look for a value by its identity. */
const FINDERS = new Set<PropertyKey>(["includes", "indexOf", "lastIndexOf"]);

type Method = (...args: unknown[]) => unknown;

/** What is watched in one run. */
export class Watched implements Watching {
  readonly note: Watching["note"];
  readonly #proxies: WeakMap<object, object> = new WeakMap();
  readonly #targets: WeakMap<object, object> = new WeakMap();

  constructor(note: Watching["note"]) {
    this.note = note;
  }

  /** @param name for the report */
  watch<T extends object>(target: T, name: string): T {
    if (this.#targets.has(target)) return target;
    const known = this.#proxies.get(target);
    if (known !== undefined) return known as T;
    created(target);
    const handler = isCollection(target) ? collectionHandler(this, name) : this.#properties(name);
    const proxy = new Proxy(target, handler) as T;
    this.#proxies.set(target, proxy);
    this.#targets.set(proxy, target);
    // Named now, by the one that shares it, so that it is called the same in all schedules.
    if (isCollection(target)) nameAll(this, target, name);
    for (const key of isCollection(target) ? [] : Reflect.ownKeys(target)) {
      const { value } = Reflect.getOwnPropertyDescriptor(target, key)!;
      this.within(value, pathOf(name, key));
    }
    return proxy;
  }

  /**
   * A value that is read from what is watched. Instances of classes are left as they are, if they were not given to be
   * watched: a proxy has no private fields.
   */
  within(value: unknown, name: string): unknown {
    if (typeof value !== "object" || value === null) return value;
    return this.#proxies.get(value) ?? (isPlain(value) ? this.watch(value, name) : value);
  }

  raw(value: unknown): unknown {
    return (typeof value === "object" && value !== null && this.#targets.get(value)) || value;
  }

  #properties(name: string): ProxyHandler<object> {
    const read = (target: object, key: PropertyKey) => touch(target, `.${String(key)}`, true);
    return {
      get: (target, key, receiver) => {
        const value: unknown = Reflect.get(target, key, receiver);
        if (typeof value === "function") return this.#method(target, key, value);
        read(target, key);
        if (typeof key !== "symbol") this.note?.(`reads ${pathOf(name, key)}: ${shown(value)}`);
        const own = Reflect.getOwnPropertyDescriptor(target, key);
        const isFixed = own !== undefined && own.configurable === false && own.writable === false;
        return isFixed ? value : this.within(value, pathOf(name, key));
      },
      set: (target, key, value, receiver) => {
        if (hasSetter(target, key)) return Reflect.set(target, key, value, receiver);
        this.#write(target, key);
        this.note?.(`writes ${pathOf(name, key)} = ${shown(this.raw(value))}`);
        const raw = this.raw(value);
        this.within(raw, pathOf(name, key));
        return Reflect.set(target, key, raw);
      },
      deleteProperty: (target, key) => {
        this.#write(target, key);
        touch(target, KEYS);
        this.note?.(`deletes ${pathOf(name, key)}`);
        return Reflect.deleteProperty(target, key);
      },
      defineProperty: (target, key, descriptor) => {
        this.#write(target, key);
        touch(target, KEYS);
        this.within(descriptor.value, pathOf(name, key));
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

  #method(target: object, key: PropertyKey, method: unknown): unknown {
    if (Object.hasOwn(target, key)) touch(target, `.${String(key)}`, true);
    else if (Array.isArray(target) && FINDERS.has(key)) return this.#finder(target, method as Method);
    return method;
  }

  /** A list that is watched gives what is watched, but is asked for what was put in, too. */
  #finder(list: unknown[], find: Method): Method {
    return (...[wanted, ...rest]) => {
      const watched = typeof wanted === "object" && wanted !== null ? (this.#proxies.get(wanted) ?? wanted) : wanted;
      const found: unknown = Reflect.apply(find, this.#proxies.get(list), [watched, ...rest]);
      return found === -1 || found === false ? Reflect.apply(find, list, [this.raw(wanted), ...rest]) : found;
    };
  }
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
