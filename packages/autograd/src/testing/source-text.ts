import type { DType } from "../dtype.js";
import type { Shape } from "../shape.js";
import { Tensor, Variable } from "../tensor.js";

/** A value as the TypeScript that makes it, so that a failing case can be pasted into a test. */
export function sourceText(value: unknown): string {
  if (value instanceof Tensor) return tensorText(value);
  if (value instanceof Variable) return `variable(${tensorText(value.value)})`;
  if (Array.isArray(value)) return `[${value.map(sourceText).join(", ")}]`;
  if (typeof value === "number") return numberText(value);
  if (typeof value === "string") return JSON.stringify(value);
  if (typeof value === "function") return value.name === "" ? "(…) => …" : value.name;
  if (ArrayBuffer.isView(value) && isIterable(value)) {
    return `new ${value.constructor.name}([${Array.from(value, sourceText).join(", ")}])`;
  }
  if (typeof value === "object" && value !== null) return objectText(value);
  return String(value);
}

/** A number as TypeScript: −0 keeps its sign. */
export const numberText = (value: number): string => (Object.is(value, -0) ? "-0" : String(value));

/** A call as TypeScript. */
export const callText = (name: string, args: readonly unknown[]): string =>
  `${name}(${args.map(sourceText).join(", ")})`;

function tensorText(tensor: Tensor): string {
  const { shape, dtype } = tensor;
  if (tensor.node.symbolic) return `<tensor [${shape.join(", ")}] ${dtype}>`;
  if (tensor.size === 0) return `zeros([${shape.join(", ")}]${dtype === "float32" ? "" : `, ${dtypeOption(dtype)}`})`;
  const elements = Array.from(tensor.data(), (x) => (dtype === "bool" ? String(x !== 0) : shortNumber(x, dtype)));
  const option = dtype === "float32" || dtype === "bool" ? "" : `, ${dtypeOption(dtype)}`;
  return `tensor(${nested(elements, shape, 0, 0)}${option})`;
}

const dtypeOption = (dtype: DType): string => `{ dtype: ${JSON.stringify(dtype)} }`;

/** The shortest decimal that the dtype reads back as the same number. */
function shortNumber(x: number, dtype: DType): string {
  if (dtype !== "float32" || !Number.isFinite(x) || x === 0) return numberText(x);
  for (let digits = 1; digits <= 9; digits++) {
    const short = Number(x.toPrecision(digits));
    if (Math.fround(short) === x) return numberText(short);
  }
  return numberText(x);
}

function nested(elements: readonly string[], shape: Shape, axis: number, start: number): string {
  if (axis === shape.length) return elements[start] ?? "";
  const stride = shape.slice(axis + 1).reduce((size, side) => size * side, 1);
  const items = Array.from({ length: shape[axis] ?? 0 }, (_, i) =>
    nested(elements, shape, axis + 1, start + i * stride),
  );
  return `[${items.join(", ")}]`;
}

const isIterable = (value: object): value is Iterable<unknown> => Symbol.iterator in value;

function objectText(value: object): string {
  const entries = Object.entries(value).map(([key, item]) => `${key}: ${sourceText(item)}`);
  return entries.length === 0 ? "{}" : `{ ${entries.join(", ")} }`;
}
