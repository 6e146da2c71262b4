import type { Correct, Faulty } from "./shape-snippets.js";

/** Operators that make axes longer or shorter; `n`, `anything` and `rows` as in shape-snippets.ts. */

const t = (shape: string, dtype = "float32"): string => `Tensor<[${shape}], "${dtype}">`;
const outOfRange = (name: string, axis: number, shape: string): string =>
  `${name}: axis ${axis} is out of range for rank ${shape.split(",").length}: [${shape}]`;

/** Calls that fit. */
export const correctCut: readonly Correct[] = [
  ["slice(zeros([5, 3]))", t("5, 3")],
  ["slice(zeros([5, 3]), { start: [1], stop: [-1] })", t("3, 3")],
  ["slice(zeros([5, 3]), { start: [undefined, 1], stop: [9] })", t("5, 2")],
  ["slice(zeros([9, 3]), { step: [2, -1] })", t("5, 3")],
  ["slice(zeros([9, 3]), { start: [-2, 4] })", t("2, 0")],
  ["slice(zeros([5, 3]), { start: [n], stop: [n] })", t("number, 3")],
  ["zeros([128, 10]).slice({ start: [32], stop: [64] })", t("32, 10")],
  ["diff(zeros([2, 5]))", t("2, 4")],
  ["diff(zeros([2, 5]), { axis: 0, n: 3 })", t("0, 5")],
  ["pad(zeros([2, 3]), { widths: 1 })", t("4, 5")],
  ["pad(zeros([2, 3]), { widths: [1, 2] })", t("5, 6")],
  ["pad(zeros([2, 3]), { widths: [[0, 1], [2, 0]], mode: 'edge' })", t("3, 5")],
  ["pad(zeros([2, n]), { widths: 1, value: 7 })", t("4, number")],
  ["tile(zeros([2, 3]), 2)", t("2, 6")],
  ["tile(zeros([3]), [4, 2])", t("4, 6")],
  ["tile(zeros([2, 3]), n)", t("2, number")],
  ["repeat(zeros([2, 3]), 2)", t("12")],
  ["repeat(zeros([2, 3]), 2, { axis: 0 })", t("4, 3")],
  ["repeat(zeros([2, 3]), [1, 4], { axis: 0 })", t("number, 3")],
  ["topk(zeros([2, 5]), { k: 3 }).values", t("2, 3")],
  ["topk(zeros([2, 5]), { k: 1, axis: 0, descending: false }).indices", t("1, 5", "int32")],
  ["zeros([5, 3]).take(zeros([2], { dtype: 'int32' }), { axis: 0 })", t("2, 3")],
  ["zeros([5, 3]).dot(zeros([3, 4]))", t("5, 4")],
  ["zeros([5, 3]).clip({ min: 0 })", t("5, 3")],
];

/** Calls that do not fit. */
export const faultyCut: readonly Faulty[] = [
  ["diff(zeros([2, 5]), { axis: 2 })", outOfRange("diff", 2, "2, 5")],
  ["pad(zeros([2, 3]), { widths: [[1, 1]] })", "pad: widths [[1,1]] do not fit shape [2, 3]"],
  ["pad(zeros([3]), { widths: [[1, 1], [0, 2]] })", "pad: widths [[1,1],[0,2]] do not fit shape [3]"],
  ["repeat(zeros([2, 3]), 2, { axis: 2 })", outOfRange("repeat", 2, "2, 3")],
  [
    "repeat(zeros([2, 3]), [1, 2], { axis: 1 })",
    "repeat: 2 counts for axis 1 of [2, 3]; give 3, or one number for all",
  ],
  ["topk(zeros([2, 5]), { k: 6 })", "topk: k is 6; axis 1 has 5 elements, so use 0 … 5", "[2, 5]"],
  ["topk(zeros([2, 5]), { k: 1, axis: 2 })", outOfRange("topk", 2, "2, 5")],
  ["zeros([5, 3]).take([0], { axis: 2 })", outOfRange("take", 2, "5, 3")],
  ["zeros([5, 3]).dot(zeros([4]))", "dot: the last axis of [5, 3] and the last of [4] differ (3 ≠ 4)"],
];

/** Results put where another shape is wanted: these operators take all shapes. */
export const misplacedCut: readonly Faulty[] = [
  ["((x: Tensor<[5, 3]>) => x)(slice(zeros([5, 3]), { start: [1] }))", "[4, 3]", "[5, 3]"],
  ["((x: Tensor<[5, 3]>) => x)(zeros([5, 3]).slice({ stop: [2] }))", "[2, 3]", "[5, 3]"],
  ["((x: Tensor<[5, 3]>) => x)(tile(zeros([5, 3]), 2))", "[5, 6]", "[5, 3]"],
];
