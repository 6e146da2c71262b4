import type { Correct, Faulty } from "./shape-snippets.js";

/** Linear algebra, and what takes parts of matrices or makes them; `n`, `anything` and `rows` as in shape-snippets.ts. */

const t = (shape: string, dtype = "float32"): string => `Tensor<[${shape}], "${dtype}">`;
const outOfRange = (name: string, axis: number, shape: string): string =>
  `${name}: axis ${axis} is out of range for rank ${shape.split(",").length}: [${shape}]`;
const noMatrix = (name: string, shape: string): string => `${name}: [${shape}] is no matrix or batch of matrices`;
const notSquare = (name: string): string => `${name}: the matrices of [5, 2, 3] are not square (2 ≠ 3)`;
const unfit = (name: string, b: string): string =>
  `${name}: a matrix of shape [3, 3] and a right-hand side of shape [${b}] do not fit; it needs [..., 3, k], or vectors [3]`;

const square = ["inv", "expm", "cholesky", "det", "slogdet", "eigh", "eigvalsh"];
const anyMatrix = ["qr", "svd", "svdvals", "pinv", "matrixNorm", "cond"];
const solvers = ["solve", "triangularSolve", "choleskySolve"];

/** Calls that fit. */
export const correctAlgebra: readonly Correct[] = [
  ...["inv", "expm", "cholesky"].map((name): Correct => [`linalg.${name}(eye(3))`, t("3, 3")]),
  ["linalg.inv(zeros([5, 3, 3], { dtype: 'float64' }))", t("5, 3, 3", "float64")],
  ["linalg.inv(zeros([3, 3], { dtype: 'int32' }))", t("3, 3")],
  ["linalg.inv(zeros([n, n]))", t("number, number")],
  ["linalg.cholesky(eye(2), { upper: true })", t("2, 2")],
  ["linalg.matrixPower(eye(3), 2)", t("3, 3")],
  ["linalg.det(zeros([5, 3, 3]))", t("5")],
  ["linalg.slogdet(zeros([5, 3, 3])).logabsdet", t("5")],
  ["linalg.slogdet(eye(3)).sign", t("")],
  ["linalg.eigh(zeros([5, 3, 3])).eigenvalues", t("5, 3")],
  ["linalg.eigh(zeros([5, 3, 3])).eigenvectors", t("5, 3, 3")],
  ["linalg.eigvalsh(eye(3))", t("3")],
  ["linalg.qr(zeros([5, 3, 2])).Q", t("5, 3, 2")],
  ["linalg.qr(zeros([2, 3])).R", t("2, 3")],
  ["linalg.qr(zeros([3, 2]), { mode: 'complete' }).Q", t("3, 3")],
  ["linalg.qr(zeros([3, 2]), { mode: 'complete' }).R", t("3, 2")],
  ["linalg.qr(zeros([3, 2]), { mode: 'r' }).Q", t("3, 0")],
  ["linalg.svd(zeros([3, 2])).U", t("3, 3")],
  ["linalg.svd(zeros([3, 2])).S", t("2")],
  ["linalg.svd(zeros([5, 2, 3])).Vh", t("5, 3, 3")],
  ["linalg.svd(zeros([3, 2]), { fullMatrices: false }).U", t("3, 2")],
  ["linalg.svd(zeros([2, 3]), { fullMatrices: false }).Vh", t("2, 3")],
  ["linalg.svd(zeros([2, 3]), { fullMatrices: n > 3 }).U", t("2, number")],
  ["linalg.svdvals(zeros([5, 2, 3]))", t("5, 2")],
  ["linalg.pinv(zeros([5, 2, 3]), { rtol: 1e-3 })", t("5, 3, 2")],
  ["linalg.matrixNorm(zeros([5, 2, 3]))", t("5")],
  ["linalg.matrixNorm(zeros([5, 2, 3]), { ord: 1, axis: [0, 1], keepDims: true })", t("1, 1, 3")],
  ["linalg.cond(ones([2, 3]))", t("")],
  ["linalg.cond(ones([5, 3, 3]), { p: 'fro' })", t("5")],
  ...solvers.flatMap((name): Correct[] => [
    [`linalg.${name}(eye(3), zeros([3]))`, t("3")],
    [`linalg.${name}(eye(3), zeros([3, 2]))`, t("3, 2")],
    [`linalg.${name}(zeros([5, 1, 3, 3]), zeros([4, 3, 2]))`, t("5, 4, 3, 2")],
  ]),
  ["linalg.solve(zeros([5, 3, 3]), zeros([5, 3]))", t("5, 3")],
  ["linalg.solve(eye(3), zeros([2, 3]), { left: false })", t("2, 3")],
  ["linalg.solve(zeros([n, 3, 3]), zeros([4, 3])).shape.length", "number"],
  ["linalg.lstsq(zeros([4, 3]), zeros([4])).solution", t("3")],
  ["linalg.lstsq(zeros([4, 3]), zeros([4])).residuals", t("")],
  ["linalg.lstsq(zeros([5, 4, 3]), zeros([4, 2])).solution", t("5, 3, 2")],
  ["linalg.lstsq(zeros([5, 4, 3]), zeros([4, 2])).residuals", t("5, 2")],
  ["linalg.lstsq(zeros([5, 4, 3]), zeros([4, 2])).rank", t("5", "int32")],
  ["linalg.lstsq(zeros([5, 4, 3]), zeros([4, 2])).singularValues", t("5, 3")],
  // Diagonals
  ["diagonal(zeros([3, 4]))", t("3")],
  ["diagonal(zeros([3, 4]), { offset: 2 })", t("2")],
  ["diagonal(zeros([3, 4]), { offset: -1 })", t("2")],
  ["diagonal(zeros([3, 4]), { offset: 9 })", t("0")],
  ["diagonal(zeros([5, 3, 4]), { axis1: -2, axis2: -1 })", t("5, 3")],
  ["diagonal(zeros([5, 3, 4]))", t("4, 3")],
  ["diagonal(rows, { offset: n })", t("number")],
  ["trace(zeros([3, 4]))", t("")],
  ["trace(zeros([5, 3, 4]), { axis1: 1, axis2: 2 })", t("5")],
  ["diag(zeros([3]))", t("3, 3")],
  ["diag(zeros([3]), { k: -2 })", t("5, 5")],
  ["diag(zeros([3, 4]))", t("3")],
  ["diag(zeros([3, 4]), { k: 1 })", t("3")],
];

/** Calls that do not fit. */
export const faultyAlgebra: readonly Faulty[] = [
  ...square.flatMap((name): Faulty[] => [
    [`linalg.${name}(zeros([5, 2, 3]))`, notSquare(`linalg.${name}`)],
    [`linalg.${name}(zeros([3]))`, noMatrix(`linalg.${name}`, "3")],
  ]),
  ["linalg.matrixPower(zeros([5, 2, 3]), 2)", notSquare("linalg.matrixPower")],
  ...anyMatrix.map((name): Faulty => [`linalg.${name}(zeros([3]))`, noMatrix(`linalg.${name}`, "3")]),
  ["linalg.cond(zeros([5, 2, 3]), { p: 1 })", notSquare("linalg.cond")],
  ["linalg.matrixNorm(zeros([2, 3]), { axis: [0, 2] })", outOfRange("linalg.matrixNorm", 2, "2, 3")],
  ...solvers.flatMap((name): Faulty[] => [
    [`linalg.${name}(zeros([5, 2, 3]), zeros([2]))`, notSquare(`linalg.${name}`)],
    [`linalg.${name}(eye(3), zeros([4]))`, unfit(`linalg.${name}`, "4")],
    [`linalg.${name}(eye(3), zeros([2, 3]))`, unfit(`linalg.${name}`, "2, 3")],
    [`linalg.${name}(zeros([5, 3, 3]), zeros([4, 3, 2]))`, `linalg.${name}: cannot broadcast [5] with [4]`],
  ]),
  [
    "linalg.solve(eye(3), zeros([3, 2]), { left: false })",
    "a matrix of shape [3, 3] and a right-hand side of shape [3, 2] do not fit; it needs [..., k, 3]",
  ],
  ["linalg.lstsq(zeros([3]), zeros([3]))", noMatrix("linalg.lstsq", "3")],
  ["linalg.lstsq(zeros([4, 3]), zeros([3]))", "[4, 3] and a right-hand side of shape [3] do not fit"],
  ["diagonal(zeros([3]))", "diagonal: [3] has no diagonal; it needs two axes"],
  ["diagonal(zeros([3, 4]), { axis2: 2 })", outOfRange("diagonal", 2, "3, 4")],
  ["diagonal(zeros([3, 4]), { axis1: 1 })", "diagonal: axis1 and axis2 are both 1", "[3, 4]"],
  ["trace(zeros([3]))", "trace: [3] has no diagonal; it needs two axes"],
  ["trace(zeros([3, 4]), { axis1: -3 })", outOfRange("trace", -3, "3, 4")],
  ["diag(zeros([2, 3, 4]))", "diag: [2, 3, 4] is neither a vector nor a matrix"],
  ["diag(1)", "diag: [] is neither a vector nor a matrix"],
];
