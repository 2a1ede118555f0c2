// Which values come back the same from JSON: what may be sent to a durable coroutine, and come from it.
//
// JSON, and `undefined` as a whole value. What JSON would change without a word is an error that says where it is. A
// property that is `undefined` is left out, as JSON does: reading it gives the same. So is the sign of -0, which equals 0. Engines check what they keep, and
// the client what it sends.
//
// Imports nothing.

/** A value can't be kept in a journal, as it would not come back as it was. */
export class NotSerializableError extends TypeError {
  /** Where it is in what was given, for instance `$.a[2].when`. */
  readonly path: string;

  constructor(message: string, path: string) {
    super(message);
    this.path = path;
  }

  static {
    this.prototype.name = "NotSerializableError";
  }
}

/**
 * The value as JSON; `undefined` for `undefined`.
 *
 * @param what is named in the error: "what is sent to order/42"
 * @throws {NotSerializableError}
 */
export function toJson(value: unknown, what: string): string | undefined {
  return within(what, () => {
    checkJson(value, what);
    return JSON.stringify(value);
  });
}

/** @throws {NotSerializableError} if `value` would not come back as it is */
export function checkJson(value: unknown, what: string): void {
  const problem = value === undefined ? null : within(what, () => find(value, [], new Set()));
  if (problem === null) return;
  const { path, what: found, advice } = problem;
  throw new NotSerializableError(`${what} can't be kept in a journal: ${path} is ${found}; ${advice}`, path);
}

/** What `action` gives, which takes what is too large for it as a `RangeError`. */
function within<T>(what: string, action: () => T): T {
  try {
    return action();
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new NotSerializableError(`${what} can't be kept in a journal: it is nested too deeply, or too long`, "$");
  }
}

interface Problem {
  path: string;
  what: string;
  advice: string;
}

type Path = (string | number)[];

/** What is wrong in `value`; null: nothing. `around` are the objects that it is in. */
function find(value: unknown, path: Path, around: Set<object>): Problem | null {
  switch (typeof value) {
    case "string":
    case "boolean":
      return null;
    case "number":
      return findInNumber(value, path);
    case "object":
      return value === null ? null : findInside(value, path, around);
    case "undefined":
      return at(path, "undefined", "an array can't have it in JSON: use null");
    case "bigint":
      return at(path, "a bigint", "send its text, String(n)");
    default:
      return at(path, `a ${typeof value}`, "send data only");
  }
}

function findInNumber(value: number, path: Path): Problem | null {
  return Number.isFinite(value) ? null : at(path, String(value), "JSON has finite numbers only");
}

function findInside(value: object, path: Path, around: Set<object>): Problem | null {
  if (around.has(value)) return at(path, "an object that it is inside of", "send a tree, without cycles");
  const kind = kindOf(value);
  if (kind !== null) return at(path, kind.what, kind.advice);
  around.add(value);
  const problem = Array.isArray(value) ? findInArray(value, path, around) : findInRecord(value, path, around);
  around.delete(value);
  return problem;
}

function findInArray(value: readonly unknown[], path: Path, around: Set<object>): Problem | null {
  for (let i = 0; i < value.length; i++) {
    path.push(i);
    const problem = find(value[i], path, around);
    if (problem !== null) return problem;
    path.pop();
  }
  // All elements are there by now. Unlike `keys`, `values` is fast for a long array.
  if (Object.values(value).length === value.length) return null;
  return at([...path, Object.keys(value)[value.length]!], "a property of an array", "JSON has its elements only");
}

function findInRecord(value: object, path: Path, around: Set<object>): Problem | null {
  for (const [name, each] of Object.entries(value)) {
    if (each === undefined) continue;
    path.push(name);
    const problem = find(each, path, around);
    if (problem !== null) return problem;
    path.pop();
  }
  return null;
}

/** What an object is that is neither a plain one nor an array; null if it is one of these. */
function kindOf(value: object): { what: string; advice: string } | null {
  const symbol = Object.getOwnPropertySymbols(value)[0];
  if (symbol !== undefined)
    return { what: `an object with the key ${String(symbol)}`, advice: "JSON has texts as keys only" };
  const proto: unknown = Object.getPrototypeOf(value);
  // Those of another realm are plain too; what all arrays inherit from is an array itself.
  const isPlain = Array.isArray(value) ? Array.isArray(proto) : proto === null || Object.getPrototypeOf(proto) === null;
  const hasOwnText = typeof (value as { toJSON?: unknown }).toJSON === "function";
  if (isPlain && !hasOwnText) return null;
  if (value instanceof Date) return { what: "a Date", advice: "send getTime() or toISOString()" };
  if (value instanceof Map) return { what: "a Map", advice: "send Object.fromEntries(map) or [...map]" };
  if (value instanceof Set) return { what: "a Set", advice: "send [...set]" };
  if (value instanceof Error) return { what: "an Error", advice: "send its name and message" };
  if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer)
    return {
      what: `a ${Object.prototype.toString.call(value).slice(8, -1)}`,
      advice: "send it as base64, or an array",
    };
  if ("then" in value) return { what: "a Promise", advice: "send what it gives" };
  const name: unknown = (proto as { constructor?: { name?: unknown } } | null)?.constructor?.name;
  return {
    what: isPlain
      ? `an ${Array.isArray(value) ? "array" : "object"} with toJSON`
      : `a ${typeof name === "string" && name ? name : "class instance"}`,
    advice: `send a plain ${Array.isArray(value) ? "array" : "object"}`,
  };
}

const IDENTIFIER = /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u;

function at(path: Path, what: string, advice: string): Problem {
  const steps = path.map((step) =>
    typeof step === "number" ? `[${step}]` : IDENTIFIER.test(step) ? `.${step}` : `[${JSON.stringify(step)}]`,
  );
  return { path: `$${steps.join("")}`, what, advice };
}
