import type { Correct, Faulty } from "./shape-snippets.js";

/** Making, drawing, cutting into parts and normalising; `n`, `anything` and `rows` as in shape-snippets.ts. */

const t = (shape: string, dtype = "float32"): string => `Tensor<[${shape}], "${dtype}">`;
const outOfRange = (name: string, axis: number, shape: string): string =>
  `${name}: axis ${axis} is out of range for rank ${shape === "" ? 0 : shape.split(",").length}: [${shape}]`;
const refuses = (name: string, role: string, own: string, wanted: string): string =>
  `${name}: the ${role} has shape [${own}]; x needs [${wanted}]`;

const layers = ["layerNorm", "rmsNorm"];
const byChannel = ["groupNorm", "batchNorm"];
const smooth = ["elu", "celu", "selu", "gelu", "leakyRelu", "sinc", "stopGradient"];

/** Calls that fit. */
export const correctMaking: readonly Correct[] = [
  ["eye(3)", t("3, 3")],
  ["eye(3, { m: 4, k: 1, dtype: 'int32' })", t("3, 4", "int32")],
  ["eye(n)", t("number, number")],
  ["arange(5)", t("5", "int32")],
  ["arange(2, 5)", t("3", "int32")],
  ["arange(5, 2)", t("0", "int32")],
  ["arange(0, 10, { step: 3 })", t("4", "int32")],
  ["arange(1, 2, { step: 0.25 })", t("number")],
  ["arange(5, { dtype: 'float64' })", t("5", "float64")],
  ["arange(n).shape", "[number]"],
  ["linspace(0, 1)", t("50")],
  ["linspace(0, 1, 5, { dtype: 'float64' })", t("5", "float64")],
  ["zerosLike(zeros([2, 3]))", t("2, 3")],
  ["onesLike(zeros([2, 3], { dtype: 'int32' }))", t("2, 3", "int32")],
  ["fullLike(rows, 7, { dtype: 'float64' })", t("number, 3", "float64")],
  ["where(zeros([2, 1], { dtype: 'bool' }), zeros([3]), 1)", t("2, 3")],
  ...smooth.map((name): Correct => [`${name}(zeros([2, 3]))`, t("2, 3")]),
  // What depends on values
  ["unique(zeros([2, 3]))", t("number")],
  ["unique(zeros([2, 3]), { returnInverse: true }).inverse", t("2, 3", "int32")],
  ["unique(zeros([2, 3]), { returnCounts: true }).counts", t("number", "int32")],
  ["nonzero(ones([2, 3]))", t("number, 2", "int32")],
  // Drawing
  ["generator(1).uniform([2, 3])", t("2, 3")],
  ["generator(1).uniform([2, 3], { min: zeros([3]), max: 1, dtype: 'float64' })", t("2, 3", "float64")],
  ["generator(1).normal([2, n], { mean: 5 })", t("2, number")],
  ["generator(1).normal([2, 3], { std: ones([2, 1]) })", t("2, 3")],
  ["generator(1).truncatedNormal([2], { std: 0.1 })", t("2")],
  ["generator(1).randint([2], { max: 6 })", t("2", "int32")],
  ["generator(1).randint([2], { max: 6, dtype: 'uint8' })", t("2", "uint8")],
  ["generator(1).bernoulli([2, 3], { p: [0.1, 0.2, 0.3] })", t("2, 3", "bool")],
  ["generator(1).permutation(5)", t("5", "int32")],
  ["generator(1).permutation(zeros([5, 3]))", t("5, 3")],
  ["generator(1).categorical([5, 2], { logits: zeros([2, 3]) })", t("5, 2", "int32")],
  // Parts
  ["split(zeros([6, 2]), 3)[0]", t("2, 2")],
  ["split(zeros([2, 6]), 2, { axis: -1 })[1]", t("2, 3")],
  ["split(zeros([10]), [2, 5])[2]", t("5")],
  ["split(zeros([10]), [-2])[0]", t("8")],
  ["split(zeros([n]), [2])[0]", t("number")],
  ["split(rows, 2)[1]", t("number, 3")],
  ["split(anything, 2).length", "2"],
  ["split(zeros([8]), n)[0]", t("number")],
  ["chunk(zeros([5, 2]), 2)[0]", t("3, 2")],
  ["chunk(zeros([5, 2]), 2)[1]", t("2, 2")],
  ["chunk(zeros([5]), 4).length", "3"],
  ["chunk(zeros([2, 6]), 3, { axis: 1 })[2]", t("2, 2")],
  ["chunk(rows, 2)[1]", t("number, 3")],
  ["meshgrid([zeros([2]), zeros([3])])[0]", t("3, 2")],
  ["meshgrid([zeros([2]), ones([3], { dtype: 'int32' }), 1], { indexing: 'ij' })[1]", t("2, 3, 1", "int32")],
  ["meshgrid([[1, 2], [3, 4]])[0]", t("number, number")],
  ["moveaxis(zeros([2, 3, 4]), 0, -1)", t("3, 4, 2")],
  ["moveaxis(zeros([2, 3, 4]), [0, 1], [-1, 0])", t("3, 4, 2")],
  ["moveaxis(zeros([2, 3, 4]), n - 4, 1).shape.length", "number"],
  // Normalising
  ...[...layers, ...byChannel].map((name): Correct => [`${name}(zeros([2, 4]))`, t("2, 4")]),
  ...layers.flatMap((name): Correct[] => [
    [`${name}(zeros([2, 3]), zeros([3]))`, t("2, 3")],
    [`${name}(zeros([2, 3]), zeros([3]), { eps: 1 })`, t("2, 3")],
    [`${name}(zeros([4, 2, 3]), ones([2, 3]), { axis: [-1, -2] })`, t("4, 2, 3")],
    [`${name}(zeros([4, 2, 3]), ones([4]), { axis: 0 })`, t("4, 2, 3")],
    [`${name}(zeros([2, 3], { dtype: "int32" }), [1, 2, 3])`, t("2, 3")],
  ]),
  ["layerNorm(zeros([2, 3]), ones([3]), zeros([3], { dtype: 'float64' }), { eps: 0 })", t("2, 3", "float64")],
  ["layerNorm(rows, undefined, zeros([3]))", t("number, 3")],
  ["groupNorm(zeros([2, 4, 3]), ones([4]), zeros([4]), { groups: 2 })", t("2, 4, 3")],
  ["batchNorm(zeros([2, 4, 3]), { mean: zeros([4]), variance: ones([4]) })", t("2, 4, 3")],
  ["batchNorm(zeros([2, 4, 3]), ones([4]), zeros([4]))", t("2, 4, 3")],
];

/** Calls that do not fit. */
export const faultyMaking: readonly Faulty[] = [
  [
    "where(zeros([2], { dtype: 'bool' }), zeros([3]), 1)",
    "where: cannot broadcast [2] with [3]: axis -1 is 2 on the left and 3 on the right",
  ],
  [
    "generator(1).uniform([2, 3], { min: zeros([2]) })",
    "uniform: min has shape [2], which does not broadcast to the draw's [2, 3]",
  ],
  ["generator(1).uniform([3], { max: ones([2, 3]) })", "uniform: max has shape [2, 3]", "the draw's [3]"],
  ["generator(1).normal([2, 3], { mean: zeros([2]) })", "normal: mean has shape [2]", "the draw's [2, 3]"],
  ["generator(1).normal([3], { std: ones([4]) })", "normal: std has shape [4]", "the draw's [3]"],
  ["generator(1).bernoulli([3], { p: ones([4]) })", "bernoulli: p has shape [4]", "the draw's [3]"],
  ["generator(1).permutation(zeros([]))", "permutation: a scalar tensor has nothing to permute", "[]"],
  [
    "generator(1).categorical([5], { logits: zeros([2, 3]) })",
    "categorical: logits [2, 3] do not give draws of shape [5]",
  ],
  ["generator(1).categorical([], { logits: zeros([]) })", "categorical: logits [] do not give draws of shape []"],
  ["split(zeros([7, 2]), 3)", "split: axis 0 of [7, 2] has 7 elements, which do not divide into 3 equal parts"],
  ["split(zeros([7, 2]), 2, { axis: 2 })", outOfRange("split", 2, "7, 2")],
  ["split(zeros([7, 2]), [1], { axis: -3 })", outOfRange("split", -3, "7, 2")],
  ["chunk(zeros([7, 2]), 2, { axis: 2 })", outOfRange("chunk", 2, "7, 2")],
  ["chunk(1, 2)", "chunk: axis 0 is out of range for rank 0: []"],
  ["meshgrid([zeros([2]), zeros([2, 3])])", "meshgrid: operand 1 has shape [2, 3]; flatten it to one axis"],
  ["moveaxis(zeros([2, 3]), 0, 2)", outOfRange("moveaxis", 2, "2, 3")],
  ["moveaxis(zeros([2, 3]), -3, 0)", outOfRange("moveaxis", -3, "2, 3")],
  ["moveaxis(zeros([2, 3]), [0, 1], 0)", "moveaxis: 2 source axes and 1 destinations", "[2, 3]"],
  ...layers.flatMap((name): Faulty[] => [
    [`${name}(zeros([2, 3]), zeros([2]))`, refuses(name, "weight", "2", "3")],
    [`${name}(zeros([2, 3]), zeros([2, 3]))`, refuses(name, "weight", "2, 3", "3")],
    [`${name}(zeros([2, 3]), ones([3]), ones([2]))`, refuses(name, "bias", "2", "3")],
    [`${name}(zeros([4, 2, 3]), ones([3, 2]), { axis: [-1, -2] })`, refuses(name, "weight", "3, 2", "2, 3")],
    [`${name}(zeros([2, 3]), { axis: 2 })`, outOfRange(name, 2, "2, 3")],
    [`${name}(zeros([2, 3]), { axis: [0, 2] })`, outOfRange(name, 2, "2, 3")],
    [`${name}(zeros([]))`, outOfRange(name, -1, "")],
  ]),
  ...byChannel.flatMap((name): Faulty[] => [
    [`${name}(zeros([4]))`, `${name}: x must be [N, C, ...], not [4]`],
    [`${name}(zeros([2, 4, 3]), ones([3]))`, refuses(name, "weight", "3", "4")],
    [`${name}(zeros([2, 4, 3]), ones([4]), ones([2]))`, refuses(name, "bias", "2", "4")],
  ]),
  ["groupNorm(zeros([2, 4]), { groups: 3 })", "groupNorm: 3 groups do not divide the 4 channels of [2, 4]"],
  ["batchNorm(zeros([2, 4]), { mean: zeros([2]) })", refuses("batchNorm", "mean", "2", "4")],
  ["batchNorm(zeros([2, 4]), { variance: zeros([2, 4]) })", refuses("batchNorm", "variance", "2, 4", "4")],
];

/** Results put where another shape is wanted: these operators take all shapes. */
export const misplacedMaking: readonly Faulty[] = [
  ...smooth.map((name): Faulty => [`((x: Tensor<[3, 2]>) => x)(${name}(zeros([2, 3])))`, "[2, 3]", "[3, 2]"]),
  ["((x: Tensor<[2]>) => x)(eye(2))", "[2, 2]", "[2]"],
  ["((x: Tensor<[2]>) => x)(arange(3))", "[3]", "[2]"],
  ["((x: Tensor<[2]>) => x)(linspace(0, 1))", "[50]", "[2]"],
  ["((x: Tensor<[2]>) => x)(zerosLike(ones([3])))", "[3]", "[2]"],
  ["((x: Tensor<[2]>) => x)(onesLike(ones([3])))", "[3]", "[2]"],
  ["((x: Tensor<[2]>) => x)(fullLike(ones([3]), 1))", "[3]", "[2]"],
  ["((x: Tensor<[2]>) => x)(unique(ones([3, 2]), { returnInverse: true }).inverse)", "[3, 2]", "[2]"],
  ["((x: Tensor<[4, 3]>) => x)(nonzero(ones([3, 5])))", "[number, 2]", "[4, 3]"],
  ["((x: Tensor<[2]>) => x)(generator(1).truncatedNormal([3]))", "[3]", "[2]"],
  ["((x: Tensor<[2]>) => x)(generator(1).randint([3], { max: 2 }))", "[3]", "[2]"],
];
