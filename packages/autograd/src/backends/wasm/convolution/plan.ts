import type { ConvolutionKernel } from "../../../compile/kernel.js";
import { elementCodes, type ProductType } from "../product/element.js";

/** How a convolution is computed: tiles of rows × columns, of which threads share out the units. */
export interface ConvolutionPlan {
  readonly dtype: ProductType;
  readonly rows: number;
  readonly columns: number;
  /** Rows of the product: features of a group, or its taps in all channels. */
  readonly m: number;
  /** Of `result`: neighbouring windows that are a unit; of `weights`: features that are packed at a time. */
  readonly block: number;
  /** Of `result`: rows of weights that are packed at a time. */
  readonly packedRows: number;
  readonly scratchBytes: number;
  readonly units: number;
}

/** Bytes that are packed at a time: they stay in the second-level cache. */
const packedBytes = 192 * 1024;

const even = (size: number, most: number): number => Math.ceil(size / Math.ceil(size / most));
const inLines = (bytes: number): number => Math.ceil(bytes / 64) * 64;

/** Chooses from sizes alone. */
export function planConvolution({ layout, out, depth }: ConvolutionKernel, fma: boolean): ConvolutionPlan {
  const { of, images, groups, features, run, tapOffsets, windowOffsets } = layout;
  const dtype = out.dtype === "float64" ? "float64" : "float32";
  const { lanes, bytes, fma: fused } = elementCodes(dtype, fma);
  const tallest = fused === undefined ? 5 : 6;
  const fitting = (unit: number, size: number): number => {
    const most = Math.max(unit, Math.floor(packedBytes / (depth * bytes * unit)) * unit);
    return Math.min(most, Math.ceil(size / unit) * unit);
  };
  if (of === "result") {
    const rows = even(features, tallest);
    const wide = rows === 1 ? 6 : rows === 2 ? 4 : rows === 3 ? 3 : 2;
    const columns = Math.min(wide, Math.ceil(run / lanes)) * lanes;
    const block = Math.min(run, 8 * columns);
    const packedRows = fitting(rows, features);
    const units = groups * images * (windowOffsets.length / run) * Math.ceil(run / block);
    return {
      dtype,
      rows,
      columns,
      m: features,
      block,
      packedRows,
      scratchBytes: inLines(packedRows * depth * bytes),
      units,
    };
  }
  const columns = (features <= lanes ? 1 : 2) * lanes;
  const m = tapOffsets.length;
  const rows = even(m, tallest);
  const block = fitting(columns, features);
  const units = groups * Math.ceil(m / rows);
  return { dtype, rows, columns, m, block, packedRows: 0, scratchBytes: inLines(block * depth * bytes), units };
}
