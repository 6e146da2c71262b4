import { describeValue } from "../../convert.js";
import { ValueError } from "../../errors.js";
import { factorsQR } from "../../numbers/householder.js";
import { typedOperator } from "../../primitive.js";
import * as routines from "../../routines/householder.js";
import type { Tensor, TensorLike } from "../../tensor.js";
import type { Qr, QrOperator } from "../../types/linalg.js";
import { neg } from "../arithmetic.js";
import { lessEqual } from "../comparison.js";
import { diagonal, tril } from "../diagonal.js";
import { add, mul } from "../elementwise.js";
import { matmul } from "../matmul.js";
import { mT } from "../movement.js";
import { max, min } from "../reduce.js";
import { scratchFor } from "../routine-layout.js";
import { concatenate, padAxis, sliceAxis } from "../slice.js";
import { where } from "../where.js";
import { completed } from "./complement.js";
import { factorization, part } from "./factorization.js";
import { asMatrices, asMatrix, epsilonOf, sidesOf } from "./matrices.js";
import { drawBatch, drawMatrices } from "./samples.js";
import { cotangentTriangle, solveUpper } from "./triangular.js";

/** Q, and below it R, of matrices no wider than high: [..., m + n, n]. */
const qrFactors = factorization("qr", (m, n) => [m + n, n], factorsQR, {
  routines: routines.factorsQR,
  sides: 2,
  work: (m, n) => 8 * m * n * n,
  scratch: (m, n) => scratchFor(m * n, n, n),
});

// dA = (dQ + Q C(M)) R⁻ᵀ with M = R dRᵀ − dQᵀ Q, where C copies the lower triangle to the upper one (S. Walter & L.
// Lehmann, "Algorithmic differentiation of linear algebra functions", 2010; the form is that of M. Seeger et al.,
// "Auto-differentiating linear algebra", 2017).
const orthonormalOf: (a: Tensor, factors: Tensor) => Tensor = part(
  "qrOrthonormal",
  (m, n) => ({ start: 0, shape: [m, n] }),
  ({ inputs: [a, factors], output: q, cotangent }) => {
    const r = triangularOf(a, factors);
    const turned = neg(matmul(mT(cotangent), q));
    return [divideByTransposed(add(cotangent, matmul(q, lowerCopied(turned))), r), undefined];
  },
);

const triangularOf: (a: Tensor, factors: Tensor) => Tensor = part(
  "qrTriangular",
  (m, n) => ({ start: m * n, shape: [n, n] }),
  ({ inputs: [a, factors], output: r, cotangent }) => {
    const q = orthonormalOf(a, factors);
    return [
      divideByTransposed(matmul(q, lowerCopied(matmul(r, mT(cotangentTriangle(cotangent, true))))), r),
      undefined,
    ];
  },
);

const lowerCopied = (x: Tensor): Tensor => add(tril(x), mT(tril(x, { k: -1 })));

/** X R⁻ᵀ; NaN where an element of the diagonal of R cannot be told from 0. */
function divideByTransposed(x: Tensor, r: Tensor): Tensor {
  if (r.size === 0) return x;
  // None of them is negative.
  const pivots = diagonal(r, { axis1: -2, axis2: -1 });
  const tolerance = mul(max(pivots, { axis: -1 }), sidesOf(x.shape)[0] * epsilonOf(r.dtype));
  const isDeficient = lessEqual(min(pivots, { axis: -1 }), tolerance);
  return mT(solveUpper(where(asMatrices(isDeficient), Number.NaN, r), mT(x)));
}

const modes = ["reduced", "complete", "r"] as const;

/** Options of `linalg.qr`. */
export interface QrOptions {
  /** "reduced" (default): Q has k = min(m, n) columns; "complete": m; "r": Q is left out, and has none. */
  readonly mode?: (typeof modes)[number] | undefined;
}

/**
 * The QR factorisation A = Q R, orthonormal columns times an upper triangle, by Householder reflections (Golub & Van
 * Loan, Matrix Computations, 4th ed., §5.2) in float64.
 *
 * No element of the diagonal of R is negative, which makes the factors unique where the first min(m, n) columns of A
 * are independent. Where they are not, Q holds some orthonormal columns, and whatever is pulled back through the
 * factors is NaN: there is no derivative (a diagonal element of R below m ε times the greatest counts as 0). What
 * completes Q under "complete" is not determined by A: pulling back through it is an error. A matrix that holds NaN or
 * infinities gives NaN throughout.
 *
 * @param a [..., m, n].
 * @param options.mode Default "reduced".
 * @returns `{Q, R}`.
 * @throws ShapeError where `a` has fewer than two axes; ValueError for another mode.
 * @example
 * const { Q, R } = linalg.qr([[3], [4]]); // Q [[0.6], [0.8]], R [[5]]
 */
export const qr = typedOperator<QrOperator<QrOptions>>(
  "linalg.qr",
  (draw) => {
    const mode = draw.pick(["reduced", "reduced", "reduced", "complete", "r"] as const);
    return [drawMatrices(draw, drawBatch(draw), draw.side(3), draw.side(3)), { mode }];
  },
  (a: TensorLike, { mode = "reduced" }: QrOptions = {}): Qr => {
    if (!modes.includes(mode)) {
      throw new ValueError(`linalg.qr: mode is ${describeValue(mode)}; use one of ${modes.join(", ")}.`);
    }
    const matrix = asMatrix("linalg.qr", a);
    const { Q, R } = reduced(matrix);
    if (mode === "r") return { Q: sliceAxis(Q, Q.rank - 1, 0, 0), R };
    if (mode === "reduced") return { Q, R };
    const [m, k] = sidesOf(Q.shape);
    return { Q: completed(Q), R: padAxis(R, R.rank - 2, 0, m - k) };
  },
);

function reduced(a: Tensor): Qr {
  const [m, n] = sidesOf(a.shape);
  const columns = a.rank - 1;
  const square = m < n ? sliceAxis(a, columns, 0, m) : a;
  const factors = qrFactors(square);
  const Q = orthonormalOf(square, factors);
  const R = triangularOf(square, factors);
  // The columns beyond the square are what Q leaves of them.
  return m < n ? { Q, R: concatenate([R, matmul(mT(Q), sliceAxis(a, columns, m, n))], columns) } : { Q, R };
}
