// Where a body is suspended in a bare `yield`: there no stack tells, but the engine's inspector does, where it answers
// at once (Node).
//
// May import: inspector, trace-sites; the coroutine layer, as types.

import type { Frame } from "../coroutine/frames.ts";
import { ask, type Location, propertiesOf, Scripts, type Session } from "./inspector.ts";
import type { RemoteObject } from "./remote.ts";
import type { Sites } from "./trace-sites.ts";

interface Host {
  process?: { getBuiltinModule?: (name: string) => unknown };
}
/** Where the inspector finds the generator that it is asked about. */
const SLOT = Symbol.for("corun.trace.body");
const EXPRESSION = `globalThis[Symbol.for(${JSON.stringify(SLOT.description)})]`;
const GROUP = "corun.trace";

export class Yields {
  readonly #sites: Sites;
  /** By script, line and column of what runs. */
  readonly #known: Map<string, number> = new Map();
  #session: Session | null = null;
  #isOpen = false;

  constructor(sites: Sites) {
    this.#sites = sites;
  }

  /** The place of the `yield` that `frame` is suspended in; -1: that is not known. */
  of({ gen, name }: Frame): number {
    try {
      const location = this.#locate(gen);
      if (location === undefined) return -1;
      const key = [location.scriptId, location.lineNumber, location.columnNumber].join(":");
      let site = this.#known.get(key);
      if (site === undefined) this.#known.set(key, (site = this.#siteOf(location, name)));
      return site;
    } catch {
      return -1; // an engine that has an inspector, and not what it is for
    }
  }

  close(): void {
    this.#session?.disconnect();
    this.#session = null;
  }

  #locate(generator: object): Location | undefined {
    this.#open();
    if (this.#session === null) return undefined;
    Reflect.set(globalThis, SLOT, generator);
    try {
      const params = { expression: EXPRESSION, objectGroup: GROUP };
      const found = ask<{ result: RemoteObject }>(this.#session, "Runtime.evaluate", params);
      if (found === undefined) return undefined;
      const { internalProperties = [] } = propertiesOf(this.#session, found.result);
      const location = internalProperties.find(({ name }) => name === "[[GeneratorLocation]]");
      return location?.value?.value as Location | undefined;
    } finally {
      Reflect.deleteProperty(globalThis, SLOT);
      ask(this.#session, "Runtime.releaseObjectGroup", { objectGroup: GROUP });
    }
  }

  #open(): void {
    if (this.#isOpen) return;
    this.#isOpen = true;
    const inspector = (globalThis as Host).process?.getBuiltinModule?.("node:inspector") as
      | { Session?: new () => Session }
      | undefined;
    if (inspector?.Session === undefined) return;
    this.#session = new inspector.Session();
    this.#session.connect();
  }

  #siteOf(location: Location, name: string): number {
    const place = new Scripts(this.#session!).placeOf(location);
    // The engine is slower while a debugger is on.
    ask(this.#session!, "Debugger.disable", {});
    return place === null ? -1 : this.#sites.of(`    at ${name} (${place})`);
  }
}
