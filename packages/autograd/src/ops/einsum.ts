import { asTensor, commonDType } from "../convert.js";
import { ShapeError, ValueError } from "../errors.js";
import { typedOperator } from "../primitive.js";
import type { Draw } from "../sampling.js";
import { showShape, sizeOf } from "../shape.js";
import type { Tensor, TensorLike } from "../tensor.js";
import type { Einsum } from "../types/einsum.js";
import { reshapeTo, sumAxes } from "./broadcast.js";
import { castTo } from "./cast.js";
import { diagonal } from "./diagonal.js";
import { parseSpec } from "./einsum-spec.js";
import { mul } from "./elementwise.js";
import { matmul } from "./matmul.js";
import { permute } from "./movement.js";

/** A tensor whose axes have names: one character each. */
interface Labelled {
  readonly x: Tensor;
  readonly labels: readonly string[];
}

/** The size of each label; a side of 1 stretches. */
function sizesOf(spec: string, operands: readonly Labelled[]): Map<string, number> {
  const sizes = new Map<string, number>();
  for (const { x, labels } of operands) {
    for (const [axis, label] of labels.entries()) {
      const side = x.shape[axis] ?? 1;
      const known = sizes.get(label) ?? 1;
      if (side !== known && side !== 1 && known !== 1) {
        throw new ShapeError(
          `einsum: label ${label} of "${spec}" has size ${known} in one operand and ${side} in another of shape ${showShape(x.shape)}.`,
        );
      }
      sizes.set(label, known === 1 ? side : known);
    }
  }
  return sizes;
}

/** Takes the diagonal of axes with the same label, and drops sides of 1 that other operands stretch. */
function tidy({ x, labels }: Labelled, sizes: ReadonlyMap<string, number>): Labelled {
  const repeated = labels.findIndex((label, i) => labels.indexOf(label) !== i);
  if (repeated !== -1) {
    const first = labels.indexOf(labels[repeated] ?? "");
    return tidy(
      {
        x: diagonalOf(x, first, repeated),
        labels: [...labels.filter((_, i) => i !== first && i !== repeated), labels[first] ?? ""],
      },
      sizes,
    );
  }
  const kept = labels
    .map((_, axis) => axis)
    .filter((axis) => x.shape[axis] !== 1 || sizes.get(labels[axis] ?? "") === 1);
  return {
    x: reshapeTo(
      x,
      kept.map((axis) => x.shape[axis] ?? 1),
    ),
    labels: kept.map((axis) => labels[axis] ?? ""),
  };
}

/** Axes i and j, of one size, as one: their diagonal, last. */
function diagonalOf(x: Tensor, i: number, j: number): Tensor {
  const [rows, columns] = [x.shape[i], x.shape[j]];
  if (rows === columns) return diagonal(x, { axis1: i, axis2: j });
  throw new ShapeError(
    `einsum: a repeated label names axes of ${rows} and ${columns} in shape ${showShape(x.shape)}; a diagonal needs equal ones.`,
  );
}

/** Sums out the labels that nobody else needs. */
function reduceTo({ x, labels }: Labelled, needed: ReadonlySet<string>): Labelled {
  const axes = labels.flatMap((label, axis) => (needed.has(label) ? [] : [axis]));
  return axes.length === 0
    ? { x, labels }
    : { x: sumAxes(x, axes), labels: labels.filter((label) => needed.has(label)) };
}

/** One product: labels of both that are needed later are its batch, the other common ones are summed over. */
function contract(a: Labelled, b: Labelled, needed: ReadonlySet<string>, sizes: ReadonlyMap<string, number>): Labelled {
  const common = a.labels.filter((label) => b.labels.includes(label));
  const batch = common.filter((label) => needed.has(label));
  const inner = common.filter((label) => !needed.has(label));
  const rows = a.labels.filter((label) => !common.includes(label));
  const columns = b.labels.filter((label) => !common.includes(label));
  const labels = [...batch, ...rows, ...columns];
  const shape = labels.map((label) => sizes.get(label) ?? 1);
  if (inner.length === 0) {
    const left = order(a, [...batch, ...rows]);
    const right = order(b, [...batch, ...columns]);
    const gap = rows.map(() => 1);
    const spread = [...right.shape.slice(0, batch.length), ...gap, ...right.shape.slice(batch.length)];
    return { x: mul(reshapeTo(left, [...left.shape, ...columns.map(() => 1)]), reshapeTo(right, spread)), labels };
  }
  const product = matmul(matrices(a, batch, rows, inner), matrices(b, batch, inner, columns));
  return { x: reshapeTo(product, shape), labels };
}

/** The batch of matrices with these rows and columns; one that is stored the other way round is a transpose, which matmul reads in place. */
function matrices(
  part: Labelled,
  batch: readonly string[],
  rows: readonly string[],
  columns: readonly string[],
): Tensor {
  const stored = part.labels.join() === [...batch, ...columns, ...rows].join();
  const [first, second] = stored ? [columns, rows] : [rows, columns];
  const x = order(part, [...batch, ...first, ...second]);
  const side = (from: number, to: number): number => sizeOf(x.shape.slice(from, to));
  const middle = batch.length + first.length;
  const folded = reshapeTo(x, [side(0, batch.length), side(batch.length, middle), side(middle, x.rank)]);
  return stored ? permute(folded, [0, 2, 1]) : folded;
}

/** The axes of a part in another order. */
const order = ({ x, labels }: Labelled, wanted: readonly string[]): Tensor =>
  permute(
    x,
    wanted.map((label) => labels.indexOf(label)),
  );

/** Two parts, and the ones that are left. */
interface Pair {
  readonly a: Labelled;
  readonly b: Labelled;
  readonly rest: readonly Labelled[];
}

/**
 * The pair whose product is smallest against what it replaces (the greedy order of D. Smith and J. Gray, "opt_einsum", Journal of Open Source
 * Software 3, 2018), among equals that with the fewest multiplications; undefined where only one part is left.
 */
function nextPair(
  parts: readonly Labelled[],
  output: readonly string[],
  sizes: ReadonlyMap<string, number>,
): Pair | undefined {
  let best: { readonly pair: Pair; readonly growth: number; readonly work: number } | undefined;
  const size = (labels: readonly string[]): number => sizeOf(labels.map((label) => sizes.get(label) ?? 1));
  for (const [j, b] of parts.entries()) {
    for (const [i, a] of parts.slice(0, j).entries()) {
      const rest = parts.filter((_, k) => k !== i && k !== j);
      const needed = neededBy(rest, output);
      const labels = [...new Set([...a.labels, ...b.labels])];
      const growth = size(labels.filter((label) => needed.has(label))) - a.x.size - b.x.size;
      const work = size(labels);
      if (best === undefined || growth < best.growth || (growth === best.growth && work < best.work)) {
        best = { pair: { a, b, rest }, growth, work };
      }
    }
  }
  return best?.pair;
}

const neededBy = (parts: readonly Labelled[], output: readonly string[]): Set<string> =>
  new Set([...output, ...parts.flatMap(({ labels }) => labels)]);

/**
 * Einstein's summation: every axis gets a letter, letters missing from the output are summed over, and equal letters run together. As in NumPy:
 * `...` stands for axes that broadcast, a letter repeated in one operand takes the diagonal, and without `->` the output has the letters that occur
 * once, in alphabetical order. Axes of size 1 stretch. Where the output has no `...`, the axes that it stands for are summed over, as in PyTorch.
 * Runs as matrix products of two operands at a time, small results first. Booleans count as int32.
 *
 * @param spec For instance `"ij,jk->ik"`, the matrix product.
 * @throws ValueError for a spec that cannot be read or names other operands; ShapeError where it does not fit the shapes.
 * @example
 * einsum("ij,jk->ik", [[1, 2], [3, 4]], [[1], [1]]).toArray(); // [[3], [7]]
 */
export const einsum = typedOperator<Einsum>(
  "einsum",
  drawEinsum,
  (spec: string, ...operands: readonly TensorLike[]): Tensor => {
    if (typeof spec !== "string" || operands.length === 0)
      throw new ValueError('einsum: takes a spec such as "ij,jk->ik" and at least one operand.');
    const common = commonDType("einsum", operands);
    const dtype = common === "bool" ? "int32" : common;
    const tensors = operands.map((operand) => castTo(asTensor("einsum", operand), dtype));
    const { operands: names, output } = parseSpec(
      spec,
      tensors.map((x) => x.shape),
    );
    const labelled = tensors.map((x, i) => ({ x, labels: names[i] ?? [] }));
    const sizes = sizesOf(spec, labelled);
    const tidied = labelled.map((part) => tidy(part, sizes));
    let parts = tidied.map((part, i) =>
      reduceTo(
        part,
        neededBy(
          tidied.filter((_, k) => k !== i),
          output,
        ),
      ),
    );
    for (let pair = nextPair(parts, output, sizes); pair !== undefined; pair = nextPair(parts, output, sizes)) {
      const { a, b, rest } = pair;
      parts = [...rest, contract(a, b, neededBy(rest, output), sizes)];
    }
    const [whole] = parts;
    if (whole === undefined) throw new ValueError("einsum: there is no operand.");
    return order(whole, output);
  },
);

function drawEinsum(draw: Draw): readonly unknown[] {
  const [i, j, k] = [draw.side(3), draw.side(3), draw.side(3)];
  const choices: readonly (readonly [string, ...(readonly number[])[]])[] = [
    ["ij,jk->ik", [i, j], [j, k]],
    ["ij,kj", [i, j], [k, j]],
    ["...ij,jk->...ik", [2, i, j], [j, k]],
    ["ii->i", [i, i]],
    ["ij->", [i, j]],
    ["ij,ij,j->i", [i, j], [i, j], [j]],
    ["i,j->ji", [i], [j]],
    ["bij,bjk->bik", [2, i, j], [2, j, k]],
    ["ij,ij->ij", [i, j], [1, j]],
    ["ji,jk,kl->li", [j, i], [j, k], [k, 2]],
    ["iji,...j->j...", [i, j, i], [2, j]],
  ];
  const [spec, ...shapes] = draw.pick(choices);
  return [spec, ...shapes.map((shape) => draw.tensor(shape))];
}
