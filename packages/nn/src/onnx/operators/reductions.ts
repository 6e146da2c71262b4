import type { GraphBuilder, Value } from "../builder.js";
import type { Extents } from "../extent.js";
import type { ElementType } from "../messages.js";
import { fixedShape, type Rule, type RuleContext, widened } from "./rule.js";

interface Axes {
  readonly axes: readonly number[];
}

const without = (shape: Extents, axes: readonly number[]): Extents => shape.filter((_, axis) => !axes.includes(axis));

const keeping = (shape: Extents, axes: readonly number[]): Extents =>
  shape.map((side, axis) => (axes.includes(axis) ? 1 : side));

/** A reduction of ONNX. Without axes it would reduce all of them. */
export function reduced(b: GraphBuilder, operator: string, x: Value, axes: readonly number[], keepDims = false): Value {
  if (axes.length === 0) return x;
  const result = { type: x.type, shape: keepDims ? keeping(x.shape, axes) : without(x.shape, axes) };
  const keepdims = { int: Number(keepDims) };
  // The axes of all but the sum became an operand in opset 18.
  if (operator !== "ReduceSum" && b.opset < 18)
    return b.emit(operator, [x], result, { axes: { ints: axes }, keepdims });
  return b.emit(operator, [x, b.ints(axes)], result, { keepdims });
}

const reduction =
  (operator: string): Rule<Axes> =>
  ({ b, inputs: [x], attributes: { axes }, type }) =>
    b.cast(reduced(b, operator, widened(b, x), axes), type);

const argExtreme =
  (operator: string): Rule<{ readonly axis: number }> =>
  ({ b, inputs: [x], attributes: { axis }, type, shape }) =>
    b.cast(
      b.emit(operator, [widened(b, x)], { type: "int64", shape }, { axis: { int: axis }, keepdims: { int: 0 } }),
      type,
    );

/** x less its mean along axes. */
const centre: Rule<Axes> = ({ b, inputs: [x], attributes: { axes } }) =>
  b.map("Sub", [x, axes.length === 0 ? x : reduced(b, "ReduceMean", x, axes, true)]);

interface MeanSquare extends Axes {
  readonly count: number;
  readonly eps: number;
}

/** √(Σx² / count + eps). */
function rootMeanSquare({ b, inputs: [x], attributes: { axes, count, eps } }: RuleContext<MeanSquare>): Value {
  const squares = axes.length === 0 ? b.map("Mul", [x, x]) : reduced(b, "ReduceSumSquare", x, axes);
  const power = b.map("Div", [squares, b.scalar(x.type, count)]);
  return b.map("Sqrt", [eps === 0 ? power : b.map("Add", [power, b.scalar(x.type, eps)])]);
}

interface NormAttributes extends Axes {
  readonly ord: number;
}

/** (Σ |x|^p)^(1/p), of elements divided by the one that weighs most. */
function norm({ b, inputs: [x], attributes: { axes, ord } }: RuleContext<NormAttributes>): Value {
  if (ord === 2) return axes.length === 0 ? b.map("Abs", [x]) : reduced(b, "ReduceL2", x, axes);
  const one = b.scalar(x.type, 1);
  const zero = b.scalar(x.type, 0);
  const sizes = b.map("Abs", [x]);
  const heaviest = reduced(b, ord > 0 ? "ReduceMax" : "ReduceMin", sizes, axes, true);
  const isZero = b.map("Equal", [heaviest, zero], "bool");
  const ratios = b.map("Div", [sizes, b.where(isZero, one, heaviest)]);
  const powers = b.map("Pow", [b.where(isZero, one, ratios), b.scalar(x.type, ord)]);
  const total = b.map("Pow", [reduced(b, "ReduceSum", powers, axes, true), b.scalar(x.type, 1 / ord)]);
  return b.reshape(b.map("Mul", [heaviest, total]), without(x.shape, axes));
}

const alongAxis =
  (operator: string): Rule<{ readonly axis: number }> =>
  ({ b, inputs: [x], attributes: { axis } }) =>
    b.emit(operator, [x], x, { axis: { int: axis } });

interface SortAttributes {
  readonly axis: number;
  readonly descending: boolean;
}

/** The greatest or least elements, all of them: equal ones in the order of their indices, so that it is stable. */
const argsort: Rule<SortAttributes> = ({ b, inputs: [x], attributes: { axis, descending }, type, shape }) => {
  const [length = 0] = fixedShape([shape[axis] ?? 1]);
  const wide = widened(b, x);
  const [, places] = b.emitAll("TopK", [wide, b.ints([length])], [wide, { type: "int64", shape }], {
    axis: { int: axis },
    largest: { int: Number(descending) },
    sorted: { int: 1 },
  });
  if (places === undefined) throw new Error("TopK has two results");
  return b.cast(places, type);
};

/** How many elements of a sorted row lie before each value: counted, since ONNX has no search. */
const searchsorted: Rule<{ readonly right: boolean; readonly shared: number }> = (context) => {
  const { b, inputs, attributes, type } = context;
  const [sorted, values] = [widened(b, inputs[0]), widened(b, inputs[1])];
  const { right, shared } = attributes;
  const own = values.shape.slice(shared);
  const row = b.reshape(sorted, [...sorted.shape.slice(0, shared), ...own.map(() => 1), sorted.shape[shared] ?? 0]);
  const each = b.reshape(values, [...values.shape, 1]);
  const before = b.map(right ? "LessOrEqual" : "Less", [row, each], "bool");
  const counted: ElementType = "int32";
  return b.cast(reduced(b, "ReduceSum", b.cast(before, counted), [values.shape.length]), type);
};

/** Operators along axes: reductions, and those that order elements. */
export const reductionRules: Readonly<Record<string, Rule>> = {
  sum: ({ b, inputs: [x], attributes, type }: RuleContext<Axes>) =>
    b.cast(reduced(b, "ReduceSum", widened(b, x), attributes.axes), type),
  max: reduction("ReduceMax"),
  min: reduction("ReduceMin"),
  prod: reduction("ReduceProd"),
  logsumexp: reduction("ReduceLogSumExp"),
  argmax: argExtreme("ArgMax"),
  argmin: argExtreme("ArgMin"),
  centre,
  rootMeanSquare,
  norm,
  softmax: alongAxis("Softmax"),
  logSoftmax: alongAxis("LogSoftmax"),
  argsort,
  searchsorted,
};
