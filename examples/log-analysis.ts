// Who costs most? Reads an access log of any size, and prints the networks that took most bytes, largest first:
// `corun run examples/log-analysis.ts [FILE]`. Without a file it writes a log to the temporary folder first.
// Chunks become lines, lines hits, hits a sum for each address, and the names of addresses are looked up, 16 at once.
import { createReadStream } from "node:fs";
import { Resolver } from "node:dns/promises";
import { mkdtemp, open, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { defer, pipeline, run, until } from "corun";

type Sum = { requests: number; bytes: number };

const resolver = new Resolver({ timeout: 300, tries: 1 });
const LINE = /^(\S+) \S+ \S+ \[[^\]]+\] "[^"]*" \d{3} (\d+|-)/; // the common log format, or one that goes on

function add(sums: Map<string, Sum>, key: string, { requests, bytes }: Sum): Map<string, Sum> {
  const sum = sums.get(key) ?? { requests: 0, bytes: 0 };
  return sums.set(key, { requests: sum.requests + requests, bytes: sum.bytes + bytes });
}

/** The sums of each address, over some thousand lines: so that a look-up is for many of them. */
function sumsOf(lines: string[]): Map<string, Sum> {
  const sums = new Map<string, Sum>();
  for (const line of lines) {
    const [, address = "not understood", bytes] = LINE.exec(line) ?? [];
    add(sums, address, { requests: 1, bytes: Number(bytes) || 0 });
  }
  return sums;
}

const names = new Map<string, Promise<string>>();

/** The domain of an address; its network, if it has no name. Asked once for each. */
const nameOf = (address: string): Promise<string> =>
  names.get(address) ?? names.set(address, lookUp(address)).get(address)!;

async function lookUp(address: string): Promise<string> {
  const [name] = await resolver.reverse(address).catch(() => []);
  return name?.split(".").slice(-2).join(".") ?? address.replace(/\.\d+$/, ".0/24");
}

function* analyse(file: string) {
  defer(() => resolver.cancel());
  const totals = yield* pipeline(createReadStream(file))
    .lines()
    .batch(10_000)
    .flatMap(sumsOf)
    .map(async ([address, sum]) => ({ name: await nameOf(address), sum }), { concurrency: 16, ordered: false })
    .reduce((totals, { name, sum }) => add(totals, name, sum), new Map<string, Sum>());
  for (const [name, { requests, bytes }] of [...totals].toSorted(([, a], [, b]) => b.bytes - a.bytes).slice(0, 10)) {
    console.log(name.padEnd(20), `${requests} requests`.padStart(20), `${(bytes / 1e6).toFixed(1)} MB`.padStart(12));
  }
}

/** 100,000 requests: of any twenty, one address sends nine, others five, three, two and one. */
function* requests() {
  const shares = { "203.0.113.7": 9, "198.51.100.23": 5, "203.0.113.42": 3, "192.0.2.11": 2, "192.0.2.200": 1 };
  const wheel = Object.entries(shares).flatMap(([address, share]) => Array.from({ length: share }, () => address));
  for (let i = 0; i < 100_000; i++) {
    const time = new Date(Date.UTC(2026, 0, 1) + 50 * i).toISOString();
    const bytes = 500 + 1000 * (Math.trunc(i / 20) % 4);
    yield `${wheel[(7 * i) % 20]} - - [${time}] "GET /page/${i % 97} HTTP/1.1" 200 ${bytes} "-" "Mozilla/5.0"\n`;
    if (i % 1000 === 0) yield "\\x16\\x03\\x01\n"; // what is no request stands in every log
  }
}

function* main(given?: string) {
  if (given !== undefined) return yield* analyse(given);
  const folder = yield* until(mkdtemp(join(tmpdir(), "log-analysis-")));
  defer(() => until(rm(folder, { recursive: true })));
  const file = yield* until(open(join(folder, "access.log"), "w"));
  yield* pipeline(requests())
    .batch(1000)
    .forEach((lines) => file.write(lines.join("")));
  yield* until(file.close());
  return yield* analyse(join(folder, "access.log"));
}

await run(main, process.argv[2]);
