import type { Correct, Faulty } from "./shape-snippets.js";

/** Transforms and control flow; `n`, `anything`, `rows` and `batch` as in shape-snippets.ts. */

const t = (shape: string, dtype = "float32"): string => `Tensor<[${shape}], "${dtype}">`;
/** A function of one tensor of a shape. */
const of = (shape: string, body: string): string => `(x: Tensor<[${shape}], "float32">) => ${body}`;
const noScalar = (name: string, shape: string): string =>
  `${name}: the function must return a scalar (shape []), not shape [${shape}]`;

/** Calls that fit. */
export const correctTransforms: readonly Correct[] = [
  // Derivatives
  [`grad(${of("3, 2", "sum(x)")})(zeros([3, 2]))`, t("3, 2")],
  [`grad(grad(${of("", "mul(x, x)")}))(zeros([]))`, t("")],
  [`grad((p: { w: Tensor<[3, 2], "float32"> }) => sum(p.w))({ w: zeros([3, 2]) }).w`, t("3, 2")],
  [
    "grad((x: Tensor<[2], 'float32'>, y: Tensor<[3], 'float32'>) => add(sum(x), sum(y)), { argnums: [0, 1] })(zeros([2]), zeros([3]))[1]",
    t("3"),
  ],
  [
    "grad((x: Tensor) => sum(x))(anything)",
    'Tensor<Shape, "bool" | "float32" | "float64" | "int32" | "uint32" | "uint8">',
  ],
  [`valueAndGrad(${of("3, 2", "sum(x)")})(zeros([3, 2])).value`, t("")],
  [`valueAndGrad(${of("3, 2", "sum(x)")})(zeros([3, 2])).grads`, t("3, 2")],
  [
    `valueAndGrad((x: Tensor<[2], "float32">): [Tensor<[], "float32">, Tensor<[2], "float32">] => [sum(x), x], { hasAux: true })(zeros([2])).aux`,
    t("2"),
  ],
  ["((w: Variable<[3], 'float32'>) => variableGrads(() => sum(w.value), [w]).grads[0])(variable(zeros([3])))", t("3")],
  [`vjp(${of("3, 2", "sum(x, { axis: 0 })")}, zeros([3, 2]))[0]`, t("2")],
  [`vjp(${of("3, 2", "sum(x, { axis: 0 })")}, zeros([3, 2]))[1](zeros([2]))[0]`, t("3, 2")],
  [`jvp(${of("3, 2", "sum(x, { axis: 0 })")}, [zeros([3, 2])], [zeros([3, 2])])[1]`, t("2")],
  [
    `jvp((p: { w: Tensor<[2], "float32"> }, s: number) => mul(p.w, s), [{ w: zeros([2]) }, 2], [{ w: ones([2]) }, tensor(1)])[1]`,
    t("2"),
  ],
  [`vjp(${of("3", "({ y: x, n: sum(x) })")}, zeros([3]))[1]({ y: zeros([3]), n: tensor(1) })[0]`, t("3")],
  [`jacobian(${of("3", "mul(x, x)")})(zeros([3]))`, t("3, 3")],
  [`jacobian(${of("3, 2", "sum(x, { axis: 0 })")})(zeros([3, 2]))`, t("2, 3, 2")],
  [`jacobian(${of("3", "({ a: sum(x), b: concat([x, x]) })")})(zeros([3])).b`, t("6, 3")],
  [`hessian(${of("3", "sum(mul(x, x))")})(zeros([3]))`, t("3, 3")],
  [`hvp(${of("3", "sum(mul(x, x))")}, [zeros([3])], [zeros([3])])`, t("3")],
  // vmap
  [`vmap(${of("2", "sum(x)")})`, '<N extends number>(x: Tensor<[N, 2], "float32">) => Tensor<[N], "float32">'],
  [`vmap(${of("2", "sum(x)")})(zeros([5, 2]))`, t("5")],
  [`vmap(${of("2", "x")})(zeros([n, 2]))`, t("number, 2")],
  [`vmap(${of("3", "sum(x)")})(batch)`, 'Tensor<[Batch], "float32">'],
  [`vmap(${of("2, 3", "x")}, { inAxes: 2 })(zeros([2, 3, 4]))`, t("4, 2, 3")],
  [`vmap(${of("2, 3", "x")}, { inAxes: [-1], outAxes: 1 })(zeros([2, 3, 4]))`, t("2, 4, 3")],
  [`vmap(${of("2, 3", "x")}, { inAxes: n - 4 })(zeros([5, 2, 3]))`, t("number, 2, 3")],
  [
    "vmap((x: Tensor<[2], 'float32'>, y: Tensor<[3], 'float32'>) => add(sum(x), y), { inAxes: [1, null], outAxes: -1 })(zeros([2, 5]), zeros([3]))",
    t("3, 5"),
  ],
  [
    "vmap((x: { a: Tensor<[2], 'float32'>; b: Tensor<[3], 'float32'> }) => ({ s: sum(x.a), b: x.b }), { inAxes: [{ a: 1, b: 0 }] })({ a: zeros([2, 5]), b: zeros([5, 3]) }).b",
    t("5, 3"),
  ],
  [`vmap(grad(${of("2", "sum(x)")}))(zeros([9, 2]))`, t("9, 2")],
  [`vmap(vmap(${of("2", "sum(x)")}))(zeros([7, 5, 2]))`, t("7, number")],
  [`jit(vmap(${of("2", "sum(x)")}))(zeros([7, 2]))`, t("number")],
  [
    "vmap((x: Tensor) => sum(x))(anything)",
    'Tensor<[number], "bool" | "float32" | "float64" | "int32" | "uint32" | "uint8">',
  ],
  // jit and checkpoint
  [`jit(${of("3, 2", "sum(x, { axis: 0 })")})(zeros([3, 2]))`, t("2")],
  [`checkpoint(${of("3, 2", "sum(x, { axis: 0 })")})(zeros([3, 2]))`, t("2")],
  [`customGradient(${of("3", "relu(x)")}, { vjp: ({ cotangent }) => [cotangent] })(zeros([3]))`, t("3")],
  [
    `customGradient(${of("3", "sum(x)")}, { vjp: ({ inputs: [x], cotangent }) => [mul(x, cotangent)], jvp: ({ tangents: [dx] }) => sum(dx) })(zeros([3]))`,
    t(""),
  ],
  [
    "customGradient((x: Tensor<[3], 'float32'>, i: Tensor<[], 'int32'>) => take(x, i), { vjp: ({ inputs: [x] }) => [x, null] })(zeros([3]), zeros([], { dtype: 'int32' }))",
    t(""),
  ],
  [`implicitDiff(${of("3", "x")}, { residual: (x, a) => sub(x, a) })(zeros([3]))`, t("3")],
  // scan
  ["scan((c, x) => [add(c, x), mul(c, x)], tensor(0), zeros([3]))[0]", t("")],
  ["scan((c, x) => [add(c, x), mul(c, x)], tensor(0), zeros([3]))[1]", t("3")],
  ["scan((c, x) => [matmul(x, c), { c }], zeros([3, 3]), zeros([7, 3, 3]))[1].c", t("7, 3, 3")],
  ["scan((c) => [add(c, 1), c], zeros([2]), null, { length: 5 })[1]", t("5, 2")],
  ["scan((c) => [add(c, 1), c], zeros([2]), null, { length: n })[1]", t("number, 2")],
  ["scan((c, x) => [add(c, x), x], zeros([3]), rows)[1]", t("number, 3")],
  ["scan((c, x) => [add(c, x), x], zeros([3]), batch)[1]", t("Batch, 3")],
  [
    "scan(({ h, k }, [x, y]) => [{ h: add(h, x), k }, y], { h: zeros([2]), k: tensor(1) }, [zeros([6, 2]), zeros([6, 3])])[1]",
    t("6, 3"),
  ],
  ["scan((c: Tensor, x: Tensor) => [add(c, x), null], zeros([3]), rows)[0]", t("3")],
  // cond and whileLoop
  ["cond(tensor(true), (x) => relu(x), (x) => neg(x), zeros([4, 3]))", t("4, 3")],
  ["cond(greater(n, 0), () => ({ a: zeros([2]) }), () => ({ a: ones([2]) })).a", t("2")],
  ["cond(true, () => zeros([2]), () => ones([2]))", t("2")],
  ["whileLoop((x) => less(x, 100), (x) => add(x, 2), tensor(3))", t("")],
  ["whileLoop(([x]) => less(sum(x), 9), ([x]) => [add(x, 2)] as const, [zeros([3])] as const)[0]", t("3")],
];

/** Calls that do not fit. */
export const faultyTransforms: readonly Faulty[] = [
  [`grad(${of("2", "x")})(zeros([2]))`, noScalar("grad", "2")],
  [`valueAndGrad(${of("3, 2", "sum(x, { axis: 0 })")})(zeros([3, 2]))`, noScalar("valueAndGrad", "2")],
  [
    "((w: Variable<[3], 'float32'>) => variableGrads(() => relu(w), [w]))(variable(zeros([3])))",
    noScalar("variableGrads", "3"),
  ],
  [`hessian(${of("3", "mul(x, x)")})(zeros([3]))`, noScalar("grad", "3")],
  [`hvp(${of("3", "mul(x, x)")}, [zeros([3])], [zeros([3])])`, noScalar("grad", "3")],
  [
    `hvp(${of("3", "sum(mul(x, x))")}, [zeros([3])], [zeros([4])])`,
    "jvp: the tangents at [0] has shape [4], its primal [3]",
  ],
  [`grad(${of("2", "sum(add(x, zeros([2])))")})(zeros([3]))`, "[2]", "[3]"],
  [`jvp(${of("2", "sum(x)")}, [zeros([2])], [zeros([3])])`, "jvp: the tangents at [0] has shape [3], its primal [2]"],
  [
    `jvp(${of("2", "sum(x)")}, [zeros([2])], [zeros([2], { dtype: "float64" })])`,
    "jvp: the tangents at [0] has dtype float64, its primal float32",
    "[2]",
  ],
  [
    `vjp(${of("3, 2", "sum(x, { axis: 0 })")}, zeros([3, 2]))[1](zeros([3]))`,
    "vjp: the cotangent has shape [3], the value [2]",
  ],
  [
    `vjp(${of("3", "({ y: x })")}, zeros([3]))[1]({ y: zeros([4]) })`,
    "vjp: the cotangent at y has shape [4], the value [3]",
  ],
  [`jacobian(${of("2", "add(x, zeros([2]))")})(zeros([3]))`, "[2]", "[3]"],
  // vmap
  [`vmap(${of("2", "add(x, zeros([2]))")})(zeros([5, 3]))`, "[5, 3]", "[5, 2]"],
  [
    "vmap((x: Tensor<[2], 'float32'>, y: Tensor<[3], 'float32'>) => add(sum(x), y))(zeros([5, 2]), zeros([6, 3]))",
    "[6, 3]",
    "[5, 3]",
  ],
  [
    `vmap(${of("2", "x")}, { inAxes: 3 })(zeros([5, 2]))`,
    "vmap: the arguments at [0]: axis 3 is out of range for rank 2: [number, 2]",
  ],
  [
    `vmap(${of("2", "x")}, { inAxes: [0], outAxes: -3 })(zeros([5, 2]))`,
    "vmap: outAxes: axis -3 is out of range for rank 2: [number, 2]",
  ],
  // jit and checkpoint
  [`jit(${of("2", "add(x, zeros([2]))")})(zeros([3]))`, "[2]", "[3]"],
  [`checkpoint(${of("2", "add(x, zeros([2]))")})(zeros([3]))`, "[2]", "[3]"],
  [
    `customGradient(${of("2", "add(x, zeros([2]))")}, { vjp: ({ cotangent }) => [cotangent] })(zeros([3]))`,
    "[2]",
    "[3]",
  ],
  [
    `grad(customGradient(${of("3", "sum(x)")}, { vjp: ({ cotangent }) => [cotangent] }))(zeros([3]))`,
    "customGradient: the vjp of f made [] float32 for [3] float32; they must be alike",
  ],
  [
    `jvp(customGradient(${of("3", "sum(x)")}, { vjp: ({ inputs: [x] }) => [x], jvp: ({ tangents: [dx] }) => dx }), [zeros([3])], [zeros([3])])`,
    "customGradient: the jvp of f made [3] float32 for [] float32; they must be alike",
  ],
  [
    `grad(implicitDiff(${of("", "x")}, { residual: (x, a) => concat([flatten(x), flatten(a)]) }))(zeros([]))`,
    "[2]",
    "[]",
  ],
  // scan
  [
    "scan((c, x) => [concat([c, x]), x], zeros([2]), zeros([5, 2]))",
    "scan: the carry has shape [2] before a step and [4] after it",
  ],
  ["scan((c, x) => [{ h: concat([c.h, x]) }, x], { h: zeros([2]) }, zeros([5, 2]))", "[2]", "[4]"],
  [
    "scan((c, x) => [cast(c, 'float64'), x], zeros([2]), zeros([5, 2]))",
    "scan: the carry has dtype float32 before a step and float64 after it",
    "[2]",
  ],
  ["scan((c, x: Tensor<[3], 'float32'>) => [c, add(x, zeros([3]))], zeros([2]), zeros([5, 2]))", "[3]", "[2]"],
  [
    "scan((c, x) => [c, x], tensor(0), [zeros([5]), zeros([6])])",
    "scan: xs at [1] has 6 steps (shape [6]), others have 5",
  ],
  [
    "scan((c, x) => [c, x], tensor(0), { a: zeros([5, 2]), b: zeros([6]) })",
    "scan: xs at b has 6 steps (shape [6]), others have 5",
  ],
  ["scan((c, x) => [c, x], tensor(0), tensor(1))", "scan: xs is a scalar; it needs an axis to scan: shape []"],
  // cond and whileLoop
  [
    "cond(tensor(true), () => zeros([2]), () => zeros([3]))",
    "cond: the result is [2] float32 from one function and [3] float32 from the other",
  ],
  ["cond(tensor(true), () => ({ a: zeros([2]) }), () => ({ a: zeros([3]) }))", "[2]", "[3]"],
  [
    "cond(tensor([true, false]), () => zeros([2]), () => zeros([2]))",
    "cond: the condition has shape [2], and must be a scalar (shape [])",
  ],
  [
    "whileLoop((x) => less(x, 100), (x) => mul(x, 2), zeros([3]))",
    "whileLoop: the condition has shape [3], and must be a scalar (shape [])",
  ],
  [
    "whileLoop((x) => less(sum(x), 9), (x) => concat([x, x]), zeros([3]))",
    "whileLoop: the carry has shape [3] before a step and [6] after it",
  ],
];
