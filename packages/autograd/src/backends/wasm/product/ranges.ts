import type { FunctionWriter } from "../encoder.js";
import { op } from "../opcodes.js";

/** target = min(local, bound), of numbers ≥ 0. */
export function least(w: FunctionWriter, target: number, local: number, bound: number): void {
  w.get(local).i32(bound).get(local).i32(bound).op(op.i32LtU).op(op.select).set(target);
}

/** For (index from the local `from` by `unit`) body(index, unit); then what is left at the matrix's edge, `edge` rows or columns. */
export function overTiles(
  w: FunctionWriter,
  from: number,
  to: number,
  unit: number,
  edge: number,
  body: (index: number, count: number) => void,
): void {
  const index = w.local("i32");
  w.get(from).set(index);
  w.block(() =>
    w.loop(() => {
      w.get(index).i32(unit).op(op.i32Add).get(to).op(op.i32GtU).brIf(1);
      body(index, unit);
      w.get(index).i32(unit).op(op.i32Add).set(index).br(0);
    }),
  );
  if (edge > 0) {
    w.get(index)
      .get(to)
      .op(op.i32LtU)
      .if(() => body(index, edge));
  }
  w.release(index);
}

/** For (from the local `first` by `unit`) body(from, the lesser of from + unit and `last`). */
export function inBlocks(
  w: FunctionWriter,
  first: number,
  last: number,
  unit: number,
  body: (from: number, to: number) => void,
): void {
  const [from, to] = [w.local("i32"), w.local("i32")];
  w.get(first).set(from);
  w.loop(() => {
    w.get(from).i32(unit).op(op.i32Add).tee(to);
    w.get(last).get(to).get(last).op(op.i32LtU).op(op.select).set(to);
    body(from, to);
    w.get(to).tee(from).get(last).op(op.i32LtU).brIf(0);
  });
  w.release(from);
  w.release(to);
}

/** Adds the offset in bytes of the matrix of a number, counted row-major over the batch axes, to the address on the stack. */
export function addBatchOffset(
  w: FunctionWriter,
  matrix: number,
  sizes: readonly number[],
  strides: readonly number[],
  bytes: number,
): void {
  let inside = sizes.reduce((product, size) => product * size, 1);
  for (const [axis, size] of sizes.entries()) {
    inside /= size;
    const stride = strides[axis] ?? 0;
    if (stride === 0 || size === 1) continue;
    w.get(matrix).i32(inside).op(op.i32DivU).i32(size).op(op.i32RemU);
    w.i32(stride * bytes)
      .op(op.i32Mul)
      .op(op.i32Add);
  }
}
