import type { DType, Storage } from "./dtype.js";
import { type Shape, showShape, sizeOf } from "./shape.js";

/** Sides longer than this are shown by their first and last three elements. */
const longestShown = 8;
const edge = 3;

/** A tensor in words: `Tensor<[2, 2], float32> [[1, 2], [3, 4]]`; without `data`, only shape and dtype. */
export function formatTensor(shape: Shape, dtype: DType, data: Storage | undefined): string {
  const head = `Tensor<${showShape(shape)}, ${dtype}>`;
  if (data === undefined) return `${head} (no value inside this transform)`;
  return `${head} ${formatAxis(data, shape, dtype, 0, 0)}`;
}

function formatAxis(data: Storage, shape: Shape, dtype: DType, axis: number, start: number): string {
  if (axis === shape.length) return formatElement(data[start] ?? Number.NaN, dtype);
  const side = shape[axis] ?? 0;
  const stride = sizeOf(shape.slice(axis + 1));
  const item = (i: number): string => formatAxis(data, shape, dtype, axis + 1, start + i * stride);
  const items =
    side <= longestShown
      ? Array.from({ length: side }, (_, i) => item(i))
      : [
          ...Array.from({ length: edge }, (_, i) => item(i)),
          "…",
          ...Array.from({ length: edge }, (_, i) => item(side - edge + i)),
        ];
  const innermost = axis === shape.length - 1;
  return `[${items.join(innermost ? ", " : `,\n${" ".repeat(axis + 1)}`)}]`;
}

/** Six significant digits, as NumPy and PyTorch do by default or nearly so. */
function formatElement(value: number, dtype: DType): string {
  if (dtype === "bool") return value === 0 ? "false" : "true";
  if (Object.is(value, -0)) return "-0";
  return Number.isInteger(value) && Math.abs(value) < 1e15 ? String(value) : String(Number(value.toPrecision(6)));
}
