import { allocate, type Storage } from "../dtype.js";
import type { Primitive } from "../graph.js";
import type { Lowering } from "../ir/lowering.js";
import { fillPermutations } from "../numbers/permutation.js";
import { fillIntegers, fillNormal, fillTruncatedNormal, fillUniform } from "../numbers/random-fill.js";
import { checkCounter, foldIn, type RandomKey } from "../numbers/threefry.js";
import { apply } from "../primitive.js";
import * as routines from "../routines/permutation.js";
import { type Shape, sizeOf } from "../shape.js";
import { reshapeTo } from "./broadcast.js";
import { lowerDraw } from "./random-lowering.js";
import type { DrawAttributes } from "./random-parameters.js";
import { scratchFor } from "./routine-layout.js";

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
  lower: ({ inputs, attributes }) =>
    attributes.kind === "permutation"
      ? inputs.length === 1
        ? lowerPermutation(attributes)
        : undefined
      : lowerDraw(attributes, inputs),
  vjp: { none: "random numbers depend on nothing" },
  batch: ({ inputs, batched, size, attributes }) =>
    apply(
      drawPrimitive,
      inputs.map((x, i) => (batched[i] ? x : reshapeTo(x, [1, ...x.shape]))),
      { ...attributes, examples: [size, ...attributes.examples] },
    ),
};

/** Places of a permutation follow from those before: examples are drawn one after the other. */
const lowerPermutation = ({ key, examples, shape: [count = 0] }: DrawAttributes): Lowering => ({
  kind: "routine",
  routine: routines.fillPermutations,
  units: sizeOf(examples),
  work: 60 * count,
  numbers: [count, key[0] | 0, key[1] | 0],
  scratch: scratchFor(count + 1),
  operands: [{ operand: 0, shape: examples }],
});

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
  } else if (kind === "permutation" && out instanceof Int32Array) {
    checkCounter("random", counter + 2 * out.length);
    fillPermutations(0, 1, Float64Array.of(counter), out, out.length, key[0], key[1]);
  } else fillIntegers(key, counter, out, low, high);
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
