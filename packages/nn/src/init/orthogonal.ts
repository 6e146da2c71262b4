import { type Shape, ShapeError, type Tensor, tensor } from "@glissade/autograd";
import { checkNumber, showShape, sizeOf } from "../operand.js";
import { drawingOf, type RandomInitOptions } from "./drawing.js";

/** Options of `orthogonal`. */
export interface OrthogonalOptions extends RandomInitOptions {
  /** Default 1. */
  readonly gain?: number;
}

/**
 * A random orthogonal matrix times `gain`: with the trailing axes taken as one, rows (or columns, where there are fewer of them)
 * are orthonormal (A. M. Saxe, J. L. McClelland, S. Ganguli, "Exact solutions to the nonlinear dynamics of learning in deep
 * linear neural networks", 2014). Made on the spot with float64 numbers: it reads the numbers drawn, so it cannot stand in
 * `vmap`.
 *
 * @param shape At least two axes.
 * @throws ShapeError for fewer than two axes; ValueError where the gain is no finite number; DTypeError for a dtype that is no float.
 * @example
 * init.orthogonal([10, 784], { gain: init.gain("relu"), generator: generator(1) });
 */
export function orthogonal(shape: Shape, { gain: factor = 1, ...rest }: OrthogonalOptions = {}): Tensor {
  checkNumber("init.orthogonal", "gain", factor);
  if (shape.length < 2) {
    throw new ShapeError(
      `init.orthogonal: shape ${showShape(shape)} has fewer than two axes. Use uniform, normal or zeros.`,
    );
  }
  const { generator, dtype } = drawingOf("orthogonal", rest);
  const [rows = 0, ...others] = shape;
  const columns = sizeOf(others);
  const gaussian = generator.normal(shape, { dtype: "float64" }).data();
  // The vectors to make orthonormal: rows, or columns where there are fewer of them.
  const [count, length] = rows <= columns ? [rows, columns] : [columns, rows];
  const place = rows <= columns ? (v: number, i: number) => v * columns + i : (v: number, i: number) => i * columns + v;
  const vectors = Array.from({ length: count }, (_, v) =>
    Float64Array.from({ length }, (_, i) => gaussian[place(v, i)] ?? 0),
  );
  orthonormalize(vectors);
  const values = new Float64Array(rows * columns);
  for (const [v, vector] of vectors.entries())
    for (let i = 0; i < length; i++) values[place(v, i)] = factor * (vector[i] ?? 0);
  return tensor(values, { shape, dtype });
}

/**
 * Gram–Schmidt in place. Each vector is projected twice, which suffices for orthogonality to rounding (L. Giraud et al., "The
 * loss of orthogonality in the Gram–Schmidt orthogonalization process", 2005). The diagonal of R is positive, so that Gaussian
 * vectors give every orthogonal matrix the same chance (F. Mezzadri, "How to generate random matrices from the classical compact
 * groups", 2007).
 */
function orthonormalize(vectors: readonly Float64Array[]): void {
  for (const [v, vector] of vectors.entries()) {
    for (let pass = 0; pass < 2; pass++) {
      for (const earlier of vectors.slice(0, v)) addScaled(vector, earlier, -inner(vector, earlier));
    }
    const length = Math.sqrt(inner(vector, vector));
    for (let i = 0; i < vector.length; i++) vector[i] = (vector[i] ?? 0) / length;
  }
}

function inner(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] ?? 0) * (b[i] ?? 0);
  return sum;
}

function addScaled(a: Float64Array, b: Float64Array, scale: number): void {
  for (let i = 0; i < a.length; i++) a[i] = (a[i] ?? 0) + scale * (b[i] ?? 0);
}
