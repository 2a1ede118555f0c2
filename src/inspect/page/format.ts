// Times, as people read them.
//
// Imports nothing.

const UNITS = [
  { name: "s", size: 1e6 },
  { name: "ms", size: 1e3 },
  { name: "µs", size: 1 },
  { name: "ns", size: 1e-3 },
];

/** A duration in microseconds, with three digits that count: `1.25 ms`. */
export function duration(us: number): string {
  if (us === 0) return "0";
  const { name, size } = UNITS.find((unit) => Math.abs(us) >= unit.size) ?? UNITS[3]!;
  const amount = us / size;
  const digits = Math.abs(amount) >= 100 ? 0 : Math.abs(amount) >= 10 ? 1 : 2;
  return `${Number(amount.toFixed(digits))} ${name}`;
}

/** A moment on a ruler with ticks so far apart: as many digits as tell two ticks apart. */
export function tickLabel(us: number, apart: number): string {
  if (us === 0) return "0";
  const { name, size } = UNITS.find((unit) => Math.abs(us) >= unit.size) ?? UNITS[3]!;
  const digits = Math.max(0, Math.ceil(-Math.log10(apart / size) - 1e-9));
  return `${(us / size).toFixed(Math.min(digits, 6))} ${name}`;
}

export function baseName(file: string): string {
  return file.slice(Math.max(file.lastIndexOf("/"), file.lastIndexOf("\\")) + 1);
}
