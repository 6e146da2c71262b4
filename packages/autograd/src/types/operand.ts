import type { DType } from "../dtype.js";
import type { Shape } from "../shape.js";
import type { Tensor, Variable } from "../tensor.js";
import type { AnyShape, Known } from "./any-shape.js";

type Scalar = number | boolean;

/**
 * The shape of an operand as far as the compiler knows it: literal for tensors and Variables that carry one, `[]` for a number, as many axes as
 * there are brackets for nested arrays of numbers, and `Shape` where nothing is known.
 */
export type ShapeOf<X> =
  X extends Tensor<infer S extends AnyShape, infer _D>
    ? Known<S>
    : X extends Scalar
      ? []
      : X extends Variable<infer S extends AnyShape, infer _D>
        ? Known<S>
        : X extends readonly Scalar[]
          ? [number]
          : X extends readonly (readonly Scalar[])[]
            ? [number, number]
            : X extends { readonly BYTES_PER_ELEMENT: number }
              ? [number]
              : Shape;

/** The dtype of an operand; `"weak"` for a number or boolean of JavaScript, which takes the dtype beside it. */
export type DTypeOf<X> =
  X extends Tensor<infer _S extends AnyShape, infer D>
    ? D
    : X extends Scalar
      ? "weak"
      : X extends Variable<infer _S extends AnyShape, infer D>
        ? D
        : X extends readonly number[]
          ? "float32"
          : X extends readonly (readonly number[])[]
            ? "float32"
            : X extends Float32Array
              ? "float32"
              : X extends Float64Array
                ? "float64"
                : DType;

type Promoted = {
  readonly float64: Record<DType | "weak", "float64">;
  readonly float32: Record<Exclude<DType, "float64"> | "weak", "float32"> & { readonly float64: "float64" };
  readonly uint32: {
    readonly float64: "float64";
    readonly float32: "float32";
    readonly uint32: "uint32";
    readonly int32: "float64";
    readonly uint8: "uint32";
    readonly bool: "uint32";
    readonly weak: DType;
  };
  readonly int32: {
    readonly float64: "float64";
    readonly float32: "float32";
    readonly uint32: "float64";
    readonly int32: "int32";
    readonly uint8: "int32";
    readonly bool: "int32";
    readonly weak: DType;
  };
  readonly uint8: {
    readonly float64: "float64";
    readonly float32: "float32";
    readonly uint32: "uint32";
    readonly int32: "int32";
    readonly uint8: "uint8";
    readonly bool: "uint8";
    readonly weak: DType;
  };
  readonly bool: { readonly [D in DType]: D } & { readonly weak: DType };
  readonly weak: {
    readonly float64: "float64";
    readonly float32: "float32";
    readonly uint32: DType;
    readonly int32: DType;
    readonly uint8: DType;
    readonly bool: DType;
    readonly weak: "float32";
  };
};

/** The dtype that both take together, as `promote` finds it; a number beside integers or booleans may be a fraction, so that nothing is known. */
export type Promote<A extends DType | "weak", B extends DType | "weak"> = DType extends A
  ? DType
  : DType extends B
    ? DType
    : Promoted[A][B];

type Results = {
  /** Integers and booleans become float32. */
  readonly float: {
    readonly float64: "float64";
    readonly float32: "float32";
    readonly uint32: "float32";
    readonly int32: "float32";
    readonly uint8: "float32";
    readonly bool: "float32";
    readonly weak: "float32";
  };
  /** Integers and booleans stay what they are. */
  readonly keep: { readonly [D in DType]: D } & { readonly weak: "float32" };
  /** Integers stay, booleans become int32. */
  readonly number: { readonly [D in Exclude<DType, "bool">]: D } & { readonly bool: "int32"; readonly weak: "float32" };
  /** Floats stay; nothing is known of the rest. */
  readonly open: {
    readonly float64: "float64";
    readonly float32: "float32";
    readonly uint32: DType;
    readonly int32: DType;
    readonly uint8: DType;
    readonly bool: DType;
    readonly weak: DType;
  };
  /** Small integers and booleans add up in int32. */
  readonly total: {
    readonly float64: "float64";
    readonly float32: "float32";
    readonly uint32: "uint32";
    readonly int32: "int32";
    readonly uint8: "int32";
    readonly bool: "int32";
    readonly weak: "float32";
  };
};

/** What an operator makes of the dtype of its operands: a key of the table of results, or the dtype that it always has. */
export type DTypeRule = keyof Results | DType;

/** The dtype of a result, from the common one of the operands. */
export type ResultDType<Rule extends DTypeRule, D extends DType | "weak"> = Rule extends DType
  ? Rule
  : Rule extends keyof Results
    ? DType extends D
      ? DType
      : Results[Rule][D]
    : DType;
