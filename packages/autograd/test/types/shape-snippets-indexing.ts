import type { Correct, Faulty } from "./shape-snippets.js";

/** Taking and putting by index, and products other than that of matrices; `n`, `anything` and `rows` as in shape-snippets.ts. */

const t = (shape: string, dtype = "float32"): string => `Tensor<[${shape}], "${dtype}">`;
const whole = (...shape: number[]): string => `zeros([${shape.join(", ")}], { dtype: "int32" })`;
const outOfRange = (name: string, axis: number, shape: string): string =>
  `${name}: axis ${axis} is out of range for rank ${shape.split(",").length}: [${shape}]`;

/** Calls that fit. */
export const correctIndexing: readonly Correct[] = [
  [`take(zeros([5, 3]), ${whole(2, 4)}, { axis: 0 })`, t("2, 4, 3")],
  [`take(zeros([5, 3]), ${whole(2)}, { axis: -1 })`, t("5, 2")],
  [`take(zeros([5, 3]), ${whole(2, 4)})`, t("2, 4")],
  [`take(zeros([5, 3]), ${whole()}, { axis: 0 })`, t("3")],
  ["take(zeros([5, 3]), [1, 0], { axis: 0 })", t("number, 3")],
  [`take(rows, ${whole(2)}, { axis: 1 })`, t("number, 2")],
  [`takeAlongAxis(zeros([5, 3]), ${whole(5, 1)})`, t("5, 1")],
  [`takeAlongAxis(zeros([5, 3]), ${whole(2, 1)}, { axis: 0 })`, t("2, 3")],
  ["takeAlongAxis(zeros([5, 3]), argsort(zeros([5, 3]), { axis: 0 }), { axis: 0 })", t("5, 3")],
  [`scatterAdd(zeros([5, 3]), ${whole(2)}, zeros([2, 3]))`, t("5, 3")],
  [`scatterAdd(zeros([5, 3]), ${whole(2)}, 1)`, t("5, 3")],
  [`scatterSet(zeros([5, 3]), ${whole(2)}, zeros([5, 2]), { axis: 1 })`, t("5, 3")],
  [`segmentSum(zeros([5, 3]), ${whole(5)}, { count: 2 })`, t("2, 3")],
  [`segmentSum(zeros([5]), ${whole(5)}, { count: n })`, t("number")],
  [`oneHot(${whole(5)}, 10)`, t("5, 10")],
  [`oneHot(${whole(5, 2)}, 10, { axis: 0, dtype: "int32" })`, t("10, 5, 2", "int32")],
  [`oneHot(${whole(5)}, n)`, t("5, number")],
  ["dynamicSlice(zeros([5, 3]), [1, 0], [2, 3])", t("2, 3")],
  ["dynamicUpdateSlice(zeros([5, 3]), zeros([2, 3]), [1, 0])", t("5, 3")],
  ["dot(zeros([2, 3]), zeros([3]))", t("2")],
  ["dot(zeros([2, 3]), zeros([4, 3, 5]))", t("2, 4, 5")],
  ["dot(zeros([2, 3]), 2)", t("2, 3")],
  ["outer(zeros([2]), zeros([3]))", t("2, 3")],
  ["outer(zeros([2, 2]), zeros([3]))", t("4, 3")],
  ["kron(zeros([2, 3]), zeros([4]))", t("2, 12")],
  ["kron(zeros([2, 3]), zeros([4, 5]))", t("8, 15")],
  ["tensordot(zeros([2, 3]), zeros([2, 3]))", t("")],
  ["tensordot(zeros([2, 3]), zeros([3, 4]), { axes: 1 })", t("2, 4")],
  ["tensordot(zeros([2]), zeros([3]), { axes: 0 })", t("2, 3")],
  ["tensordot(zeros([5, 2, 3]), zeros([2, 3, 4]))", t("5, 4")],
  ["scaledDotProductAttention(zeros([8, 5, 16]), zeros([8, 7, 16]), zeros([8, 7, 32]))", t("8, 5, 32")],
  ["scaledDotProductAttention(zeros([2, 1, 5, 16]), zeros([8, 7, 16]), zeros([7, 4]))", t("2, 8, 5, 4")],
];

/** Calls that do not fit. */
export const faultyIndexing: readonly Faulty[] = [
  [`take(zeros([5, 3]), ${whole(2)}, { axis: 2 })`, outOfRange("take", 2, "5, 3")],
  [
    `takeAlongAxis(zeros([5, 3]), ${whole(5)})`,
    "takeAlongAxis: x has shape [5, 3] and the indices [5]; they need the same number of axes",
  ],
  [`takeAlongAxis(zeros([5, 3]), ${whole(4, 1)})`, "takeAlongAxis: cannot broadcast [5, 1] with [4, 1]"],
  [
    `scatterAdd(zeros([5, 3]), ${whole(2)}, zeros([2, 4]))`,
    "scatterAdd: the updates have shape [2, 4]; for x [5, 3] and indices [2] along axis 0 they need [2, 3]",
  ],
  [
    `scatterSet(zeros([5, 3]), ${whole(2)}, zeros([3]), { axis: 1 })`,
    "scatterSet: the updates have shape [3]; for x [5, 3] and indices [2] along axis 1 they need [5, 2]",
  ],
  [`scatterSet(zeros([5, 3]), ${whole(2)}, 1, { axis: 2 })`, outOfRange("scatterSet", 2, "5, 3")],
  [
    `segmentSum(zeros([5, 3]), ${whole(4)}, { count: 2 })`,
    "segmentSum: x has shape [5, 3] and the ids [4]; there must be one id for each slice of x",
  ],
  [`oneHot(${whole(5)}, 10, { axis: 2 })`, "oneHot: axis 2 is out of range for rank 2: [5]"],
  ["dynamicSlice(zeros([5, 3]), [1, 0], [2])", "dynamicSlice: a slice of [2] does not lie inside [5, 3]"],
  ["dynamicSlice(zeros([5, 3]), [1, 0], [2, 4])", "dynamicSlice: a slice of [2, 4] does not lie inside [5, 3]"],
  [
    "dynamicUpdateSlice(zeros([5, 3]), zeros([6, 1]), [1, 0])",
    "dynamicUpdateSlice: a slice of [6, 1] does not lie inside [5, 3]",
  ],
  ["dot(zeros([2, 3]), zeros([4]))", "dot: the last axis of [2, 3] and the last of [4] differ (3 ≠ 4)"],
  ["dot(zeros([3]), zeros([4, 3]))", "dot: the last axis of [3] and the second to last of [4, 3] differ (3 ≠ 4)"],
  [
    "tensordot(zeros([2, 3]), zeros([4, 2]), { axes: 1 })",
    "tensordot: axis 1 of [2, 3] and axis 0 of [4, 2] differ in size (3 ≠ 4)",
  ],
  ["tensordot(zeros([2, 3]), zeros([2, 4]))", "axis 1 of [2, 3] and axis 1 of [2, 4] differ in size (3 ≠ 4)"],
  [
    "scaledDotProductAttention(zeros([5, 16]), zeros([7, 8]), zeros([7, 4]))",
    "query [5, 16], key [7, 8] and value [7, 4] do not fit; they are [..., L, E], [..., S, E] and [..., S, Ev]",
  ],
  ["scaledDotProductAttention(zeros([5, 16]), zeros([7, 16]), zeros([6, 4]))", "[5, 16], key [7, 16] and value [6, 4]"],
];

/** Results put where another shape is wanted: these operators take all shapes. */
export const misplacedIndexing: readonly Faulty[] = [
  ["((x: Tensor<[2]>) => x)(outer(zeros([2]), zeros([3])))", "[2, 3]", "[2]"],
  ["((x: Tensor<[2]>) => x)(kron(zeros([2]), zeros([3])))", "[6]", "[2]"],
  ["((x: Tensor<[3, 2]>) => x)(nanToNum(zeros([2, 3])))", "[2, 3]", "[3, 2]"],
  ["((x: Tensor<[3, 2]>) => x)(polygamma(1, ones([2, 3])))", "[2, 3]", "[3, 2]"],
];
