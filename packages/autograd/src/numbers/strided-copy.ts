import type { NumericArray } from "./numeric-array.js";

/** Elements of an array as a grid: the place of the first one, and how far neighbours along each axis lie apart. */
export interface StridedView {
  readonly data: NumericArray;
  readonly offset: number;
  /** May be 0 or negative. */
  readonly strides: readonly number[];
}

/** Rows shorter than this are copied in a loop: a call of `set` with its view costs more. */
const SHORT_ROW = 32;

/**
 * Copies a grid of `shape` elements from one view to another. Transposing, reversing, slicing and padding are all this, with other
 * strides. Axes along which both sides lie without gaps are taken as one.
 *
 * @example
 * // The transpose of a [2, 3] matrix:
 * copyStrided([3, 2], { data: x, offset: 0, strides: [1, 3] }, { data: out, offset: 0, strides: [2, 1] });
 */
export function copyStrided(shape: readonly number[], from: StridedView, to: StridedView): void {
  const axes = mergedAxes(shape, from.strides, to.strides);
  if (axes.some(({ side }) => side === 0)) return;
  const row = axes.pop() ?? { side: 1, source: 1, target: 1 };
  const rows = axes.reduce((count, { side }) => count * side, 1);
  const counter = new Array<number>(axes.length).fill(0);
  let source = from.offset;
  let target = to.offset;
  for (let r = 0; r < rows; r++) {
    copyRow(row, from.data, source, to.data, target);
    for (let k = axes.length - 1; k >= 0; k--) {
      const axis = axes[k]!;
      source += axis.source;
      target += axis.target;
      counter[k] = counter[k]! + 1;
      if (counter[k]! < axis.side) break;
      counter[k] = 0;
      source -= axis.side * axis.source;
      target -= axis.side * axis.target;
    }
  }
}

interface CopyAxis {
  readonly side: number;
  readonly source: number;
  readonly target: number;
}

function mergedAxes(shape: readonly number[], source: readonly number[], target: readonly number[]): CopyAxis[] {
  const axes: CopyAxis[] = [];
  for (let i = shape.length - 1; i >= 0; i--) {
    const outer = { side: shape[i]!, source: source[i]!, target: target[i]! };
    const inner = axes[0];
    if (outer.side === 1) continue;
    if (
      inner !== undefined &&
      outer.source === inner.side * inner.source &&
      outer.target === inner.side * inner.target
    ) {
      axes[0] = { side: outer.side * inner.side, source: inner.source, target: inner.target };
    } else axes.unshift(outer);
  }
  return axes;
}

function copyRow(
  { side, source, target }: CopyAxis,
  from: NumericArray,
  i0: number,
  to: NumericArray,
  j0: number,
): void {
  if (source === 1 && target === 1 && side >= SHORT_ROW) {
    to.set(from.subarray(i0, i0 + side), j0);
    return;
  }
  for (let n = 0, i = i0, j = j0; n < side; n++, i += source, j += target) to[j] = from[i]!;
}
