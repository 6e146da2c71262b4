import {
  cast,
  DTypeError,
  definePrimitive,
  IndexError,
  realize,
  Tensor,
  type TensorLike,
  Variable,
} from "@glissade/autograd";
import { isFloat, showShape } from "./operand.js";

/** What indices may be, and the words for them in messages. */
export interface IndexRange {
  readonly operator: string;
  /** One of the indices, and all of them: "target" and "targets". */
  readonly role: string;
  readonly indices: string;
  /** Before "must be integers". */
  readonly meaning: string;
  /** What they count: "classes". */
  readonly members: string;
  readonly remedy: string;
  /** They go from 0 to size − 1. */
  readonly size: number;
  /** An index that may be outside. */
  readonly ignored: number | undefined;
}

/** The position of the first index that is outside and not ignored, or −1. */
function firstOutside(indices: ArrayLike<number>, { size, ignored }: IndexRange): number {
  for (let i = 0; i < indices.length; i++) {
    const index = indices[i] ?? -1;
    if ((index < 0 || index >= size) && index !== ignored) return i;
  }
  return -1;
}

/** The place of a flat index in a shape: `[2, 0]`. */
function placeOf(index: number, shape: readonly number[]): string {
  let rest = index;
  const place = [...shape].reverse().map((side) => {
    const at = rest % side;
    rest = Math.floor(rest / side);
    return at;
  });
  return showShape(place.reverse());
}

/** The indices as they are; computing them finds one that is outside. Indices have values only then, so it is a primitive. */
const checkedIndices = definePrimitive<IndexRange>("checkedIndices", {
  linear: "none",
  infer: ({ inputs: [indices] }) => indices,
  run({ inputs: [indices], attributes }) {
    const at = firstOutside(indices.data, attributes);
    if (at < 0) return indices.data;
    const { operator, role, members, size, remedy } = attributes;
    throw new IndexError(
      `${operator}: ${role} ${indices.data[at]} at ${placeOf(at, indices.shape)} is none of the ${members} 0 … ${size - 1}. ${remedy}`,
    );
  },
  lower: ({ attributes: { size, ignored } }) => ({
    kind: "map",
    element({ b, indices, operand }) {
      const index = operand(0, indices);
      const inside = b.and(b.ge(index, b.constant("i32", 0)), b.lt(index, b.constant("i32", size)));
      return b.check(ignored === undefined ? inside : b.or(inside, b.eq(index, b.constant("i32", ignored))), index);
    },
  }),
  vjp: { none: "indices are integers" },
  batch: ({ inputs: [indices], attributes }): Tensor => checkedIndices(indices, attributes),
});

/**
 * Indices as int32, which throw an IndexError when they are computed if one is out of range; plain numbers at once.
 *
 * @param x What was given, and `given`: that as a tensor.
 * @param adapt What the integers go through before they are checked; default: nothing.
 * @throws DTypeError where they are no integers; IndexError.
 */
export function indicesIn(
  x: TensorLike,
  given: Tensor,
  range: IndexRange,
  adapt: (indices: Tensor) => Tensor = (indices) => indices,
): Tensor {
  const { operator, indices, meaning } = range;
  const isTensor = x instanceof Tensor || x instanceof Variable;
  // Plain numbers are float32 by themselves: what counts is whether they are whole.
  const isPlain = !isTensor && !ArrayBuffer.isView(x) && given.dtype !== "bool";
  if (isPlain ? !given.data().every(Number.isInteger) : isFloat(given.dtype) || given.dtype === "bool") {
    throw new DTypeError(
      `${operator}: ${indices} of shape ${showShape(given.shape)} ${meaning === "" ? "" : `${meaning} `}must be integers, not ${isPlain ? "fractions" : given.dtype}. ` +
        `Use cast(${indices}, "int32").`,
    );
  }
  const checked = checkedIndices(adapt(cast(given, "int32")), range);
  if (!isTensor) realize(checked);
  return checked;
}
