import { allocate, type DType, type Storage } from "../dtype.js";
import type { Primitive } from "../graph.js";
import { fillIntegers, fillNormal, fillPermutation, fillTruncatedNormal, fillUniform } from "../numbers/random-fill.js";
import { foldIn, type RandomKey } from "../numbers/threefry.js";
import { apply } from "../primitive.js";
import { type Shape, sizeOf } from "../shape.js";
import { reshapeTo } from "./broadcast.js";

/** What is drawn, and into what. */
export interface DrawAttributes {
  readonly key: RandomKey;
  readonly kind: "uniform" | "normal" | "truncatedNormal" | "integers" | "permutation";
  readonly shape: Shape;
  readonly dtype: DType;
  /** The interval of uniform numbers, of integers, and of the truncated normal. */
  readonly low: number;
  readonly high: number;
  /** The sizes of leading axes of examples, each with a key or a counter of its own. */
  readonly examples: Shape;
}

/**
 * A pure function of key and counter: the same node is the same numbers, whenever and however often it is computed. The operands are the counter, and indices that are folded into
 * the key, each with the axes of the examples (or sides of 1 there).
 */
export const drawPrimitive: Primitive<DrawAttributes> = {
  name: "random",
  linear: "none",
  infer: ({ attributes: { examples, shape, dtype } }) => ({ shape: [...examples, ...shape], dtype }),
  run({ inputs: [counters, ...indices], attributes, dtype }) {
    const { key, examples, shape } = attributes;
    const size = sizeOf(shape);
    const count = sizeOf(examples);
    const out = allocate(dtype, count * size);
    const [counterAt, ...indicesAt] = [counters, ...indices].map((operand) => exampleOffsets(operand.shape, examples));
    for (let e = 0; e < count; e++) {
      const own = indices.reduce((folded, { data }, i) => foldIn(folded, data[indicesAt[i]?.[e] ?? 0] as number), key);
      fill(attributes, own, counters.data[counterAt?.[e] ?? 0] as number, out.subarray(e * size, (e + 1) * size));
    }
    return out;
  },
  vjp: { none: "random numbers depend on nothing" },
  batch: ({ inputs, batched, size, attributes }) =>
    apply(
      drawPrimitive,
      inputs.map((x, i) => (batched[i] ? x : reshapeTo(x, [1, ...x.shape]))),
      { ...attributes, examples: [size, ...attributes.examples] },
    ),
};

/** Where each example's element of an operand is, whose sides are those of the examples, or 1. */
function exampleOffsets(shape: Shape, examples: Shape): readonly number[] {
  let offsets = [0];
  for (const [axis, count] of examples.entries()) {
    const side = shape[axis] ?? 1;
    offsets = offsets.flatMap((offset) =>
      Array.from({ length: count }, (_, i) => offset * side + (side === 1 ? 0 : i)),
    );
  }
  return offsets;
}

/** The numbers of one example. */
function fill({ kind, low, high }: DrawAttributes, key: RandomKey, counter: number, out: Storage): void {
  if (out instanceof Float32Array || out instanceof Float64Array) {
    if (kind === "uniform") {
      fillUniform(key, counter, out);
      spread(out, low, high);
    } else if (kind === "normal") fillNormal(key, counter, out);
    else fillTruncatedNormal(key, counter, out, low, high);
  } else if (kind === "permutation" && out instanceof Int32Array) fillPermutation(key, counter, out);
  else fillIntegers(key, counter, out, low, high);
}

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
