import { type Affine, coefficientOf } from "../ir/affine.js";

/** Neighbouring loop variables that every index walks as if they were one. */
export interface Group {
  /** The number of steps. */
  readonly size: number;
  /** The variable whose coefficients are the group's. */
  readonly variable: number;
}

/**
 * Joins loop variables `from` … `to` − 1 into as few groups as the indices allow: two neighbours are one where the outer one's coefficient is
 * the inner one's times its size, in every index.
 */
export function groupLoops(sizes: readonly number[], from: number, to: number, indices: readonly Affine[]): Group[] {
  const groups: Group[] = [];
  for (let variable = from; variable < to; variable++) {
    const size = sizes[variable] ?? 1;
    const last = groups[groups.length - 1];
    const joins =
      last !== undefined &&
      indices.every((index) => coefficientOf(index, last.variable) === coefficientOf(index, variable) * size);
    if (joins && last !== undefined) groups[groups.length - 1] = { size: last.size * size, variable };
    else groups.push({ size, variable });
  }
  return groups;
}
