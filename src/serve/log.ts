// The log: one event a line, as JSON for machines or as text for people.
//
// Imports nothing.

export const LEVELS = ["debug", "info", "warn", "error"] as const;
export type Level = (typeof LEVELS)[number];

/** What is known of an event. What is `undefined` is left out. */
export type Fields = Readonly<Record<string, string | number | boolean | null | undefined>>;

export type Log = (level: Level, event: string, fields?: Fields) => void;

export interface LogOptions {
  /** Takes a line, with its end. */
  write: (line: string) => void;
  /** The least that is written. */
  level: Level;
  format: "json" | "text";
  /** The time, in milliseconds since 1970. */
  now?: () => number;
}

export function createLog({ write, level: least, format, now = Date.now }: LogOptions): Log {
  const from = LEVELS.indexOf(least);
  const line = format === "json" ? asJson : asText;
  return (level, event, fields = {}) => {
    if (LEVELS.indexOf(level) >= from) write(line(new Date(now()).toISOString(), level, event, fields));
  };
}

function asJson(time: string, level: Level, event: string, fields: Fields): string {
  return `${JSON.stringify({ time, level, event, ...fields })}\n`;
}

function asText(time: string, level: Level, event: string, fields: Fields): string {
  const known = Object.entries(fields).filter(([, value]) => value !== undefined);
  const words = known.map(([name, value]) => ` ${name}=${plain(value!)}`);
  return `${time.slice(11, 23)} ${level.padEnd(5)} ${event}${words.join("")}\n`;
}

/** In quotes where it would not be one word: also what a client sent then stays on one line. */
function plain(value: string | number | boolean | null): string {
  return typeof value === "string" && !/^[\w./:@-]+$/.test(value) ? JSON.stringify(value) : String(value);
}
