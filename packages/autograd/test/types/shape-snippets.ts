/**
 * Calls with what the compiler makes of them. In all of them `n` is a `number` (4), `m` another, `anything` a tensor of unknown shape ([4, 3], float32),
 * `rows` a tensor of [number, 3], `batch` and `time` of shapes with named sides ([Batch, 3], [Time, 3]).
 */

/** An expression and the type that hovering over it shows. */
export type Correct = readonly [expression: string, type: string];

/** An expression that is refused, and what the message contains. */
export type Faulty = readonly [expression: string, ...words: string[]];

const z = (...shape: (number | string)[]): string => `zeros([${shape.join(", ")}])`;
const t = (shape: string, dtype = "float32"): string => `Tensor<[${shape}], "${dtype}">`;
const clash = (name: string, a: string, b: string): string => `${name}: cannot broadcast [${a}] with [${b}]`;

const floats = ["add", "sub", "mul", "div", "pow", "maximum", "minimum"];
const moreFloats = ["atan2", "hypot", "remainder", "floorDivide", "logaddexp", "xlogy"];
const tests = ["equal", "notEqual", "less", "lessEqual", "greater", "greaterEqual"];
const logic = ["logicalAnd", "logicalOr", "logicalXor"];
const methods = [...floats, ...tests];

const unary = [
  ..."neg abs sign sqrt rsqrt cbrt square reciprocal exp exp2 expm1 log log2 log10 log1p sin cos tan asin acos atan".split(
    " ",
  ),
  ..."sinh cosh tanh asinh acosh atanh floor ceil round trunc sigmoid logSigmoid softplus relu relu6 silu mish".split(
    " ",
  ),
  ..."hardTanh hardSigmoid hardSwish softsign tanhshrink erf erfc erfinv lgamma digamma".split(" "),
];
const unaryTests = ["isNaN", "isInf", "isFinite", "logicalNot"];
const unaryMethods = [
  "neg",
  "abs",
  "sqrt",
  "exp",
  "log",
  "sin",
  "cos",
  "tanh",
  "sigmoid",
  "relu",
  "softplus",
  "square",
  "sign",
];

const reductions = [
  "sum",
  "mean",
  "prod",
  "max",
  "min",
  "any",
  "all",
  "variance",
  "std",
  "logsumexp",
  "norm",
  "countNonzero",
  "median",
];
const dtypeOf = (name: string): string =>
  name === "any" || name === "all" ? "bool" : name === "countNonzero" || name.startsWith("arg") ? "int32" : "float32";
const reductionMethods = ["sum", "mean", "prod", "max", "min", "any", "all", "variance", "std", "argmax", "argmin"];
const outOfRange = (name: string, axis: number, shape: string): string =>
  `${name}: axis ${axis} is out of range for rank ${shape.split(",").length}: [${shape}]`;

/** Calls that fit. */
export const correct: readonly Correct[] = [
  // Making tensors
  ["zeros([2, 3])", t("2, 3")],
  ['ones([2], { dtype: "int32" })', t("2", "int32")],
  ["full([2, 2], 7)", t("2, 2")],
  ['full([], 1, { dtype: "float64" })', t("", "float64")],
  ["tensor([[1, 2], [3, 4], [5, 6]])", t("3, 2")],
  ["tensor(1)", t("")],
  ["tensor([true, false])", t("2", "bool")],
  ["tensor(new Float64Array(6))", t("number", "float64")],
  ["tensor(new Float64Array(6), { shape: [2, 3] })", t("2, 3", "float64")],
  ["tensor([1, 2, 3, 4], { shape: [2, 2] })", t("2, 2")],
  ["tensor([1, 2, 3, 4], { shape: [2, -1] })", t("2, number")],
  ['tensor([1, 2], { dtype: "int32" })', t("2", "int32")],
  ["zeros([n, 3])", t("number, 3")],
  ["variable(zeros([2, 3])).value", t("2, 3")],
  ["variable([1, 2]).value", t("2")],
  // Broadcasting
  ...[...floats, ...moreFloats].flatMap((name): Correct[] => [
    [`${name}(${z(2, 3)}, ${z(3)})`, t("2, 3")],
    [`${name}(${z(2, 1)}, 2)`, t("2, 1")],
  ]),
  ...[...tests, ...logic].map((name): Correct => [`${name}(${z(2, 1)}, ${z(1, 3)})`, t("2, 3", "bool")]),
  ...methods.map(
    (name): Correct => [`${z(2, 3)}.${name}(${z(3)})`, t("2, 3", tests.includes(name) ? "bool" : "float32")],
  ),
  ["lerp(zeros([2, 3]), zeros([3]), 0.5)", t("2, 3")],
  ["add(1, zeros([4]))", t("4")],
  ["add(rows, zeros([4, 3]))", t("4, 3")],
  ["add(rows, zeros([3]))", t("number, 3")],
  ["add(rows, rows)", t("number, 3")],
  ["add(anything, zeros([3])).shape.length", "number"],
  ["add(batch, zeros([3]))", t("Batch, 3")],
  ["add(batch, batch)", t("Batch, 3")],
  ["mul(batch, rows)", t("Batch, 3")],
  ["add(zeros([2]), [1, 2])", t("2")],
  ["add(zeros([2]), variable([1, 2]))", t("2")],
  ["add(zeros([2, 1]), new Float32Array(3))", t("2, number")],
  // Dtypes
  ['add(zeros([2]), ones([2], { dtype: "float64" }))', t("2", "float64")],
  ['add(zeros([2]), ones([2], { dtype: "int32" }))', t("2")],
  ['add(ones([2], { dtype: "int32" }), ones([2], { dtype: "uint8" }))', t("2", "int32")],
  ['add(ones([2], { dtype: "int32" }), ones([2], { dtype: "uint32" }))', t("2", "float64")],
  ['div(ones([2], { dtype: "int32" }), ones([2], { dtype: "int32" }))', t("2", "float32")],
  ['exp(ones([2], { dtype: "int32" }))', t("2", "float32")],
  ['sum(ones([2], { dtype: "bool" }))', t("", "int32")],
  ['zeros([2]).cast("int32")', t("2", "int32")],
  // Element by element
  ...unary.map((name): Correct => [`${name}(${z(2, 3)})`, t("2, 3")]),
  ...unaryTests.map((name): Correct => [`${name}(${z(2, 3)})`, t("2, 3", "bool")]),
  ...unaryMethods.map((name): Correct => [`${z(2, 3)}.${name}()`, t("2, 3")]),
  // Matrix products
  ["matmul(zeros([128, 784]), zeros([784, 10]))", t("128, 10")],
  ["matmul(zeros([5, 2, 3]), zeros([3, 4]))", t("5, 2, 4")],
  ["matmul(zeros([5, 1, 2, 3]), zeros([6, 3, 4]))", t("5, 6, 2, 4")],
  ["matmul(zeros([3]), zeros([3, 4]))", t("4")],
  ["matmul(zeros([2, 3]), zeros([3]))", t("2")],
  ["matmul(zeros([3]), zeros([3]))", t("")],
  ["matmul(rows, zeros([3, 4]))", t("number, 4")],
  ["matmul(batch, zeros([3, 4]))", t("Batch, 4")],
  ["matmul(zeros([2, n]), zeros([4, 5]))", t("2, 5")],
  ["zeros([2, 3]).matmul(zeros([3, 4]))", t("2, 4")],
  // Reductions
  ...reductions.flatMap((name): Correct[] => [
    [`${name}(${z(2, 3)})`, t("", dtypeOf(name))],
    [`${name}(${z(2, 3)}, { axis: 0 })`, t("3", dtypeOf(name))],
    [`${name}(${z(2, 3)}, { axis: -1, keepDims: true })`, t("2, 1", dtypeOf(name))],
  ]),
  ...reductionMethods.map((name): Correct => [`${z(2, 3)}.${name}({ axis: 1 })`, t("2", dtypeOf(name))]),
  ["argmax(zeros([2, 3]), { axis: 1 })", t("2", "int32")],
  ["argmin(zeros([2, 3]), { axis: 0, keepDims: true })", t("1, 3", "int32")],
  ["sum(zeros([2, 3, 4]), { axis: [0, -1] })", t("3")],
  ["sum(zeros([2, 3]), { axis: [] })", t("2, 3")],
  ["sum(zeros([2, 3]), { keepDims: true })", t("1, 1")],
  ["mean(rows, { axis: 1 })", t("number")],
  ["mean(batch, { axis: 1 })", t("Batch")],
  ["softmax(zeros([2, 3]))", t("2, 3")],
  ["logSoftmax(zeros([2, 3]), { axis: 0 })", t("2, 3")],
  ["zeros([2, 3]).softmax({ axis: 0 })", t("2, 3")],
  // Shapes
  ["transpose(zeros([2, 3, 4]))", t("4, 3, 2")],
  ["transpose(zeros([2, 3, 4]), { axes: [2, 0, 1] })", t("4, 2, 3")],
  ["zeros([2, 3]).transpose()", t("3, 2")],
  ["zeros([2, 3, 4]).transpose({ axes: [0, 2, 1] })", t("2, 4, 3")],
  ["swapaxes(zeros([2, 3, 4]), 0, -1)", t("4, 3, 2")],
  ["zeros([2, 3, 4]).swapaxes(0, 1)", t("3, 2, 4")],
  ["mT(zeros([5, 2, 3]))", t("5, 3, 2")],
  ["zeros([2, 3]).mT", t("3, 2")],
  ["reshape(zeros([2, 3]), [3, 2])", t("3, 2")],
  ["reshape(zeros([128, 28, 28]), [128, -1])", t("128, 784")],
  ["reshape(zeros([2, 3]), [6])", t("6")],
  ["reshape(rows, [-1])", t("number")],
  ["reshape(rows, [4, 3])", t("4, 3")],
  ["zeros([2, 3]).reshape([3, 2, 1])", t("3, 2, 1")],
  ["flatten(zeros([2, 3, 4]))", t("24")],
  ["zeros([28, 28]).flatten()", t("784")],
  ["expandDims(zeros([2, 3]), 0)", t("1, 2, 3")],
  ["expandDims(zeros([2, 3]), [0, -1])", t("1, 2, 3, 1")],
  ["zeros([2]).expandDims(-1)", t("2, 1")],
  ["squeeze(zeros([1, 3, 1]))", t("3")],
  ["squeeze(zeros([1, 3, 1]), { axis: 0 })", t("3, 1")],
  ["zeros([1, 3]).squeeze({ axis: [0] })", t("3")],
  ["broadcastTo(zeros([3]), [2, 3])", t("2, 3")],
  ["zeros([2, 1]).broadcastTo([2, 4])", t("2, 4")],
  ["concat([zeros([2, 1]), zeros([2, 3])], { axis: 1 })", t("2, 4")],
  ["concat([zeros([2]), zeros([3]), zeros([4])])", t("9")],
  ["concat([rows, zeros([2, 3])])", t("number, 3")],
  ["stack([zeros([3]), zeros([3])])", t("2, 3")],
  ["stack([zeros([3]), zeros([3])], { axis: -1 })", t("3, 2")],
  ["stack([zeros([]), zeros([]), zeros([])])", t("3")],
  // What is unknown goes everywhere
  ["((x: Tensor<[2, 3]>) => x.shape)(anything.slice({ start: [0, 0], stop: [2, 3] }))", "[2, 3]"],
  ['((x: Tensor<[4, 3], "float32">) => x)(rows)', t("4, 3")],
];

/** Calls that do not fit; each is refused at run time too. */
export const faulty: readonly Faulty[] = [
  ...[...floats, ...moreFloats, ...tests, ...logic].flatMap((name): Faulty[] => [
    [`${name}(${z(2, 3)}, ${z(4)})`, clash(name, "2, 3", "4"), "axis -1 is 3 on the left and 4 on the right"],
    [`${name}(${z(2, 3)}, ${z(3, 3)})`, clash(name, "2, 3", "3, 3"), "axis -2 is 2 on the left and 3 on the right"],
  ]),
  ...methods.flatMap((name): Faulty[] => [
    [`${z(5, 2)}.${name}(${z(2, 5)})`, clash(name, "5, 2", "2, 5")],
    [`${z(2, 1)}.${name}(${z(3, 2)})`, clash(name, "2, 1", "3, 2")],
  ]),
  ["lerp(zeros([2]), zeros([3]), 0.5)", clash("lerp", "2", "3")],
  ["lerp(zeros([2]), zeros([2]), zeros([3]))", clash("lerp", "2", "3")],
  ["tensor([1, 2, 3], { shape: [2, 2] })", "[3] do not fit shape [2, 2]"],
  ["tensor([[1, 2], [3, 4]], { shape: [3] })", "[2, 2] do not fit shape [3]"],
  ["matmul(zeros([2, 3]), zeros([4, 5]))", "matmul: inner dimensions differ: [2, 3] · [4, 5] (3 ≠ 4)"],
  ["matmul(zeros([128, 784]), zeros([10, 784]))", "[128, 784] · [10, 784] (784 ≠ 10)"],
  ["matmul(zeros([3]), zeros([4]))", "[3] · [4] (3 ≠ 4)"],
  ["matmul(zeros([2, 3]), zeros([2]))", "[2, 3] · [2] (3 ≠ 2)"],
  ["matmul(zeros([]), zeros([2]))", "matmul: a scalar is no matrix: [] · [2]"],
  ["matmul(zeros([2, 2, 3]), zeros([3, 3, 2]))", "batch axes of [2, 2, 3] and [3, 3, 2]"],
  ["zeros([2, 3]).matmul(zeros([2, 3]))", "[2, 3] · [2, 3] (3 ≠ 2)"],
  ["matmul(rows, zeros([4, 5]))", "3]", "[4, 5] (3 ≠ 4)"],
  ...[...reductions, "argmax", "argmin"].flatMap((name): Faulty[] => [
    [`${name}(${z(2, 3)}, { axis: 2 })`, outOfRange(name, 2, "2, 3")],
    [`${name}(${z(4, 2, 3)}, { axis: -4, keepDims: true })`, outOfRange(name, -4, "4, 2, 3")],
  ]),
  ...reductionMethods.map((name): Faulty => [`${z(2, 3)}.${name}({ axis: 3 })`, outOfRange(name, 3, "2, 3")]),
  ["sum(zeros([2, 3]), { axis: [0, 5] })", outOfRange("sum", 5, "2, 3")],
  ["softmax(zeros([2, 3]), { axis: 2 })", outOfRange("softmax", 2, "2, 3")],
  ["logSoftmax(zeros([2, 3]), { axis: -3 })", outOfRange("logSoftmax", -3, "2, 3")],
  ["zeros([2, 3]).softmax({ axis: 2 })", outOfRange("softmax", 2, "2, 3")],
  ["zeros([2, 3]).logSoftmax({ axis: 2 })", outOfRange("logSoftmax", 2, "2, 3")],
  ["transpose(zeros([2, 3, 4]), { axes: [0, 1] })", "axes [0, 1] name 2 of the 3 axes of [2, 3, 4]"],
  ["transpose(zeros([2, 3]), { axes: [0, 2] })", outOfRange("transpose", 2, "2, 3")],
  ["zeros([2, 3]).transpose({ axes: [0] })", "axes [0] name 1 of the 2 axes of [2, 3]"],
  ["swapaxes(zeros([2, 3]), 0, 2)", outOfRange("swapaxes", 2, "2, 3")],
  ["zeros([2, 3]).swapaxes(0, 5)", outOfRange("swapaxes", 5, "2, 3")],
  ["mT(zeros([3]))", "mT: [3] is no matrix"],
  ["reshape(zeros([2, 3]), [4, 2])", "[2, 3] do not fit shape [4, 2]"],
  ["reshape(zeros([2, 3]), [-1, -1])", "[2, 3] do not fit shape [-1, -1]"],
  ["reshape(zeros([28, 28]), [783])", "784 elements of [28, 28] do not fit shape [783]"],
  ["zeros([2, 3]).reshape([7])", "[2, 3] do not fit shape [7]"],
  ["expandDims(zeros([2, 3]), 3)", "expandDims: axis 3 is out of range for rank 3: [2, 3]"],
  ["expandDims(zeros([2]), [0, 5])", "expandDims: axis 5 is out of range for rank 3: [2]"],
  ["zeros([2]).expandDims(-3)", "expandDims: axis -3 is out of range for rank 2: [2]"],
  ["squeeze(zeros([1, 3]), { axis: 1 })", "squeeze: axis 1 of [1, 3] has size 3, not 1"],
  ["squeeze(zeros([1, 3]), { axis: 2 })", outOfRange("squeeze", 2, "1, 3")],
  ["zeros([2, 3]).squeeze({ axis: 0 })", "squeeze: axis 0 of [2, 3] has size 2, not 1"],
  ["broadcastTo(zeros([3]), [2, 4])", "[3] does not broadcast to [2, 4]"],
  ["broadcastTo(zeros([2, 3]), [3])", "[2, 3] does not broadcast to [3]"],
  ["zeros([2]).broadcastTo([2, 4])", "[2] does not broadcast to [2, 4]"],
  ["concat([zeros([2, 1]), zeros([3, 3])], { axis: 1 })", "concat: [2, 1] and [3, 3] differ"],
  ["concat([zeros([2, 3]), zeros([2])])", "concat: [2, 3] and [2] differ"],
  ["concat([zeros([2]), zeros([2])], { axis: 1 })", outOfRange("concat", 1, "2")],
  ["stack([zeros([3]), zeros([4])])", "stack: [3] and [4] differ"],
  ["stack([zeros([3]), zeros([3])], { axis: 3 })", "stack: axis 3 is out of range for rank 2: [3]"],
];

/** Results put where another shape or dtype is wanted: refused by the compiler alone, for at run time a variable has no type. */
export const misplaced: readonly Faulty[] = [
  ...unary.map((name): Faulty => [`((x: Tensor<[3, 2]>) => x)(${name}(${z(2, 3)}))`, "[2, 3]", "[3, 2]"]),
  ...unaryTests.map((name): Faulty => [`((x: Tensor<[2]>) => x)(${name}(${z(2, 3)}))`, "[2, 3]", "[2]"]),
  ...unaryMethods.map((name): Faulty => [`((x: Tensor<[3, 2]>) => x)(${z(2, 3)}.${name}())`, "[2, 3]", "[3, 2]"]),
  ["((x: Tensor<[3]>) => x)(zeros([2]))", "[2]", "[3]"],
  ["((x: Tensor<[3]>) => x)(ones([2]))", "[2]", "[3]"],
  ["((x: Tensor<[3]>) => x)(full([2], 1))", "[2]", "[3]"],
  ["((x: Tensor<[3]>) => x)(flatten(zeros([2, 2])))", "[4]", "[3]"],
  ["((x: Tensor<[3]>) => x)(variable([1, 2]).value)", "[2]", "[3]"],
  ['((x: Tensor<[2], "float64">) => x)(zeros([2]))', '"float32"', '"float64"'],
  ['((x: Tensor<[2], "float64">) => x)(zeros([2]).cast("int32"))', '"int32"', '"float64"'],
  ["((x: Tensor<[2, 3]>) => x)(zeros([3, 2]).mT.mT)", "[3, 2]", "[2, 3]"],
  ["add(batch, time)", "cannot broadcast", "Batch", "Time"],
  ["matmul(zeros([2, m as Batch]), time)", "matmul: inner dimensions differ", "Batch", "Time"],
];
