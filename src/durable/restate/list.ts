// The coroutines that there are, from what Restate's admin API says of the state.
//
// May import: the durable core's checks and types, admin, journal.

import { checkList } from "../checks.ts";
import type { ListOptions, Summary } from "../engine/engine.ts";
import { type Admin, quoted } from "./admin.ts";
import { META, type Meta, RUN } from "./journal.ts";

/** @throws {TypeError} if an option is none */
export async function list(admin: Admin, options: ListOptions): Promise<Summary[]> {
  checkList(options);
  const { name, state, after, limit = 100 } = options;
  const where = [`s.key = ${quoted(META)}`];
  if (name !== undefined) where.push(`s.service_name = ${quoted(name)}`);
  if (after !== undefined) {
    const [afterName, afterKey] = [quoted(after.name), quoted(after.key)];
    where.push(`(s.service_name > ${afterName} OR (s.service_name = ${afterName} AND s.service_key > ${afterKey}))`);
  }
  // The state is in the text: it is asked for here, and the limit too.
  const rows = await admin.query(
    "SELECT s.service_name, s.service_key, s.value_utf8, r.key AS run FROM state s LEFT JOIN state r " +
      `ON r.service_name = s.service_name AND r.service_key = s.service_key AND r.key = ${quoted(RUN)} ` +
      `WHERE ${where.join(" AND ")} ORDER BY s.service_name, s.service_key`,
  );
  const found: Summary[] = [];
  for (const row of rows) {
    if (found.length === limit) break;
    const summary = summaryOf(row);
    if (summary !== null && (state === undefined || summary.state === state)) found.push(summary);
  }
  return found;
}

/** Null: it is not ours. */
function summaryOf(row: Record<string, unknown>): Summary | null {
  const meta = JSON.parse(String(row["value_utf8"])) as Partial<Meta> | null;
  if (meta?.row === undefined) return null;
  const common = { name: String(row["service_name"]), key: String(row["service_key"]), ...meta.row };
  return typeof row["run"] === "string" ? { ...common, state: "busy" } : common;
}
