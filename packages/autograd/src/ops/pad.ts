import { asTensor } from "../convert.js";
import { ShapeError, ValueError } from "../errors.js";
import { typedOperator } from "../primitive.js";
import { type Shape, showShape } from "../shape.js";
import type { Tensor, TensorLike } from "../tensor.js";
import type { Pad } from "../types/cut.js";
import { stretch } from "./broadcast.js";
import { concatenate, padWith, padZeros, reverseAxes, sliceAxis } from "./slice.js";

/** What padding is made of: `replicate` is another name for edge, `circular` for wrap. */
export type PadMode = "constant" | "reflect" | "edge" | "replicate" | "wrap" | "circular";

/** Options of `pad`. */
export interface PadOptions {
  /** One width for all ends; `[before, after]` for all axes; or such a pair for each axis. */
  readonly widths: number | readonly [number, number] | readonly (readonly [number, number])[];
  /** Default "constant". */
  readonly mode?: PadMode | undefined;
  /** What "constant" pads with; default 0. */
  readonly value?: number | undefined;
}

type Pair = readonly [number, number];

/** The parts of `x` that follow one another along an axis from index `start`, which may be negative, to `stop`. */
type Extension = (x: Tensor, axis: number, start: number, stop: number) => Tensor[];

const edge: Extension = (x, axis, start, stop) => {
  const side = x.shape[axis]!;
  const repeated = (at: number, count: number): Tensor =>
    stretch(
      sliceAxis(x, axis, at, at + 1),
      x.shape.map((each, i) => (i === axis ? count : each)),
    );
  return [repeated(0, -start), x, repeated(side - 1, stop - side)];
};

const wrap: Extension = (x, axis, start, stop) => {
  const side = x.shape[axis]!;
  const parts: Tensor[] = [];
  for (let from = start; from < stop; ) {
    const period = Math.floor(from / side) * side;
    const to = Math.min(stop, period + side);
    parts.push(sliceAxis(x, axis, from - period, to - period));
    from = to;
  }
  return parts;
};

/** Runs of side − 1 elements, forwards and backwards in turn: the elements at the ends are not repeated. */
const reflect: Extension = (x, axis, start, stop) => {
  const last = x.shape[axis]! - 1;
  if (last === 0) return edge(x, axis, start, stop);
  const parts: Tensor[] = [];
  for (let from = start; from < stop; ) {
    const run = Math.floor(from / last);
    const to = Math.min(stop, (run + 1) * last);
    const [a, b] = [from - run * last, to - run * last];
    parts.push(
      run % 2 === 0 ? sliceAxis(x, axis, a, b) : reverseAxes(sliceAxis(x, axis, last - b + 1, last - a + 1), [axis]),
    );
    from = to;
  }
  return parts;
};

const extensions = new Map<PadMode, Extension>([
  ["reflect", reflect],
  ["edge", edge],
  ["replicate", edge],
  ["wrap", wrap],
  ["circular", wrap],
]);

/**
 * `x` with elements before and after those along each axis.
 *
 * @param options.widths How many: a number for all ends, `[before, after]` for all axes, or a pair for each axis.
 * @param options.mode "constant" (default); "reflect" mirrors at the end elements without repeating them; "edge" ("replicate") repeats them; "wrap"
 * ("circular") begins anew from the other end. Widths may exceed the side.
 * @param options.value What "constant" pads with; default 0.
 * @throws ValueError for widths that are no integers of 0 or more, an unknown mode, or padding an axis without elements other than with a constant;
 * ShapeError where the number of pairs is not that of the axes.
 * @example
 * pad([1, 2, 3], { widths: 1 }).toArray(); // [0, 1, 2, 3, 0]
 * pad([1, 2, 3], { widths: [2, 1], mode: "reflect" }).toArray(); // [3, 2, 1, 2, 3, 2]
 */
export const pad = typedOperator<Pad<PadOptions>>(
  "pad",
  (draw) => {
    const shape = draw.shape();
    const widths = shape.map((): Pair => [draw.integer(0, 3), draw.integer(0, 3)]);
    const mode = draw.pick(["constant", "reflect", "edge", "wrap"] as const);
    return [draw.tensor(shape), { widths, mode, value: draw.pick([0, 1.5]) }];
  },
  (x: TensorLike, { widths, mode = "constant", value = 0 }: PadOptions): Tensor => {
    const operand = asTensor("pad", x);
    const pairs = widthPairs(widths, operand.shape);
    if (mode === "constant") return padConstant(operand, pairs, value);
    const extension = extensions.get(mode);
    if (extension === undefined) {
      throw new ValueError(
        `pad: unknown mode ${JSON.stringify(mode)}; use "constant" or one of ${[...extensions.keys()].join(", ")}.`,
      );
    }
    return pairs.reduce((padded, [before, after], axis) => {
      if (before === 0 && after === 0) return padded;
      const side = padded.shape[axis]!;
      if (side === 0) {
        throw new ValueError(
          `pad: axis ${axis} of ${showShape(operand.shape)} has no element to pad with in mode "${mode}"; use mode "constant".`,
        );
      }
      return concatenate(extension(padded, axis, -before, side + after), axis);
    }, operand);
  },
);

function padConstant(x: Tensor, pairs: readonly Pair[], value: number): Tensor {
  if (typeof value !== "number") throw new ValueError(`pad: the value is ${typeof value}, not a number.`);
  const attributes = {
    low: pairs.map(([before]) => before),
    high: pairs.map(([, after]) => after),
    interior: pairs.map(() => 0),
  };
  return value === 0 ? padZeros(x, attributes) : padWith(x, { ...attributes, value });
}

const isPair = (widths: PadOptions["widths"]): widths is Pair =>
  Array.isArray(widths) && widths.length === 2 && widths.every((width) => typeof width === "number");

/** The widths of each axis, checked. */
function widthPairs(widths: PadOptions["widths"], shape: Shape): readonly Pair[] {
  const pairs: readonly Pair[] =
    typeof widths === "number"
      ? shape.map((): Pair => [widths, widths])
      : isPair(widths)
        ? shape.map(() => widths)
        : (widths as readonly Pair[]);
  if (!Array.isArray(pairs) || pairs.length !== shape.length) {
    throw new ShapeError(
      `pad: widths ${JSON.stringify(widths)} do not fit shape ${showShape(shape)}; give a number, [before, after], or such a pair for each of ${shape.length} axes.`,
    );
  }
  const isLegal = (pair: Pair): boolean =>
    Array.isArray(pair) && pair.length === 2 && pair.every((width) => Number.isInteger(width) && width >= 0);
  if (!pairs.every(isLegal)) {
    throw new ValueError(
      `pad: widths ${JSON.stringify(widths)} must be integers of 0 or more; cut elements off with slice.`,
    );
  }
  return pairs;
}
