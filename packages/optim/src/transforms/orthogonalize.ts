import {
  add,
  div,
  jit,
  matmul,
  maximum,
  mT,
  mul,
  ShapeError,
  sqrt,
  square,
  sum,
  type Tensor,
  ValueError,
} from "@glissade/autograd";
import { finite, positive, wholeNumber } from "../arguments.js";
import { mapTrees, placeOf, tensorTree } from "../tree.js";
import type { GradientTransform, NoState } from "./transform.js";

/** Options of `orthogonalize`. */
export interface OrthogonalizeOptions {
  /** How many Newton–Schulz steps, 1 … 99; default 5. */
  readonly steps?: number;
  /** The coefficients a, b, c of X ← a X + (b A + c A²) X with A = X Xᵀ; default [3.4445, −4.775, 2.0315]. */
  readonly coefficients?: readonly [number, number, number];
  /** The least norm that a matrix is divided by, above 0; default 10⁻⁷. */
  readonly eps?: number;
  /**
   * What the result is multiplied by: `"original"` √max(1, rows / columns), `"matchRmsAdamw"` 0.2 √max(rows, columns), which keeps rates and decays
   * tuned for AdamW (Liu et al., Muon is scalable for LLM training, 2025); default `"original"`.
   */
  readonly adjust?: "original" | "matchRmsAdamw";
}

/**
 * Replaces each matrix by one with the same singular vectors and singular values near 1, by Newton–Schulz steps of a quintic (Jordan, Muon: an
 * optimizer for hidden layers in neural networks, 2024). As in PyTorch's `Muon` the singular values come out between about 0.5 and 1.5; unlike there,
 * which computes in bfloat16, the matrix's own dtype is used.
 *
 * @param options.steps Default 5.
 * @param options.coefficients Default [3.4445, −4.775, 2.0315].
 * @param options.eps Default 10⁻⁷.
 * @param options.adjust Default "original".
 * @throws ValueError for numbers out of range; ShapeError (from `init` and `update`) for a leaf that is no matrix.
 * @example
 * const rule = chain(trace({ momentum: 0.95, nesterov: true }), orthogonalize(), scale(-0.02));
 */
export function orthogonalize(options: OrthogonalizeOptions = {}): GradientTransform<NoState> {
  const { steps = 5, coefficients = [3.4445, -4.775, 2.0315], eps = 1e-7, adjust = "original" } = options;
  if (wholeNumber("orthogonalize", "steps", steps, 1) > 99) {
    throw new ValueError(`orthogonalize: steps must be at most 99, not ${steps}.`);
  }
  for (const [i, coefficient] of coefficients.entries()) finite("orthogonalize", `coefficients[${i}]`, coefficient);
  positive("orthogonalize", "eps", eps);
  if (adjust !== "original" && adjust !== "matchRmsAdamw") {
    throw new ValueError(`orthogonalize: adjust must be "original" or "matchRmsAdamw", not ${String(adjust)}.`);
  }
  // Compiled also where the step is not, so that a step has the same bits inside jit and outside: a compiled product rounds once per term.
  const orthogonal = jit((matrix: Tensor) => newtonSchulz(matrix, steps, coefficients, eps));
  return {
    init(params) {
      for (const { path, shape } of tensorTree("orthogonalize", "params", params).forms) checkMatrix(path, shape);
      return [];
    },
    update: (gradients) => [
      mapTrees("orthogonalize", ["gradients", gradients], {}, (gradient) => {
        checkMatrix("", gradient.shape);
        const [rows = 1, columns = 1] = gradient.shape;
        const factor =
          adjust === "original" ? Math.sqrt(Math.max(1, rows / columns)) : 0.2 * Math.sqrt(Math.max(rows, columns));
        const [wide, back] = rows > columns ? [mT(gradient), mT] : [gradient, (x: Tensor) => x];
        return mul(factor, back(orthogonal(wide)));
      }),
      [],
    ],
  };
}

function checkMatrix(path: string, shape: readonly number[]): void {
  if (shape.length === 2) return;
  throw new ShapeError(
    `orthogonalize: ${placeOf("the parameter", path)} has shape [${shape.join(", ")}], and only matrices can be orthogonalised. ` +
      "Give the others to another stepper, such as adamw.",
  );
}

function newtonSchulz(
  matrix: Tensor,
  steps: number,
  [a, b, c]: readonly [number, number, number],
  eps: number,
): Tensor {
  // The Frobenius norm is at least the spectral norm, which has to be at most 1.
  let x = div(matrix, maximum(sqrt(sum(square(matrix))), eps));
  for (let step = 0; step < steps; step++) {
    const gram = matmul(x, mT(x));
    x = add(mul(a, x), matmul(add(mul(b, gram), mul(c, matmul(gram, gram))), x));
  }
  return x;
}
