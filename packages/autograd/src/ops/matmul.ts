import { asTensor, commonDType } from "../convert.js";
import { allocate } from "../dtype.js";
import { ShapeError } from "../errors.js";
import type { Primitive } from "../graph.js";
import { broadcastStrides } from "../numbers/broadcast-loops.js";
import { matmulInto, rowMajor } from "../numbers/matrix-product.js";
import { apply, typedOperator } from "../primitive.js";
import type { Draw } from "../sampling.js";
import { broadcastShapes, type Shape, showShape, sizeOf } from "../shape.js";
import type { Tensor, TensorLike } from "../tensor.js";
import type { MatMul } from "../types/matmul.js";
import type { Dot, Kron, Outer } from "../types/products.js";
import { reshapeTo, sumTo } from "./broadcast.js";
import { castTo } from "./cast.js";
import { alignBatch, mul } from "./elementwise.js";
import { matrixTransposed } from "./movement.js";

/** Which operands are stored transposed: `a` as [K, M], `b` as [N, K]. */
interface Transposed {
  readonly a: boolean;
  readonly b: boolean;
}

const batchOf = (shape: Shape): Shape => shape.slice(0, -2);
const rowsOf = (shape: Shape): number => shape[shape.length - 2] ?? 1;
const columnsOf = (shape: Shape): number => shape[shape.length - 1] ?? 1;

/** [..., M, K] · [..., K, N] with batch axes that broadcast; an operand may be stored transposed, which spares a copy. */
const matmulPrimitive: Primitive<Transposed> = {
  name: "matmul",
  linear: "separately",
  infer({ inputs: [a, b], attributes }) {
    const rows = attributes.a ? columnsOf(a.shape) : rowsOf(a.shape);
    const columns = attributes.b ? rowsOf(b.shape) : columnsOf(b.shape);
    return { shape: [...broadcastShapes("matmul", batchOf(a.shape), batchOf(b.shape)), rows, columns], dtype: a.dtype };
  },
  run({ inputs: [a, b], attributes, shape, dtype }) {
    const [M, N] = [rowsOf(shape), columnsOf(shape)];
    const K = attributes.a ? rowsOf(a.shape) : columnsOf(a.shape);
    const batch = batchOf(shape);
    const [stepsA, stepsB] = [a, b].map((operand) => broadcastStrides(batchOf(operand.shape), batch));
    const out = allocate(dtype, sizeOf(shape));
    for (let n = 0; n < sizeOf(batch); n++) {
      const left = rowMajor(a.data, offsetAt(n, batch, stepsA ?? []) * M * K, M, K, { transposed: attributes.a });
      const right = rowMajor(b.data, offsetAt(n, batch, stepsB ?? []) * K * N, K, N, { transposed: attributes.b });
      matmulInto(left, right, out, n * M * N, M, K, N);
    }
    return out;
  },
  lower: ({ attributes: { a, b }, dtype }) =>
    dtype === "uint8" || dtype === "bool" ? undefined : { kind: "product", a, b },
  // C = A B: dA = g Bᵀ, dB = Aᵀ g; each transposed once more where the operand is stored so.
  vjp: ({ inputs: [a, b], attributes: t, cotangent: g }) => [
    sumTo(t.a ? product(b, g, { a: t.b, b: true }) : product(g, b, { a: false, b: !t.b }), a.shape),
    sumTo(t.b ? product(g, a, { a: true, b: t.a }) : product(a, g, { a: !t.a, b: false }), b.shape),
  ],
  batch(context) {
    const [a, b] = alignBatch(context);
    if (a === undefined || b === undefined) throw new Error("matmul takes two operands");
    return product(a, b, context.attributes);
  },
};

const product = (a: Tensor, b: Tensor, transposed: Transposed): Tensor => apply(matmulPrimitive, [a, b], transposed);

/** The number of matrices before matrix `n` of the result's batch, in an operand with these strides. */
function offsetAt(n: number, batch: Shape, strides: readonly number[]): number {
  let rest = n;
  let offset = 0;
  for (let axis = batch.length - 1; axis >= 0; axis--) {
    const side = batch[axis] ?? 1;
    offset += (rest % side) * (strides[axis] ?? 0);
    rest = Math.floor(rest / side);
  }
  return offset;
}

/**
 * The matrix product, as in NumPy and PyTorch: the last two axes are the matrices, the axes before them broadcast. A vector on the left
 * counts as a row, one on the right as a column, and the axis added for it is dropped.
 *
 * @throws ShapeError for scalars, inner dimensions that differ, or batch axes that do not broadcast.
 * @example
 * matmul([[1, 2], [3, 4]], [1, 1]).toArray(); // [3, 7]
 */
export const matmul = typedOperator<MatMul>("matmul", drawFactors, (a: TensorLike, b: TensorLike): Tensor => {
  const [left, right] = factors("matmul", a, b);
  if (left.rank === 0 || right.rank === 0) {
    throw new ShapeError(
      `matmul: a scalar is no matrix: ${showShape(left.shape)} · ${showShape(right.shape)}. Use mul.`,
    );
  }
  const inner = columnsOf(left.shape);
  const other = right.rank === 1 ? columnsOf(right.shape) : rowsOf(right.shape);
  if (inner !== other) {
    throw new ShapeError(
      `matmul: inner dimensions differ: ${showShape(left.shape)} · ${showShape(right.shape)} (${inner} ≠ ${other}). Transpose the right operand?`,
    );
  }
  const rows = left.rank === 1 ? reshapeTo(left, [1, inner]) : left;
  const columns = right.rank === 1 ? reshapeTo(right, [inner, 1]) : right;
  const full = multiply(rows, columns);
  const shape = [...batchOf(full.shape)];
  if (left.rank > 1) shape.push(rowsOf(full.shape));
  if (right.rank > 1) shape.push(columnsOf(full.shape));
  return reshapeTo(full, shape);
});

/** The product of matrices; transposes of operands are read in place, and one right matrix for a whole batch is one product. */
function multiply(a: Tensor, b: Tensor): Tensor {
  const [sourceA, sourceB] = [matrixTransposed(a), matrixTransposed(b)];
  if (b.rank === 2 && a.rank > 2) {
    const flat = reshapeTo(a, [sizeOf(a.shape.slice(0, -1)), columnsOf(a.shape)]);
    return reshapeTo(multiply(flat, b), [...a.shape.slice(0, -1), columnsOf(b.shape)]);
  }
  return product(sourceA ?? a, sourceB ?? b, { a: sourceA !== undefined, b: sourceB !== undefined });
}

/** Operands of a common dtype; booleans count as int32. */
function factors(name: string, a: TensorLike, b: TensorLike): [Tensor, Tensor] {
  const common = commonDType(name, [a, b]);
  const dtype = common === "bool" ? "int32" : common;
  return [castTo(asTensor(name, a), dtype), castTo(asTensor(name, b), dtype)];
}

function drawFactors(draw: Draw): readonly unknown[] {
  const [m, k, n] = [draw.side(3), draw.side(3), draw.side(3)];
  const [batchA = [], batchB = []] = draw.broadcastable(2, { maxRank: 2, maxSide: 3 });
  const a = draw.pick([[k], [m, k], [...batchA, m, k]]);
  const b = draw.pick([[k], [k, n], [...batchB, k, n]]);
  return [draw.tensor(a), draw.tensor(b)];
}

/**
 * NumPy's dot: the product of scalars, the inner product of vectors, and the sum over the last axis of `a` and the second to last of `b` otherwise.
 *
 * @throws ShapeError where these axes differ.
 * @example
 * dot([1, 2, 3], [4, 5, 6]).item(); // 32
 */
export const dot = typedOperator<Dot>(
  "dot",
  (draw) => {
    const k = draw.side();
    const before = draw.shape({ maxRank: 2, maxSide: 3 });
    return [draw.tensor([...before, k]), draw.tensor(draw.pick([[k], [k, 2], [2, k, 3]]))];
  },
  (a: TensorLike, b: TensorLike): Tensor => {
    const [left, right] = factors("dot", a, b);
    if (left.rank === 0 || right.rank === 0) return mul(left, right);
    const inner = columnsOf(left.shape);
    const other = right.rank === 1 ? columnsOf(right.shape) : rowsOf(right.shape);
    if (inner !== other) {
      throw new ShapeError(
        `dot: the last axis of ${showShape(left.shape)} and the ${right.rank === 1 ? "last" : "second to last"} of ${showShape(right.shape)} differ (${inner} ≠ ${other}).`,
      );
    }
    if (right.rank <= 2) return matmul(left, right);
    // Every row of `a` meets every matrix of `b`: [rows, 1…, 1, k] · [batch…, k, n].
    const rows = sizeOf(left.shape.slice(0, -1));
    const batch = batchOf(right.shape);
    const spread = reshapeTo(left, [rows, ...batch.map(() => 1), 1, inner]);
    return reshapeTo(matmul(spread, right), [...left.shape.slice(0, -1), ...batch, columnsOf(right.shape)]);
  },
);

/**
 * The outer product of two vectors, [M] and [N], as [M, N]; operands with more axes are flattened, as in NumPy.
 *
 * @example
 * outer([1, 2], [3, 4]).toArray(); // [[3, 4], [6, 8]]
 */
export const outer = typedOperator<Outer>(
  "outer",
  (draw) => [draw.tensor(draw.shape({ maxRank: 2 })), draw.tensor(draw.shape({ maxRank: 2 }))],
  (a: TensorLike, b: TensorLike): Tensor => {
    const [left, right] = factors("outer", a, b);
    return mul(reshapeTo(left, [left.size, 1]), reshapeTo(right, [1, right.size]));
  },
);

/**
 * The Kronecker product: every element of `a` times the whole of `b`, laid out as blocks; missing axes count as 1 in front.
 *
 * @example
 * kron([1, 2], [1, 1]).toArray(); // [1, 1, 2, 2]
 */
export const kron = typedOperator<Kron>(
  "kron",
  (draw) => [draw.tensor(draw.shape({ maxRank: 2, maxSide: 3 })), draw.tensor(draw.shape({ maxRank: 2, maxSide: 3 }))],
  (a: TensorLike, b: TensorLike): Tensor => {
    const [left, right] = factors("kron", a, b);
    const rank = Math.max(left.rank, right.rank);
    const fill = (shape: Shape): number[] => [...new Array<number>(rank - shape.length).fill(1), ...shape];
    const [own, other] = [fill(left.shape), fill(right.shape)];
    const blocks = mul(
      reshapeTo(
        left,
        own.flatMap((side) => [side, 1]),
      ),
      reshapeTo(
        right,
        other.flatMap((side) => [1, side]),
      ),
    );
    return reshapeTo(
      blocks,
      own.map((side, i) => side * (other[i] ?? 1)),
    );
  },
);
