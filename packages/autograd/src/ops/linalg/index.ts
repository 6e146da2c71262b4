/** Linear algebra: operators on the matrices in the last two axes; the axes before them are a batch. */
export type { Eigh, Qr, SignAndLogDet, Svd } from "../../types/linalg.js";
export type { LeastSquares } from "../../types/linear-systems.js";
export { type CholeskyOptions, cholesky, choleskySolve } from "./cholesky.js";
export { det, slogdet } from "./determinant.js";
export { eigh, eigvalsh } from "./eigh.js";
export { expm, matrixPower } from "./expm.js";
export { lstsq, pinv, type RankOptions } from "./least-squares.js";
export { type CondOptions, cond, type MatrixNormOptions, type MatrixNormOrder, matrixNorm } from "./matrix-norm.js";
export { type QrOptions, qr } from "./qr.js";
export { inv, type SolveOptions, solve } from "./solve.js";
export { type SvdOptions, svd, svdvals } from "./svd.js";
export { type TriangularSolveOptions, triangularSolve } from "./triangular.js";
