/** Linear algebra: operators on the matrices in the last two axes; the axes before them are a batch. */
export { type CholeskyOptions, cholesky, choleskySolve } from "./cholesky.js";
export { det, type SignAndLogDet, slogdet } from "./determinant.js";
export { type Eigh, eigh, eigvalsh } from "./eigh.js";
export { expm, matrixPower } from "./expm.js";
export { type LeastSquares, lstsq, pinv, type RankOptions } from "./least-squares.js";
export { type CondOptions, cond, type MatrixNormOptions, type MatrixNormOrder, matrixNorm } from "./matrix-norm.js";
export { type Qr, type QrOptions, qr } from "./qr.js";
export { inv, type SolveOptions, solve } from "./solve.js";
export { type Svd, type SvdOptions, svd, svdvals } from "./svd.js";
export { type TriangularSolveOptions, triangularSolve } from "./triangular.js";
