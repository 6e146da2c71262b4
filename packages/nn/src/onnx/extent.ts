/**
 * A side of a shape: a number, or so many for each example of a batch whose size is known when the model runs.
 */
export type Extent = number | { readonly perExample: number };

/** The sides of a value, outermost first. */
export type Extents = readonly Extent[];

/** Whether two sides are the same for every size of the batch. */
export const sameExtent = (a: Extent, b: Extent): boolean =>
  typeof a === "object" && typeof b === "object" ? a.perExample === b.perExample : a === b;

/** Whether two shapes are the same for every size of the batch. */
export const sameExtents = (a: Extents, b: Extents): boolean =>
  a.length === b.length && a.every((side, axis) => sameExtent(side, b[axis] ?? -1));

/** Whether a shape is the same for every size of the batch. */
export const isFixed = (shape: Extents): shape is readonly number[] => shape.every((side) => typeof side === "number");

/** The product of sides; undefined where it is no multiple of the batch. */
export function productOf(shape: Extents): Extent | undefined {
  let [count, batches] = [1, 0];
  for (const side of shape) {
    if (typeof side === "object") batches++;
    count *= typeof side === "object" ? side.perExample : side;
  }
  if (batches > 1) return undefined;
  return batches === 1 ? { perExample: count } : count;
}

/** The shape of operands that broadcast, which is known to exist. */
export function broadcastExtents(...shapes: readonly Extents[]): Extents {
  const rank = Math.max(...shapes.map(({ length }) => length));
  return Array.from({ length: rank }, (_, axis) => {
    const sides = shapes.map((shape) => shape[axis - rank + shape.length] ?? 1);
    return sides.find((side) => side !== 1) ?? 1;
  });
}

/** The side that is `first` for a batch of `firstBatch` and `second` for one of `secondBatch`; undefined where it is no multiple. */
export function extentOf(first: number, second: number, firstBatch: number, secondBatch: number): Extent | undefined {
  if (first === second) return first;
  const perExample = first / firstBatch;
  return Number.isInteger(perExample) && second === perExample * secondBatch ? { perExample } : undefined;
}

/** A side as files show it. */
export const showExtent = (side: Extent): number | string =>
  typeof side === "number" ? side : side.perExample === 1 ? "batch" : `batch * ${side.perExample}`;
