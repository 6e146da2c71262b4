import type { DType } from "../dtype.js";
import type { NumericArray } from "../numbers/numeric-array.js";
import type { Shape } from "../shape.js";
import type { NestedData } from "../tensor.js";
import type { IsSize } from "./arithmetic.js";
import type { ReshapeShape } from "./reshape.js";

/** The shape that was given, or `Shape` where not even its rank is known. */
export type Known<S extends Shape> = number extends S["length"] ? Shape : S;

/** The shape of data: literal for arrays that are written out, `number` for arrays of unknown length. */
export type DataShape<T> = T extends number | boolean
  ? []
  : T extends NumericArray
    ? [number]
    : T extends readonly unknown[]
      ? NestedData extends T[number]
        ? Shape
        : Rows<T["length"], RowShape<T[number]>>
      : Shape;

/** The shape of rows, of which the first stands for all where they are alike. */
type RowShape<Row> = [Row] extends [never] ? [] : [Row] extends [number | boolean] ? [] : DataShape<Row>;

type Rows<Length extends number, Row extends Shape> = number extends Row["length"] ? Shape : [Length, ...Row];

interface ArrayDTypes {
  readonly Float32Array: "float32";
  readonly Float64Array: "float64";
  readonly Int32Array: "int32";
  readonly Uint32Array: "uint32";
  readonly Uint8Array: "uint8";
}

/** What nested arrays hold, down to the fourth axis. */
type Element<T> = T extends readonly (infer A)[]
  ? A extends readonly (infer B)[]
    ? B extends readonly (infer C)[]
      ? C extends readonly (infer E)[]
        ? E
        : C
      : B
    : A
  : T;

/** The dtype that `tensor` gives data: float32 for numbers, bool for booleans, and that of a typed array. */
export type DataDType<T> = T extends { readonly [Symbol.toStringTag]: infer Name extends keyof ArrayDTypes }
  ? ArrayDTypes[Name]
  : [Element<T>] extends [number]
    ? "float32"
    : [Element<T>] extends [boolean]
      ? "bool"
      : DType;

/** What the shape of data becomes by the option `shape`. */
export type ShapedData<T, S extends Shape | undefined> = [S] extends [Shape]
  ? ReshapeShape<"tensor", DataShape<T>, S>
  : [S] extends [undefined]
    ? DataShape<T>
    : Shape;

/** One axis of literal length where that is known. */
export type Range<N extends number> = [IsSize<N> extends true ? N : number];
