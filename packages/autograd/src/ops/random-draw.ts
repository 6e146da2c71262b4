import { allocate, type DType } from "../dtype.js";
import type { Primitive } from "../graph.js";
import { fillIntegers, fillNormal, fillPermutation, fillTruncatedNormal, fillUniform } from "../numbers/random-fill.js";
import type { RandomKey } from "../numbers/threefry.js";
import { type Shape, sizeOf } from "../shape.js";

/** What is drawn, and into what. */
export interface DrawAttributes {
  readonly key: RandomKey;
  readonly kind: "uniform" | "normal" | "truncatedNormal" | "integers" | "permutation";
  readonly shape: Shape;
  readonly dtype: DType;
  /** The interval of uniform numbers, of integers, and of the truncated normal. */
  readonly low: number;
  readonly high: number;
}

/** A pure function of key and counter: the same node is the same numbers, whenever and however often it is computed. */
export const drawPrimitive: Primitive<DrawAttributes> = {
  name: "random",
  linear: "none",
  infer: ({ attributes: { shape, dtype } }) => ({ shape, dtype }),
  run({ inputs: [counterInput], attributes: { key, kind, low, high }, shape, dtype }) {
    const counter = counterInput.data[0] as number;
    const out = allocate(dtype, sizeOf(shape));
    if (out instanceof Float32Array || out instanceof Float64Array) {
      if (kind === "uniform") {
        fillUniform(key, counter, out);
        spread(out, low, high);
      } else if (kind === "normal") fillNormal(key, counter, out);
      else fillTruncatedNormal(key, counter, out, low, high);
    } else if (kind === "permutation" && out instanceof Int32Array) fillPermutation(key, counter, out);
    else fillIntegers(key, counter, out, low, high);
    return out;
  },
  vjp: { none: "random numbers depend on nothing" },
  batch: { none: "a batch of counters would repeat numbers; draw outside, with the batch axis in the shape" },
};

/** [0, 1) spread to [low, high): what rounds up to the end starts again at low, less than once in 2²³ float32 draws. */
function spread(out: Float32Array | Float64Array, low: number, high: number): void {
  if (low === 0 && high === 1) return;
  const width = high - low;
  for (let i = 0; i < out.length; i++) {
    out[i] = low + width * (out[i] as number);
    if ((out[i] as number) >= high) out[i] = low;
  }
}

/** Words that `size` elements take from the stream: one for uniform and normal float32, two for all else. */
export function wordsOf({ kind, dtype, shape }: DrawAttributes): number {
  const single = dtype === "float32" && (kind === "uniform" || kind === "normal");
  return sizeOf(shape) * (single ? 1 : 2);
}
