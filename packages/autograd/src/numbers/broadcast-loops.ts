import type { NumericArray } from "./numeric-array.js";

/** An operand of an elementwise loop: its elements in row-major order, and its shape. */
export interface LoopOperand {
  readonly data: NumericArray;
  readonly shape: readonly number[];
}

/** A function of as many numbers as there are operands. */
export type ScalarFunction = (...x: number[]) => number;

/**
 * out[i] = f(a[i], b[i], …), every operand broadcast to `shape`. Rows along the last axis run in one loop with a stride of 0 or 1 an
 * operand; the axes before it are counted like an odometer.
 *
 * @example
 * mapBroadcast(Math.max, [{ data: a, shape: [2, 3] }, { data: b, shape: [3] }], [2, 3], out);
 */
export function mapBroadcast(
  f: ScalarFunction,
  operands: readonly LoopOperand[],
  shape: readonly number[],
  out: NumericArray,
): void {
  if (out.length === 0) return;
  // Operands of the result's size lie as the result does: broadcasting can only have added axes of one element.
  const flat = operands.every(({ data }) => data.length === out.length || data.length === 1);
  if (flat) {
    mapRow(f, operands, operands.map(zero), operands.map(flatStep), out, 0, out.length);
    return;
  }
  const rowLength = shape[shape.length - 1] ?? 1;
  const outer = shape.slice(0, -1);
  const strides = operands.map((operand) => broadcastStrides(operand.shape, shape));
  const steps = strides.map((own) => own[shape.length - 1] ?? 0);
  const offsets = operands.map(zero);
  const counter = outer.map(zero);
  for (let start = 0; start < out.length; start += rowLength) {
    mapRow(f, operands, offsets, steps, out, start, rowLength);
    advance(counter, outer, offsets, strides);
  }
}

const zero = (): number => 0;
const flatStep = ({ data }: LoopOperand): number => (data.length === 1 ? 0 : 1);

/** Strides of an operand along the axes of the result: 0 where it is stretched. */
export function broadcastStrides(own: readonly number[], shape: readonly number[]): number[] {
  const strides = new Array<number>(shape.length).fill(0);
  let stride = 1;
  for (let i = 1; i <= own.length; i++) {
    const side = own[own.length - i] ?? 1;
    strides[shape.length - i] = side === 1 ? 0 : stride;
    stride *= side;
  }
  return strides;
}

/** Moves the offsets on by one row: the last outer axis turns fastest. */
function advance(counter: number[], outer: readonly number[], offsets: number[], strides: readonly number[][]): void {
  for (let axis = outer.length - 1; axis >= 0; axis--) {
    const count = (counter[axis] ?? 0) + 1;
    const wraps = count === outer[axis];
    counter[axis] = wraps ? 0 : count;
    const moved = wraps ? 1 - count : 1;
    for (let k = 0; k < offsets.length; k++) offsets[k] = (offsets[k] ?? 0) + moved * (strides[k]?.[axis] ?? 0);
    if (!wraps) return;
  }
}

function mapRow(
  f: ScalarFunction,
  operands: readonly LoopOperand[],
  offsets: readonly number[],
  steps: readonly number[],
  out: NumericArray,
  start: number,
  length: number,
): void {
  const [a, b, c] = operands;
  const [i0 = 0, j0 = 0, k0 = 0] = offsets;
  const [di = 0, dj = 0, dk = 0] = steps;
  if (operands.length === 1 && a !== undefined) mapUnary(f, a.data, i0, di, out, start, length);
  else if (operands.length === 2 && a !== undefined && b !== undefined)
    mapBinary(f, a.data, i0, di, b.data, j0, dj, out, start, length);
  else if (operands.length === 3 && a !== undefined && b !== undefined && c !== undefined) {
    for (let n = 0, i = i0, j = j0, k = k0; n < length; n++, i += di, j += dj, k += dk)
      out[start + n] = f(a.data[i] as number, b.data[j] as number, c.data[k] as number);
  } else {
    for (let n = 0; n < length; n++) {
      out[start + n] = f(...operands.map(({ data }, k) => data[(offsets[k] ?? 0) + n * (steps[k] ?? 0)] ?? Number.NaN));
    }
  }
}

function mapUnary(
  f: ScalarFunction,
  a: NumericArray,
  i0: number,
  di: number,
  out: NumericArray,
  start: number,
  length: number,
): void {
  for (let n = 0, i = i0; n < length; n++, i += di) out[start + n] = f(a[i] as number);
}

function mapBinary(
  f: ScalarFunction,
  a: NumericArray,
  i0: number,
  di: number,
  b: NumericArray,
  j0: number,
  dj: number,
  out: NumericArray,
  start: number,
  length: number,
): void {
  for (let n = 0, i = i0, j = j0; n < length; n++, i += di, j += dj) out[start + n] = f(a[i] as number, b[j] as number);
}
