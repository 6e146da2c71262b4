import type { DType } from "../dtype.js";
import type { NumericArray } from "../numbers/numeric-array.js";
import type { Shape } from "../shape.js";
import type { NestedData } from "../tensor.js";
import type { Known } from "./any-shape.js";
import type { Add, IsSize, Subtract } from "./arithmetic.js";
import type { Less } from "./cut.js";
import type { ReshapeShape } from "./reshape.js";
import type { DivideBySteps } from "./windows.js";

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
  ? ReshapeShape<"tensor", DataShape<T>, Known<S>>
  : [S] extends [undefined]
    ? DataShape<T>
    : Shape;

/** Whether a number is written as a whole one; `boolean` where it is not literal. */
type IsWhole<N extends number> = number extends N
  ? boolean
  : `${N}` extends `${string}${"." | "e-"}${string}`
    ? false
    : true;

/** The dtype of evenly spaced numbers: int32 where all that they are made of are whole. */
export type StepsDType<Start extends number, Stop extends number, Step extends number> = false extends
  | (boolean extends IsWhole<Start> ? true : IsWhole<Start>)
  | (boolean extends IsWhole<Stop> ? true : IsWhole<Stop>)
  | (boolean extends IsWhole<Step> ? true : IsWhole<Step>)
  ? "float32"
  : number extends Start | Stop | Step
    ? DType
    : "int32";

/** How many steps there are from start to stop; `number` for what is not counted in whole steps upwards. */
export type StepCount<Start extends number, Stop extends number, Step extends number> =
  IsSize<Step> extends true
    ? Less<Stop, Start> extends infer Length extends number
      ? number extends Length
        ? number
        : [Step] extends [0]
          ? number
          : DivideBySteps<Add<Length, Extract<Subtract<Step, 1>, number>>, Step>
      : number
    : number;
