// A value as the inspector tells it, as a short text.
//
// Imports nothing.

export interface RemoteObject {
  type: string;
  subtype?: string;
  value?: unknown;
  unserializableValue?: string;
  description?: string;
  objectId?: string;
  preview?: Preview;
}
interface Preview {
  overflow: boolean;
  properties: { name: string; type: string; subtype?: string; value?: string }[];
}

const LONGEST = 60;

export function previewOf(value: RemoteObject | undefined): string {
  if (value === undefined) return "<accessor>";
  const { type, subtype, description = "", preview } = value;
  if (type === "undefined" || subtype === "null") return subtype ?? type;
  if (type === "string") return JSON.stringify(short(String(value.value)));
  if (type === "function")
    return /^class\b/.test(description) ? short(description.split("{")[0]!.trim()) : "<function>";
  if (type !== "object") return value.unserializableValue ?? value.description ?? String(value.value);
  if (preview === undefined || !["Object", "Array"].includes(description.replace(/\(\d+\)$/, "")))
    return short(description);
  const isArray = subtype === "array";
  const parts = preview.properties.map((each) => {
    const text = each.type === "string" ? JSON.stringify(each.value ?? "") : (each.value ?? each.type);
    return isArray ? text : `${each.name}: ${text}`;
  });
  if (preview.overflow) parts.push("…");
  return short(isArray ? `[${parts.join(", ")}]` : `{ ${parts.join(", ")} }`);
}

function short(text: string): string {
  const line = text.replace(/\s*\n\s*/g, " ");
  return line.length > LONGEST ? `${line.slice(0, LONGEST)}…` : line;
}
