import { isFloat } from "../dtype.js";
import { type Affine, constantIndex, flatIndex, scaleIndex, shiftIndex } from "../ir/affine.js";
import { type Expr, type ExpressionBuilder, scalarTypeOf } from "../ir/expression.js";
import type { LowerContext, Lowering } from "../ir/lowering.js";
import type { WindowGeometry } from "../numbers/windows.js";
import { sizeOf } from "../shape.js";

/** More taps than this are not written out one by one. */
const mostTaps = 64;

/** The place of the greatest element of each window, tap by tap: the last NaN where there is one. */
export function lowerMaxPoolPlaces(
  { kernel, stride, padding, dilation }: WindowGeometry,
  { inputs: [x], shape }: Pick<LowerContext, "inputs" | "shape">,
): Lowering | undefined {
  if (x === undefined || sizeOf(kernel) > mostTaps || (x.dtype !== "float32" && x.dtype !== "float64"))
    return undefined;
  const lead = shape.length - kernel.length;
  const sides = x.shape.slice(lead);
  return {
    kind: "map",
    element: ({ b, indices, operand }) => {
      const examples = indices.slice(0, lead);
      let best: Expr | undefined;
      let value: Expr | undefined;
      for (const tap of tapsOf(kernel)) {
        const at = tap.map((k, a) =>
          shiftIndex(
            scaleIndex(indices[lead + a] as Affine, stride[a] ?? 1),
            k * (dilation[a] ?? 1) - (padding[a]?.[0] ?? 0),
          ),
        );
        const inside = insideOf(b, at, sides, shape.slice(lead));
        const place = b.index(flatIndex(at, sides));
        const candidate = operand(0, [...examples, ...at]);
        if (best === undefined || value === undefined) {
          best = inside === undefined ? place : b.select(inside, place, b.constant("i32", -1));
          value =
            inside === undefined ? candidate : b.select(inside, candidate, b.like(candidate, Number.NEGATIVE_INFINITY));
          continue;
        }
        const better = b.or(b.gt(candidate, value), b.isNaN(candidate));
        const first = inside === undefined ? better : b.or(better, b.lt(best, b.constant("i32", 0)));
        const chosen = inside === undefined ? first : b.and(inside, first);
        best = b.select(chosen, place, best);
        value = b.select(chosen, candidate, value);
      }
      return best ?? b.constant("i32", -1);
    },
  };
}

/** Sums of what windows have at each place, tap by tap; floats in float64. */
export function lowerFoldWindows(
  { kernel, stride, padding, dilation }: WindowGeometry,
  { inputs: [x], shape, dtype }: Pick<LowerContext, "inputs" | "shape" | "dtype">,
): Lowering | undefined {
  if (x === undefined || sizeOf(x.shape) === 0 || sizeOf(kernel) > mostTaps) return undefined;
  if (dtype === "bool" || dtype === "uint8") return undefined;
  const rank = kernel.length;
  const lead = shape.length - rank;
  const counts = x.shape.slice(-rank);
  const steps = stride.some((step) => step !== 1);
  return {
    kind: "map",
    ...(steps && { gathers: [0] }),
    element: ({ b, indices, operand, gather }) => {
      const sum = isFloat(dtype) ? "f64" : scalarTypeOf(dtype);
      let total = b.constant(sum, 0);
      for (const tap of tapsOf(kernel)) {
        // Window o has its tap k at o · stride + k · dilation − padding.
        const from = tap.map((k, a) =>
          shiftIndex(indices[lead + a] as Affine, (padding[a]?.[0] ?? 0) - k * (dilation[a] ?? 1)),
        );
        const { inside, windows } = windowsAt(b, from, stride, counts);
        const taps = tap.map(constantIndex);
        const at = [...indices.slice(0, lead), ...taps];
        const part = steps ? gather(0, [...at, ...windows]) : operand(0, [...at, ...from]);
        total = b.add(
          total,
          b.convert(inside === undefined ? part : b.select(inside, part, b.constant(part.type, 0)), sum),
        );
      }
      return b.convert(total, scalarTypeOf(dtype));
    },
  };
}

/** The windows that have a tap at a distance from their start, and whether there are such. */
function windowsAt(
  b: ExpressionBuilder,
  from: readonly Affine[],
  stride: readonly number[],
  counts: readonly number[],
): { readonly inside: Expr | undefined; readonly windows: readonly Expr[] } {
  let inside: Expr | undefined;
  const windows = from.map((index, a) => {
    const [step, count] = [stride[a] ?? 1, counts[a] ?? 1];
    const zero = b.constant("i32", 0);
    const distance = b.index(index);
    const fits = b.and(b.ge(distance, zero), b.lt(distance, b.constant("i32", step * count)));
    const meets = step === 1 ? fits : b.and(fits, b.eq(b.rem(distance, b.constant("i32", step)), zero));
    inside = inside === undefined ? meets : b.and(inside, meets);
    const window = step === 1 ? distance : b.div(distance, b.constant("i32", step));
    return b.select(meets, window, zero);
  });
  return { inside, windows };
}

/** All taps of a window, row-major. */
const tapsOf = (kernel: readonly number[]): number[][] =>
  kernel.reduce<number[][]>(
    (taps, size) => taps.flatMap((tap) => Array.from({ length: size }, (_, k) => [...tap, k])),
    [[]],
  );

/** Whether a tap lies inside the operand; undefined where it does for every window. */
function insideOf(
  b: ExpressionBuilder,
  at: readonly Affine[],
  sides: readonly number[],
  counts: readonly number[],
): Expr | undefined {
  let inside: Expr | undefined;
  const both = (condition: Expr): void => {
    inside = inside === undefined ? condition : b.and(inside, condition);
  };
  for (const [a, index] of at.entries()) {
    const side = sides[a] ?? 1;
    // A window index runs from 0 to its count along one loop variable, whatever its place among the loops.
    const steps = index.terms.length === 0 ? 0 : (counts[a] ?? 1) - 1;
    const reach = index.terms.reduce((most, { coefficient }) => Math.max(most, coefficient), 0) * steps;
    if (index.constant < 0) both(b.ge(b.index(index), b.constant("i32", 0)));
    if (index.constant + reach >= side) both(b.lt(b.index(index), b.constant("i32", side)));
  }
  return inside;
}
