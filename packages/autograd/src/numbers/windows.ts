import type { NumericArray } from "./numeric-array.js";

/** How windows slide over axes: along axis a, tap k of window o is element o · stride + k · dilation − low of what is windowed. */
export interface WindowGeometry {
  /** Taps along each axis. */
  readonly kernel: readonly number[];
  readonly stride: readonly number[];
  /** Zeros before and after each axis; negative widths cut elements off. */
  readonly padding: readonly (readonly [number, number])[];
  readonly dilation: readonly number[];
}

/** How many windows fit along each axis of an operand; 0 or less where none does. */
export const windowCounts = (
  sides: readonly number[],
  { kernel, stride, padding, dilation }: WindowGeometry,
): number[] =>
  sides.map((side, a) => {
    const [low, high] = padding[a]!;
    const reach = dilation[a]! * (kernel[a]! - 1) + 1;
    return Math.floor((side + low + high - reach) / stride[a]!) + 1;
  });

/**
 * Where each tap of each window lies in the flattened operand, or −1 where it lies in the padding: [...kernel, ...windows], row-major.
 *
 * @example
 * windowPlaces([3], [2], { kernel: [2], stride: [1], padding: [[0, 0]], dilation: [1] }); // [0, 1, 1, 2]
 */
export function windowPlaces(
  sides: readonly number[],
  counts: readonly number[],
  { kernel, stride, padding, dilation }: WindowGeometry,
): Int32Array {
  let places = Int32Array.of(0);
  let [taps, windows] = [1, 1];
  for (const [a, side] of sides.entries()) {
    const [width, count] = [kernel[a]!, counts[a]!];
    const next = new Int32Array(taps * width * windows * count);
    for (let n = 0, t = 0; t < taps; t++) {
      for (let k = 0; k < width; k++) {
        for (let w = 0; w < windows; w++) {
          const outer = places[t * windows + w]!;
          for (let o = 0; o < count; o++, n++) {
            const at = o * stride[a]! + k * dilation[a]! - padding[a]![0];
            next[n] = outer < 0 || at < 0 || at >= side ? -1 : outer * side + at;
          }
        }
      }
    }
    places = next;
    taps *= width;
    windows *= count;
  }
  return places;
}

/** Writes the elements at `places` of each of `planes` planes to `out`, plane after plane; zeros where a place is −1. */
export function gatherWindows(
  x: NumericArray,
  offset: number,
  planes: number,
  size: number,
  places: Int32Array,
  out: NumericArray,
): void {
  for (let c = 0, n = 0; c < planes; c++) {
    const plane = offset + c * size;
    for (let i = 0; i < places.length; i++, n++) {
      const place = places[i]!;
      out[n] = place < 0 ? 0 : x[plane + place]!;
    }
  }
}

/** The transpose of `gatherWindows`: adds the elements of `windows`, plane after plane, to `sums` at their places. */
export function scatterWindows(
  windows: NumericArray,
  offset: number,
  planes: number,
  size: number,
  places: Int32Array,
  sums: NumericArray,
): void {
  for (let c = 0, n = offset; c < planes; c++) {
    const plane = c * size;
    for (let i = 0; i < places.length; i++, n++) {
      const place = places[i]!;
      if (place >= 0) sums[plane + place] = sums[plane + place]! + windows[n]!;
    }
  }
}
