import type { Correct, Faulty } from "./shape-snippets.js";

/** Einstein's summation, sorting, running totals and the like; `n`, `anything` and `rows` as in shape-snippets.ts. */

const t = (shape: string, dtype = "float32"): string => `Tensor<[${shape}], "${dtype}">`;
const clash = (name: string, a: string, b: string): string => `${name}: cannot broadcast [${a}] with [${b}]`;
const outOfRange = (name: string, axis: number, shape: string): string =>
  `${name}: axis ${axis} is out of range for rank ${shape.split(",").length}: [${shape}]`;

const running = ["cumsum", "cumprod", "cummax", "cummin", "logcumsumexp"];

/** Calls that fit. */
export const correctArrays: readonly Correct[] = [
  ['einsum("ij,jk->ik", zeros([2, 3]), zeros([3, 4]))', t("2, 4")],
  ['einsum("bij,bjk->bik", zeros([5, 2, 3]), zeros([5, 3, 4]))', t("5, 2, 4")],
  ['einsum("ii->", zeros([3, 3]))', t("")],
  ['einsum("ii->i", zeros([3, 3]))', t("3")],
  ['einsum("ij,kj,j->ki", zeros([2, 3]), zeros([4, 1]), zeros([3]))', t("4, 2")],
  ['einsum("ij,jk->ik", rows, zeros([3, 5]))', t("number, 5")],
  ['einsum("...ij->...ji", zeros([2, 3])).shape.length', "number"],
  ['einsum("ij,jk", zeros([2, 3]), zeros([3, 4])).shape.length', "number"],
  ["argsort(zeros([2, 3]))", t("2, 3", "int32")],
  ["sort(zeros([2, 3]), { axis: 0, descending: true })", t("2, 3")],
  ...running.flatMap((name): Correct[] => [
    [`${name}(zeros([2, 3]))`, t("6")],
    [`${name}(zeros([2, 3]), { axis: -1, reverse: true })`, t("2, 3")],
  ]),
  ['cumsum(ones([2], { dtype: "bool" }))', t("2", "int32")],
  ["isClose(zeros([2, 1]), zeros([3]))", t("2, 3", "bool")],
  ["allClose(zeros([2, 1]), zeros([3]), { atol: 1 })", t("", "bool")],
  ["tril(zeros([2, 3]))", t("2, 3")],
  ["triu(zeros([5, 2, 3]), { k: 1 })", t("5, 2, 3")],
  ["flip(zeros([2, 3]))", t("2, 3")],
  ["flip(zeros([2, 3]), { axis: [0, -1] })", t("2, 3")],
  ["roll(zeros([2, 3]), 1)", t("2, 3")],
  ["roll(zeros([2, 3]), [1, 2], { axis: [0, 1] })", t("2, 3")],
  ["clip(zeros([2, 3]), { min: 0 })", t("2, 3")],
  ["clip(zeros([2, 3]), { min: zeros([3]), max: zeros([5, 1, 1]) })", t("5, 2, 3")],
  ["maskedFill(zeros([2, 3]), less(zeros([3]), 1), -1)", t("2, 3")],
  ["nanToNum(zeros([2, 3]), { nan: 1 })", t("2, 3")],
  ["polygamma(1, ones([2, 3]))", t("2, 3")],
  ["searchsorted([1, 2, 3], zeros([2, 3]))", t("2, 3", "int32")],
  ["quantile(zeros([2, 3]), 0.5)", t("")],
  ["quantile(zeros([2, 3]), 0.5, { axis: 0 })", t("3")],
  ["quantile(zeros([2, 3]), [0.1, 0.9], { axis: 0 })", t("2, 3")],
];

/** Calls that do not fit. */
export const faultyArrays: readonly Faulty[] = [
  [
    'einsum("ij,jk->ik", zeros([2, 3]), zeros([4, 5]))',
    "has size 3 in one operand and 4 in another of shape [4, 5]",
    "label j",
  ],
  ['einsum("ij,jk->ik", zeros([2, 3]), zeros([3]))', "names 2 axes, and its operand has shape [3]"],
  ['einsum("ij,jk->ik", zeros([2, 3]))', "names 2 operands, and 1 were given"],
  ['einsum("ii->", zeros([2, 3]))', "label i", "has size 2 in one operand and 3 in another of shape [2, 3]"],
  ["argsort(zeros([2, 3]), { axis: 2 })", outOfRange("argsort", 2, "2, 3")],
  ["sort(zeros([2, 3]), { axis: -3 })", outOfRange("sort", -3, "2, 3")],
  ["sort(zeros([]))", "sort: axis -1 is out of range for rank 0: []"],
  ...running.map((name): Faulty => [`${name}(zeros([2, 3]), { axis: 2 })`, outOfRange(name, 2, "2, 3")]),
  ["isClose(zeros([2]), zeros([3]))", clash("isClose", "2", "3")],
  ["allClose(zeros([2, 2]), zeros([3]))", clash("allClose", "2, 2", "3")],
  ["tril(zeros([3]))", "tril: [3] is no matrix or batch of matrices"],
  ["triu(zeros([]))", "triu: [] is no matrix or batch of matrices"],
  ["flip(zeros([2, 3]), { axis: 2 })", outOfRange("flip", 2, "2, 3")],
  ["roll(zeros([2, 3]), [1, 1], { axis: [0, 2] })", outOfRange("roll", 2, "2, 3")],
  ["clip(zeros([2, 3]), { min: zeros([2]) })", clash("clip", "2, 3", "2")],
  ["clip(zeros([2, 3]), { max: zeros([2]) })", clash("clip", "2, 3", "2")],
  ["maskedFill(zeros([2, 3]), less(zeros([2]), 1), -1)", clash("maskedFill", "2, 3", "2")],
  ["maskedFill(zeros([2, 3]), less(zeros([3]), 1), zeros([2]))", clash("maskedFill", "2, 3", "2")],
  ["searchsorted(zeros([2, 3]), [1])", "searchsorted: the sorted operand has shape [2, 3]; it must be a vector"],
  ["quantile(zeros([2, 3]), 0.5, { axis: 2 })", outOfRange("quantile", 2, "2, 3")],
];
