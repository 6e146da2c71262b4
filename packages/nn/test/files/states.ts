import { type Tensor, tensor, type Variable, variable } from "@glissade/autograd";
import { tensors } from "@glissade/autograd/testing";
import { Module, type StateDict } from "@glissade/nn";
import fc, { type Arbitrary } from "fast-check";

const dtypes = ["bool", "uint8", "int32", "uint32", "float32", "float64"] as const;

/** Tensors of any dtype, shape and value, without elements too. */
export const anyTensor: Arbitrary<Tensor> = fc.constantFrom(...dtypes).chain((dtype) => {
  const awkward = dtype === "float32" || dtype === "float64";
  const full = tensors({ dtype, awkward });
  return fc.oneof({ weight: 4, arbitrary: full }, { weight: 1, arbitrary: tensors({ dtype, zeroSize: true }) });
});

/** Names as a model may have them, and others: empty, with dots, slashes, quotes, any script. */
const names = fc
  .oneof(
    fc.constantFrom("weight", "layers.0.bias", "0", "a/b", 'say "a"\\', "größe", "", "toString"),
    fc.string({ unit: "binary" }),
  )
  .filter((name) => name !== "__proto__" && name !== "__metadata__" && !/\p{Surrogate}/u.test(name));

/** States of up to six tensors. */
export const states: Arbitrary<StateDict> = fc
  .uniqueArray(fc.tuple(names, anyTensor), { maxLength: 6, selector: ([name]) => name })
  .map((entries) => Object.fromEntries(entries));

/** A tensor to the bit: dtype, shape and the bytes of its elements. */
export function bitsOf(value: Tensor): string {
  const data = value.data();
  const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  return `${value.dtype} [${value.shape.join(", ")}] ${Buffer.from(bytes).toString("hex")}`;
}

/** A state to the bit, by name, in the order of the names. */
export const bitsOfAll = (state: StateDict): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Object.entries(state)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, value]) => [name, bitsOf(value)]),
  );

/** A model with Variables of several dtypes, to be loaded from files that are damaged. */
export class Victim extends Module {
  weight: Variable;
  bias: Variable;
  counts: Variable;
  seen: Variable;
  precise: Variable;

  /** @param fill A whole number that the elements are made of. */
  constructor(fill: number) {
    super();
    this.weight = variable(tensor(new Float32Array(12).fill(fill), { shape: [4, 3] }));
    this.bias = variable(tensor(new Float32Array(4).fill(-fill)));
    this.counts = variable(tensor(new Int32Array(2).fill(fill)));
    this.seen = variable(tensor([fill % 2 === 1, false, true]));
    this.precise = variable(tensor(new Float64Array(2).fill(fill / 3), { shape: [1, 2] }));
  }
}
