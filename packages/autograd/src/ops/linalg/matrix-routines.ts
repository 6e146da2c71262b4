import type { DType } from "../../dtype.js";
import type { KernelInput } from "../../graph.js";
import type { LowerContext, Lowering } from "../../ir/lowering.js";
import type { RoutineFunction, RoutineOfFloats } from "../../ir/routine.js";
import { mapBroadcast } from "../../numbers/broadcast-loops.js";
import type { Floats, NumericArray } from "../../numbers/numeric-array.js";
import { type Shape, sameShape, sizeOf } from "../../shape.js";
import { batchOf, sidesOf } from "./matrices.js";

/** What functions of `numbers/` that take matrices one behind the other are given, by reference kernels and by compiled programs. */

/** An operand's elements, its matrices repeated to one for each of the batch. */
export function matricesOf({ data, shape }: KernelInput, batch: Shape): Floats {
  const stretched = [...batch, ...sidesOf(shape)];
  if (sameShape(shape, stretched)) return floats(data);
  const out = data instanceof Float64Array ? new Float64Array(sizeOf(stretched)) : new Float32Array(sizeOf(stretched));
  mapBroadcast((element) => element, [{ data, shape }], stretched, out);
  return out;
}

/** An operand's elements, which are floats. */
export function floats(data: NumericArray): Floats {
  if (data instanceof Float32Array || data instanceof Float64Array) return data;
  throw new Error("matrices hold floats");
}

/** The elements of packed factors, which are float64. */
export function float64s(data: NumericArray): Float64Array {
  if (data instanceof Float64Array) return data;
  throw new Error("packed factors are float64");
}

/** The routine for the elements of a dtype. */
export const routineFor = ({ Float32, Float64 }: RoutineOfFloats, dtype: DType): RoutineFunction =>
  dtype === "float64" ? Float64 : Float32;

/** How a function of matrices is compiled: a unit for each of the batch. */
export function lowerMatrices(
  routine: RoutineFunction,
  { inputs }: Pick<LowerContext, "inputs">,
  batch: Shape,
  {
    work,
    numbers,
    scratch = 0,
    operands = [...inputs.keys()],
  }: {
    readonly work: number;
    readonly numbers: readonly number[];
    readonly scratch?: number;
    readonly operands?: readonly number[];
  },
): Lowering {
  const stretched = operands.map((operand) => {
    const shape = inputs[operand]?.shape ?? [];
    return { operand, shape: sameShape(batchOf(shape), batch) ? undefined : [...batch, ...sidesOf(shape)] };
  });
  return { kind: "routine", routine, units: sizeOf(batch), work, numbers, scratch, operands: stretched };
}
