import type { GraphBuilder, Value } from "../builder.js";
import { type Extent, sameExtent } from "../extent.js";
import { fixedShape, operandsOf, type Rule, widened } from "./rule.js";

interface SliceAttributes {
  readonly start: readonly number[];
  readonly step: readonly number[];
}

/** Larger than any side: ONNX clamps the end of a slice. */
const end = 2 ** 31 - 1;

const slice: Rule<SliceAttributes> = ({ b, inputs: [x], attributes: { start, step }, type, shape }) => {
  const axes = shape.flatMap((side, axis) => {
    const isWhole = start[axis] === 0 && step[axis] === 1 && sameExtent(side, x.shape[axis] ?? -1);
    return isWhole ? [] : [axis];
  });
  if (axes.length === 0) return x;
  const fixed = fixedShape(axes.map((axis) => shape[axis] ?? 0));
  const first = axes.map((axis) => start[axis] ?? 0);
  const steps = axes.map((axis) => step[axis] ?? 1);
  // One behind the last element that is taken.
  const stops = fixed.map((side, i) =>
    side === 0 ? (first[i] ?? 0) : (first[i] ?? 0) + (side - 1) * (steps[i] ?? 1) + 1,
  );
  return b.emit("Slice", [x, b.ints(first), b.ints(stops), b.ints(axes), b.ints(steps)], { type, shape });
};

const flip: Rule<{ readonly axes: readonly number[] }> = ({ b, inputs: [x], attributes: { axes }, type, shape }) => {
  const all = (value: number): Value => b.ints(axes.map(() => value));
  return b.emit("Slice", [x, all(-1), all(-end), b.ints(axes), all(-1)], { type, shape });
};

interface PadAttributes {
  readonly low: readonly number[];
  readonly high: readonly number[];
  readonly interior: readonly number[];
  readonly value?: number;
}

/** `x` with `value` before and after its elements. Negative widths cut off. */
export function padded(
  b: GraphBuilder,
  x: Value,
  low: readonly number[],
  high: readonly number[],
  value: number,
): Value {
  if ([...low, ...high].every((width) => width === 0)) return x;
  const shape = x.shape.map((side, axis): Extent => {
    const width = (low[axis] ?? 0) + (high[axis] ?? 0);
    return typeof side === "number" ? side + width : width === 0 ? side : fixedShape([side]).length;
  });
  const wide = x.type === "bool" ? widened(b, x) : x;
  const fill = b.scalar(wide.type, x.type === "bool" ? Number(value !== 0) : value);
  return b.cast(b.emit("Pad", [wide, b.ints([...low, ...high]), fill], { type: wide.type, shape }), x.type);
}

/** Puts `gap` fillings behind each element of an axis but the last. */
function spread(b: GraphBuilder, x: Value, axis: number, gap: number, value: number): Value {
  const side = x.shape[axis];
  if (gap === 0 || side === undefined || side === 0 || side === 1) return x;
  const [length = 0] = fixedShape([side]);
  const single = b.reshape(x, [...x.shape.slice(0, axis + 1), 1, ...x.shape.slice(axis + 1)]);
  const none = single.shape.map(() => 0);
  const behind = single.shape.map((_, i) => (i === axis + 1 ? gap : 0));
  const apart = padded(b, single, none, behind, value);
  const joined = b.reshape(apart, [...x.shape.slice(0, axis), length * (gap + 1), ...x.shape.slice(axis + 1)]);
  const cut = joined.shape.map((_, i) => (i === axis ? -gap : 0));
  return padded(
    b,
    joined,
    joined.shape.map(() => 0),
    cut,
    value,
  );
}

const pad: Rule<PadAttributes> = ({ b, inputs: [x], attributes: { low, high, interior, value = 0 } }) => {
  const apart = interior.reduce((operand: Value, gap, axis) => spread(b, operand, axis, gap, value), x);
  return padded(b, apart, low, high, value);
};

/** A choice between booleans is a logical one: runtimes choose between numbers. */
const where: Rule = ({ b, inputs: [condition, x, y], type }) =>
  b.cast(b.where(condition, widened(b, x), widened(b, y)), type);

/** Operators that move elements and leave them what they are. */
export const movementRules: Readonly<Record<string, Rule>> = {
  cast: ({ b, inputs: [x], type }) => b.cast(x, type),
  reshape: ({ b, inputs: [x], shape }) => b.reshape(x, shape),
  broadcastTo: ({ b, inputs: [x], type, shape }) => b.cast(b.expand(widened(b, x), shape), type),
  transpose: ({ b, inputs: [x], attributes }: Parameters<Rule<{ readonly axes: readonly number[] }>>[0]) =>
    b.transpose(x, attributes.axes),
  slice,
  flip,
  pad,
  padWith: pad,
  concat: ({ b, inputs, attributes, type, shape }: Parameters<Rule<{ readonly axis: number }>>[0]) =>
    b.emit("Concat", operandsOf(inputs), { type, shape }, { axis: { int: attributes.axis } }),
  where,
};
