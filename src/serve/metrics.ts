// Counters, gauges and histograms, and the text that Prometheus reads them in (its exposition format, version 0.0.4).
//
// Imports nothing.

export type Labels = Readonly<Record<string, string>>;

interface Family {
  readonly name: string;
  readonly help: string;
  readonly type: "counter" | "gauge" | "histogram";
  /** The lines of its values. */
  lines(): string[];
}

/** A number that only grows, one for each set of labels. */
export class Counter implements Family {
  readonly name: string;
  readonly help: string;
  readonly type = "counter";
  readonly #values: Map<string, number> = new Map();

  constructor(name: string, help: string) {
    this.name = name;
    this.help = help;
  }

  add(labels: Labels, amount = 1): void {
    const key = textOf(labels);
    this.#values.set(key, (this.#values.get(key) ?? 0) + amount);
  }

  lines(): string[] {
    return [...this.#values].map(([labels, value]) => `${this.name}${labels} ${value}`);
  }
}

/** A number that is read when somebody asks. */
export class Gauge implements Family {
  readonly name: string;
  readonly help: string;
  readonly type: "gauge" | "counter";
  readonly #read: () => Iterable<readonly [labels: Labels, value: number]>;

  /** @param type `counter`, for a number that only grows and is counted elsewhere */
  constructor(
    name: string,
    help: string,
    read: () => Iterable<readonly [labels: Labels, value: number]>,
    type: "gauge" | "counter" = "gauge",
  ) {
    this.name = name;
    this.help = help;
    this.type = type;
    this.#read = read;
  }

  lines(): string[] {
    return Array.from(this.#read(), ([labels, value]) => `${this.name}${textOf(labels)} ${value}`);
  }
}

interface Observed {
  readonly labels: Labels;
  /** How many were at most each bound, and above the one before. */
  readonly counts: number[];
  count: number;
  sum: number;
}

/** How often a value fell below each of some bounds. */
export class Histogram implements Family {
  readonly name: string;
  readonly help: string;
  readonly type = "histogram";
  readonly #bounds: readonly number[];
  readonly #observed: Map<string, Observed> = new Map();

  /** @param bounds in ascending order */
  constructor(name: string, help: string, bounds: readonly number[]) {
    this.name = name;
    this.help = help;
    this.#bounds = bounds;
  }

  observe(labels: Labels, value: number): void {
    const key = textOf(labels);
    let observed = this.#observed.get(key);
    if (observed === undefined) {
      observed = { labels, counts: this.#bounds.map(() => 0), count: 0, sum: 0 };
      this.#observed.set(key, observed);
    }
    const place = this.#bounds.findIndex((bound) => value <= bound);
    if (place >= 0) observed.counts[place]!++;
    observed.count++;
    observed.sum += value;
  }

  lines(): string[] {
    return [...this.#observed.values()].flatMap(({ labels, counts, count, sum }) => {
      let below = 0;
      const buckets = this.#bounds.map((bound, i) => {
        below += counts[i]!;
        return `${this.name}_bucket${textOf({ ...labels, le: String(bound) })} ${below}`;
      });
      const text = textOf(labels);
      return [
        ...buckets,
        `${this.name}_bucket${textOf({ ...labels, le: "+Inf" })} ${count}`,
        `${this.name}_sum${text} ${sum}`,
        `${this.name}_count${text} ${count}`,
      ];
    });
  }
}

/** The whole page. */
export function expose(families: readonly Family[]): string {
  const parts = families.flatMap((family) => {
    const { name, help, type } = family;
    return [
      `# HELP ${name} ${help.replaceAll("\\", "\\\\").replaceAll("\n", "\\n")}`,
      `# TYPE ${name} ${type}`,
      ...family.lines(),
    ];
  });
  return `${parts.join("\n")}\n`;
}

function textOf(labels: Labels): string {
  const parts = Object.entries(labels).map(([name, value]) => `${name}="${escape(value)}"`);
  return parts.length === 0 ? "" : `{${parts.join(",")}}`;
}

function escape(value: string): string {
  return value.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n");
}
