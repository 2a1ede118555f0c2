// What Prometheus reads, and what the log says.

import { inProcess } from "corun/durable";
import { createLog } from "corun/serve";
import { expect, test } from "vitest";
import { Counter, expose, Gauge, Histogram } from "../../src/serve/metrics.ts";
import { counter, pair, slow, strict } from "./coroutines.ts";
import { ask, post, serve } from "./harness.ts";

test("counters, gauges and histograms, in the text format; label values are escaped", () => {
  const count = new Counter("c_total", "Back\\slash and\nline.");
  count.add({ name: 'a"b\\c\nd' });
  count.add({ name: 'a"b\\c\nd' }, 2);
  const gauge = new Gauge("g", "A gauge.", () => [[{}, 1.5]]);
  const histogram = new Histogram("h", "A histogram.", [0.5, 1]);
  for (const value of [0.25, 0.5, 0.75, 2]) histogram.observe({ of: "x" }, value);
  expect(expose([count, gauge, histogram])).toBe(String.raw`# HELP c_total Back\\slash and\nline.
# TYPE c_total counter
c_total{name="a\"b\\c\nd"} 3
# HELP g A gauge.
# TYPE g gauge
g 1.5
# HELP h A histogram.
# TYPE h histogram
h_bucket{of="x",le="0.5"} 2
h_bucket{of="x",le="1"} 3
h_bucket{of="x",le="+Inf"} 4
h_sum{of="x"} 3.5
h_count{of="x"} 4
`);
});

test("a server counts turns and steps by how they ended, replays, refusals, the coroutines that there are, and measures its answers", async () => {
  const { url, engine } = await serve({ counter, pair, strict, slow }, { engine: inProcess({ maxLive: 0 }) });
  for (let i = 0; i < 3; i++) await post(url, "/v1/counter/a/send", { value: 1 });
  for (const value of ["x", "y"]) await post(url, "/v1/pair/b/send", { value });
  await post(url, "/v1/strict/c/send", { value: "x" });
  await post(url, "/v1/nobody/c/send", { value: "x" });
  await post(url, "/v1/slow/d/send", { value: 1 });
  // Turns that nobody has asked for over HTTP are turns, too.
  await engine.open(slow, "d").send(1);
  const { text, headers } = await ask(url, "/metrics");
  expect(headers["content-type"]).toBe("text/plain; version=0.0.4; charset=utf-8");
  for (const line of [
    'corun_turns_total{name="counter",outcome="yielded"} 3',
    'corun_turns_total{name="pair",outcome="yielded"} 1',
    'corun_turns_total{name="pair",outcome="returned"} 1',
    'corun_turns_total{name="strict",outcome="failed"} 1',
    'corun_turns_total{name="slow",outcome="yielded"} 2',
    'corun_turns_total{name="slow",outcome="failed"} 0',
    'corun_steps_total{name="slow",outcome="returned"} 2',
    'corun_steps_total{name="counter",outcome="returned"} 0',
    'corun_replays_total{name="counter"} 2',
    'corun_replayed_entries_total{name="counter"} 8', // the base and a turn, then the base and two
    "# TYPE corun_replays_total counter",
    'corun_refused_total{type="failed"} 1',
    'corun_refused_total{type="unknown"} 1',
    'corun_queue{name="counter"} 0',
    'corun_instances{name="counter",state="waiting"} 1',
    'corun_instances{name="pair",state="done"} 1',
    'corun_instances{name="strict",state="failed"} 1',
    'corun_send_seconds_bucket{name="counter",le="+Inf"} 3',
    'corun_send_seconds_count{name="counter"} 3',
  ]) {
    expect(text.split("\n")).toContain(line);
  }
  expect(text).toMatch(/^process_resident_memory_bytes \d{7,}$/m);
});

test("the log: an event a line, as JSON or as text, from a level on; what was sent is not in it", async () => {
  const { url, log } = await serve({ counter });
  await post(url, "/v1/counter/a/send", { value: 12_345, id: "1" });
  await post(url, "/v1/counter/a/send", { vaule: 1 });
  expect(log).toMatchObject([
    { level: "info", event: "send", name: "counter", key: "a", id: "1", status: 200, ms: expect.any(Number) as number },
    { level: "info", event: "send", status: 400, error: expect.stringContaining("vaule") as string },
  ]);
  expect(JSON.stringify(log)).not.toContain("12345");

  const lines: string[] = [];
  const write = (line: string): void => void lines.push(line);
  const now = (): number => Date.UTC(2026, 10, 23, 10, 2, 11, 5);
  const text = createLog({ write, level: "info", format: "text", now });
  text("debug", "unseen");
  text("info", "send", { name: "a", key: "two words\n", none: undefined, nothing: null, n: 1 });
  createLog({ write, level: "warn", format: "json", now })("error", "x", { key: "\n", none: undefined });
  expect(lines).toEqual([
    '10:02:11.005 info  send name=a key="two words\\n" nothing=null n=1\n',
    '{"time":"2026-11-23T10:02:11.005Z","level":"error","event":"x","key":"\\n"}\n',
  ]);
});
