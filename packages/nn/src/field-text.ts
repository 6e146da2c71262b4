import { Variable } from "@glissade/autograd";

/** A field in a few words; undefined where it is not worth a line. */
export function describeField(value: unknown): string | undefined {
  if (value instanceof Variable) {
    const dtype = value.dtype === "float32" ? "" : ` ${value.dtype}`;
    return `[${value.shape.join(", ")}]${dtype}${value.trainable ? "" : " not trained"}`;
  }
  if (typeof value === "function") return operatorName(value);
  return typeof value === "number" || typeof value === "boolean" || typeof value === "string"
    ? String(value)
    : undefined;
}

/** Operators of the library carry their name; other functions have the one of JavaScript. */
function operatorName(f: object): string {
  const operator = "operator" in f ? f.operator : undefined;
  if (typeof operator === "object" && operator !== null && "name" in operator) return String(operator.name);
  return "name" in f && f.name !== "" ? String(f.name) : "function";
}
