import { add, type Generator, mul, square, sub, type Tensor, type TensorLike } from "@glissade/autograd";

/** Points of the plane: x and y of the same shape. */
export type Points = { readonly x: Tensor; readonly y: Tensor };

/** A function of the plane with what a race needs to know of it. */
export interface Landscape {
  readonly name: string;
  readonly subtitle: string;
  /** The heights at some points; where the landscape is noisy, as one sample of the noise shows them. */
  readonly height: (points: Points, noise?: Points) => Tensor;
  /** Whether `height` takes noise: normal numbers, new ones for each evaluation. */
  readonly noisy: boolean;
  readonly start: readonly [number, number];
  /** All minima, of height 0. */
  readonly minima: readonly (readonly [number, number])[];
  /** What is drawn. */
  readonly x: readonly [number, number];
  readonly y: readonly [number, number];
}

/** How far the noise of the ravine goes. */
const spread = 0.4;

/** Rosenbrock 1960, Beale 1958 and Himmelblau 1972, and a ravine a hundred times steeper across than along. */
export const landscapes: readonly Landscape[] = [
  {
    name: "Rosenbrock",
    subtitle: "(1 − x)² + 100 (y − x²)²: a bent valley",
    height({ x, y }) {
      return add(square(sub(1, x)), mul(100, square(sub(y, square(x)))));
    },
    noisy: false,
    start: [-1.2, 1],
    minima: [[1, 1]],
    x: [-1.6, 1.5],
    y: [-0.6, 1.7],
  },
  {
    name: "Beale",
    subtitle: "Σ (cᵢ − x + x yⁱ)²: plateaus and steep corners",
    height({ x, y }) {
      const term = (c: number, power: Tensor): Tensor => square(add(sub(c, x), mul(x, power)));
      return add(add(term(1.5, y), term(2.25, square(y))), term(2.625, mul(y, square(y))));
    },
    noisy: false,
    start: [1, 1],
    minima: [[3, 0.5]],
    x: [0.2, 4],
    y: [-1, 1.6],
  },
  {
    name: "Himmelblau",
    subtitle: "(x² + y − 11)² + (x + y² − 7)²: four minima",
    height({ x, y }) {
      return add(square(sub(add(square(x), y), 11)), square(sub(add(x, square(y)), 7)));
    },
    noisy: false,
    start: [-0.4, -0.8],
    minima: [
      [3, 2],
      [-2.805118086952745, 3.131312518250573],
      [-3.779310253377747, -3.283185991286169],
      [3.584428340330492, -1.848126526964404],
    ],
    x: [-5, 5],
    y: [-5, 5],
  },
  {
    name: "Noisy ravine",
    subtitle: "100 times steeper across than along; each evaluation sees other slopes, as those of a minibatch",
    height({ x, y }, noise) {
      const [along, across] = [mul(Math.SQRT1_2, add(x, y)), mul(Math.SQRT1_2, sub(y, x))];
      const steepness = (usual: number, sample: Tensor | undefined): TensorLike =>
        sample === undefined ? usual : mul(usual, add(1, mul(spread, sample)));
      const [a, b] = [mul(steepness(1, noise?.x), square(along)), mul(steepness(100, noise?.y), square(across))];
      return mul(0.5, add(a, b));
    },
    noisy: true,
    start: [-2.2, -0.9],
    minima: [[0, 0]],
    x: [-2.6, 1],
    y: [-2, 0.8],
  },
];

/** The noise of one evaluation, where there is any. */
export function noiseOf({ noisy }: Landscape, random: Generator): Points | undefined {
  const draw = (): Tensor => random.normal([], { dtype: "float64" });
  return noisy ? { x: draw(), y: draw() } : undefined;
}
