import type { GraphBuilder, Value } from "../builder.js";
import { scanLoop } from "../scan-loop.js";
import { logaddexp } from "./arithmetic.js";
import { fixedShape, type Rule, type RuleContext, widened } from "./rule.js";

/** Running totals along an axis. ONNX has that of the sum; others are loops over the axis. */

interface Running {
  readonly axis: number;
  readonly reverse: boolean;
}

/** The axis first, and the others behind it. */
const axisFirst = (rank: number, axis: number): number[] => [
  axis,
  ...Array.from({ length: rank }, (_, i) => i).filter((i) => i !== axis),
];

/** The order that undoes `axisFirst`. */
const axisBack = (rank: number, axis: number): number[] =>
  Array.from({ length: rank }, (_, i) => (i === axis ? 0 : i < axis ? i + 1 : i));

/** A constant laid out over what lies beside an axis. */
const beside = (b: GraphBuilder, moved: Value, fill: Value): Value => b.expand(fill, moved.shape.slice(1));

/** A loop whose state is the total so far: `next` puts the elements of the next place to it. */
function runningTotal(
  { b, inputs, attributes: { axis, reverse } }: RuleContext<Running>,
  count: number,
  first: number,
  next: (total: Value, parts: readonly Value[]) => Value,
): Value {
  const rank = inputs[0].shape.length;
  const scanned = inputs.slice(0, count).map((x) => b.transpose(widened(b, x), axisFirst(rank, axis)));
  const [moved] = scanned;
  if (moved === undefined) throw new Error("a running total has an operand");
  const { stacked } = scanLoop(b, {
    name: "running",
    states: [beside(b, moved, b.scalar(moved.type, first))],
    scanned,
    length: moved.shape[0] ?? 0,
    reverse,
    step([total = moved], parts) {
      const result = next(total, parts);
      return { states: [result], stacked: [result] };
    },
  });
  return b.transpose(stacked[0] ?? moved, axisBack(rank, axis));
}

const cumsum: Rule<Running> = ({ b, inputs, attributes: { axis, reverse }, type }) => {
  const x = widened(b, inputs[0]);
  return b.cast(b.emit("CumSum", [x, b.scalar("int64", axis)], x, { reverse: { int: Number(reverse) } }), type);
};

const cumprod: Rule<Running> = (context) => {
  const { b, type } = context;
  const total = runningTotal(context, 1, 1, (sofar, [x = sofar]) => b.map("Mul", [sofar, x]));
  return b.cast(total, type);
};

const logcumsumexp: Rule<Running> = (context) =>
  runningTotal(context, 1, Number.NEGATIVE_INFINITY, (sofar, [x = sofar]) => logaddexp(context.b, sofar, x));

/** s_i = a_i s_{i−1} + b_i */
const linearRecurrence: Rule<Running> = (context) => {
  const { b } = context;
  return runningTotal(context, 2, 0, (sofar, [factor = sofar, x = sofar]) =>
    b.map("Add", [b.map("Mul", [factor, sofar]), x]),
  );
};

/** Where the greatest element so far stands, the latest of equal ones; a NaN stays the greatest. */
const cumulativeArgmax: Rule<Running & { readonly sign: number }> = (context) => {
  const { b, inputs, attributes, type } = context;
  const { axis, reverse, sign } = attributes;
  const wide = widened(b, inputs[0]);
  const rank = wide.shape.length;
  const moved = b.transpose(sign < 0 ? b.map("Neg", [wide]) : wide, axisFirst(rank, axis));
  const [length = 0] = fixedShape(moved.shape.slice(0, 1));
  const places = b.constant(
    "int64",
    [length],
    Array.from({ length }, (_, i) => i),
  );
  const isNumber = (x: Value): Value => b.map("Equal", [x, x], "bool");
  const least = wide.type === "int32" || wide.type === "int64" ? -(2 ** 31) : Number.NEGATIVE_INFINITY;
  const { stacked } = scanLoop(b, {
    name: "running",
    states: [beside(b, moved, b.scalar("int64", 0)), beside(b, moved, b.scalar(moved.type, least))],
    scanned: [moved, places],
    length,
    reverse,
    step([best = moved, value = moved], [candidate = moved, place = moved]) {
      const isMore = b.map("GreaterOrEqual", [candidate, value], "bool");
      const isFirstNaN = b.map("And", [isNumber(value), b.map("Not", [isNumber(candidate)])]);
      const isBetter = b.map("Or", [isMore, isFirstNaN]);
      const next = b.where(isBetter, place, best);
      return { states: [next, b.where(isBetter, candidate, value)], stacked: [next] };
    },
  });
  return b.cast(b.transpose(stacked[0] ?? moved, axisBack(rank, axis)), type);
};

/** Running totals and extremes. */
export const runningRules: Readonly<Record<string, Rule>> = {
  cumsum,
  cumprod,
  logcumsumexp,
  linearRecurrence,
  cumulativeArgmax,
};
