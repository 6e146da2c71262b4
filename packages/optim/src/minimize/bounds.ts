import { ValueError } from "@glissade/autograd";
import { type Routine, readAll } from "../roads/drive.js";
import { matchingLeaves, placeOf, type TensorTree } from "../tree.js";
import type { Vector } from "./vector.js";

/** A box: lower ≤ x ≤ upper, number by number. A side that is not given is open; a number bounds every number of x. */
export interface Bounds<T> {
  readonly lower?: T | number;
  readonly upper?: T | number;
}

/** A box around flat vectors; infinite where it is open. */
export interface Box {
  readonly lower: Vector;
  readonly upper: Vector;
}

function* side(operator: string, name: string, tree: TensorTree, bound: unknown, size: number): Routine<Vector> {
  if (typeof bound === "number") return new Float64Array(size).fill(bound);
  const leaves = matchingLeaves(operator, name, bound, { name: "x0", ...tree });
  const flat = new Float64Array(size);
  let offset = 0;
  for (const leaf of leaves) {
    const values = yield* readAll(leaf);
    flat.set(values, offset);
    offset += values.length;
  }
  return flat;
}

/**
 * The box of `bounds`, and the check that x0 lies in it.
 *
 * @throws ValueError where a bound is NaN, the sides cross, x0 lies outside or a bound is no tree like x0; ShapeError and DTypeError
 * where a leaf differs in form.
 */
export function* boxOf<T>(operator: string, { lower, upper }: Bounds<T>, tree: TensorTree, x0: Vector): Routine<Box> {
  const box: Box = {
    lower: yield* side(operator, "bounds.lower", tree, lower ?? Number.NEGATIVE_INFINITY, x0.length),
    upper: yield* side(operator, "bounds.upper", tree, upper ?? Number.POSITIVE_INFINITY, x0.length),
  };
  for (const [i, start] of x0.entries()) {
    const [least, most] = [box.lower[i] ?? Number.NaN, box.upper[i] ?? Number.NaN];
    if (least <= start && start <= most) continue;
    const place = placeName(tree, i);
    throw new ValueError(
      least <= most
        ? `${operator}: ${place} is ${start}, outside its bounds [${least}, ${most}]. Start inside.`
        : `${operator}: the bounds of ${place} are [${least}, ${most}]. The lower one must not exceed the upper one.`,
    );
  }
  return box;
}

/** Where the i-th number of x0 stands: `x0 at w[1, 2]`. */
function placeName({ forms }: TensorTree, i: number): string {
  let rest = i;
  for (const { path, shape } of forms) {
    const size = shape.reduce((product, length) => product * length, 1);
    if (rest < size) {
      const indices = shape.map((_, axis) => {
        const stride = shape.slice(axis + 1).reduce((product, length) => product * length, 1);
        return Math.floor(rest / stride) % (shape[axis] ?? 1);
      });
      return placeOf("x0", path) + (shape.length === 0 ? "" : `[${indices.join(", ")}]`);
    }
    rest -= size;
  }
  return "x0";
}

/** The nearest place in the box. */
export const clampTo = ({ lower, upper }: Box, x: Vector): Vector =>
  x.map((value, i) => Math.min(Math.max(value, lower[i] ?? value), upper[i] ?? value));
