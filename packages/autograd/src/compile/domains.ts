import type { Shape } from "../shape.js";
import { sizeOf } from "../shape.js";

/** Fewer elements than this are not worth sharing out. */
const shareable = 8192;
/** About how many parts a long axis is cut into: enough for any number of threads, few enough to combine. */
const parts = 64;

/** The sizes of the loops over a value's elements: its sides without those of 1; a long single axis in parts. */
export function domainOf(shape: Shape): number[] {
  const sides = shape.filter((side) => side !== 1);
  const [only] = sides;
  if (sides.length !== 1 || only === undefined || only < shareable) return sides;
  const chunks = chunksOf(only, false);
  return chunks === undefined ? sides : [chunks, only / chunks];
}

/**
 * Into how many equal parts an axis is cut for a reduction, 2 to 256 of them; all its elements may be parts where each has further axes inside.
 * Undefined where its length has no such divisor.
 */
export function chunksOf(side: number, inner: boolean): number | undefined {
  if (inner && side >= 8 && side <= shareable) return side;
  for (let count = parts; count >= 2; count--) if (side % count === 0 && (count >= 8 || side < shareable)) return count;
  for (let count = parts + 1; count <= 4 * parts; count++) if (side % count === 0) return count;
  for (let count = 7; count >= 2; count--) if (side % count === 0) return count;
  return undefined;
}

/** The number of elements of loops. */
export const elementsOf = (sizes: readonly number[]): number => sizeOf(sizes);
