// Short texts of values, made without running the program's code: no getter, no proxy's trap, no toString.
//
// Whether an object is a proxy only Node, Deno and Bun tell; elsewhere what is in an object is not looked at.
//
// Imports nothing.

interface Builtins {
  process?: { getBuiltinModule?: (name: string) => unknown };
}

interface Types {
  isProxy: (value: unknown) => boolean;
  isNativeError: (value: unknown) => boolean;
  isMap: (value: unknown) => value is Map<unknown, unknown>;
  isSet: (value: unknown) => value is Set<unknown>;
}

const { types } = ((globalThis as Builtins).process?.getBuiltinModule?.("node:util") ?? {}) as { types?: Types };

/** How long a preview may be. */
const LENGTH = 80;
/** How many entries of an object are shown. */
const ENTRIES = 3;
/** A larger one is not written out, as that takes long. */
const LARGE = 10n ** 60n;

/** The preview of a value, of at most 80 characters. */
export function preview(value: unknown): string {
  return typeof value === "object" && value !== null ? ofObject(value, 1) : simple(value);
}

/** Of what is no object. */
function simple(value: unknown): string {
  switch (typeof value) {
    case "string":
      return value.length <= LENGTH - 2 ? JSON.stringify(value) : `${JSON.stringify(value.slice(0, LENGTH - 10))}…`;
    case "bigint":
      return value > -LARGE && value < LARGE ? `${value}n` : "a large bigint";
    case "function":
      return types === undefined || types.isProxy(value) ? "function" : cut(`function ${nameOf(value)}`.trim());
    case "symbol":
      return cut(`Symbol(${value.description ?? ""})`);
    default:
      return String(value);
  }
}

function cut(text: string): string {
  return text.length <= LENGTH ? text : `${text.slice(0, LENGTH - 1)}…`;
}

function ofObject(value: object, depth: number): string {
  if (types === undefined) return unseen(value);
  if (types.isProxy(value)) return "Proxy";
  if (Array.isArray(value)) return cut(ofArray(value, depth));
  const type = classOf(value, types);
  if (types.isNativeError(value)) return cut(`${type || "Error"}: ${textOf(own(value, "message"))}`);
  if (types.isMap(value)) return `Map(${String(Reflect.get(Map.prototype, "size", value))})`;
  if (types.isSet(value)) return `Set(${String(Reflect.get(Set.prototype, "size", value))})`;
  if (ArrayBuffer.isView(value)) return cut(`${type} of ${value.byteLength} bytes`);
  if (type === "Object" || type === "") return cut(ofEntries(value, depth));
  return cut(depth > 0 ? `${type} ${ofEntries(value, depth)}` : type);
}

/** Of an object that may be a proxy. Newer engines tell errors from proxies of errors. */
function unseen(value: object): string {
  const { isError } = Error as { isError?: (value: unknown) => boolean };
  if (isError?.(value) === true) return cut(`Error: ${textOf(own(value, "message"))}`);
  try {
    return Array.isArray(value) ? "[…]" : "{…}";
  } catch {
    return "{…}"; // a proxy that is revoked
  }
}

function ofArray(value: unknown[], depth: number): string {
  if (depth === 0) return `[${value.length}]`;
  const shown = Array.from({ length: Math.min(value.length, ENTRIES) }, (_, i) => ofProperty(value, String(i), depth));
  if (value.length > ENTRIES) shown.push(`… ${value.length}`);
  return `[${shown.join(", ")}]`;
}

function ofEntries(value: object, depth: number): string {
  const keys = Object.keys(value);
  if (keys.length === 0) return "{}";
  if (depth === 0) return "{…}";
  const shown = keys.slice(0, ENTRIES).map((key) => `${cut(key)}: ${ofProperty(value, key, depth)}`);
  if (keys.length > ENTRIES) shown.push("…");
  return `{ ${shown.join(", ")} }`;
}

function ofProperty(value: object, key: string, depth: number): string {
  const property = Object.getOwnPropertyDescriptor(value, key);
  if (property === undefined) return "empty";
  if (!("value" in property)) return "(getter)";
  const inner: unknown = property.value;
  return typeof inner === "object" && inner !== null ? ofObject(inner, depth - 1) : simple(inner);
}

/** What stands in an object itself, as a value. */
function own(value: object, key: string): unknown {
  return Object.getOwnPropertyDescriptor(value, key)?.value;
}

const textOf = (value: unknown): string => (typeof value === "string" ? value.slice(0, LENGTH) : "");

const nameOf = (value: object): string => textOf(own(value, "name"));

/** The name of its class, as its prototype tells. */
function classOf(value: object, { isProxy }: Types): string {
  const prototype: unknown = Object.getPrototypeOf(value);
  if (typeof prototype !== "object" || prototype === null || isProxy(prototype)) return "";
  const maker = own(prototype, "constructor");
  return typeof maker === "function" && !isProxy(maker) ? nameOf(maker) : "";
}
