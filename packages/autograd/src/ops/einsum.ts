import { asTensor, commonDType } from "../convert.js";
import { ShapeError, ValueError } from "../errors.js";
import { operator } from "../primitive.js";
import type { Draw } from "../sampling.js";
import { type Shape, showShape, sizeOf } from "../shape.js";
import { leaf, type Tensor, type TensorLike } from "../tensor.js";
import { reshapeTo, sumAxes } from "./broadcast.js";
import { castTo } from "./cast.js";
import { matmul } from "./matmul.js";
import { permute } from "./movement.js";
import { take } from "./take.js";

/** A tensor whose axes have names: one character each. */
interface Labelled {
  readonly x: Tensor;
  readonly labels: readonly string[];
}

interface Spec {
  readonly operands: readonly (readonly string[])[];
  readonly output: readonly string[];
}

/** Names of the axes that "..." stands for, counted from the last: they cannot clash with letters. */
const ellipsisLabel = (fromEnd: number): string => `…${fromEnd}`;

/** Reads `ij,jk->ik`, with "..." and without "->". */
function parse(spec: string, shapes: readonly Shape[]): Spec {
  const compact = spec.replaceAll(" ", "");
  const [inputs = "", output, ...more] = compact.split("->");
  const terms = inputs.split(",");
  if (more.length > 0) throw new ValueError(`einsum: "${spec}" has more than one "->".`);
  if (terms.length !== shapes.length) {
    throw new ValueError(`einsum: "${spec}" names ${terms.length} operands, and ${shapes.length} were given.`);
  }
  const operands = terms.map((term, i) => labelsOf(spec, term, shapes[i] ?? []));
  const result = output === undefined ? implicitOutput(operands) : outputLabels(spec, output, operands);
  return { operands, output: result };
}

function letters(spec: string, text: string): string[] {
  for (const letter of text) {
    if (!/[a-zA-Z]/.test(letter))
      throw new ValueError(
        `einsum: ${JSON.stringify(letter)} in "${spec}" is no label; use letters, commas, "->" and "...".`,
      );
  }
  return [...text];
}

function labelsOf(spec: string, term: string, shape: Shape): string[] {
  const [before = "", after, ...more] = term.split("...");
  if (more.length > 0) throw new ValueError(`einsum: "${term}" in "${spec}" has more than one "...".`);
  const named = before.length + (after?.length ?? 0);
  const hidden = shape.length - named;
  if (hidden < 0 || (after === undefined && hidden > 0)) {
    throw new ShapeError(
      `einsum: "${term}" in "${spec}" names ${named} axes, and its operand has shape ${showShape(shape)}.`,
    );
  }
  const stretched = after === undefined ? [] : Array.from({ length: hidden }, (_, i) => ellipsisLabel(hidden - i));
  return [...letters(spec, before), ...stretched, ...letters(spec, after ?? "")];
}

/** Without "->": the axes of "...", then the labels that occur once, in alphabetical order (NumPy's rule). */
function implicitOutput(operands: readonly (readonly string[])[]): string[] {
  const all = operands.flat();
  const hidden = hiddenLabels(all);
  const once = all.filter((label) => label.length === 1 && all.indexOf(label) === all.lastIndexOf(label));
  return [...hidden, ...once.sort()];
}

const hiddenLabels = (labels: readonly string[]): string[] =>
  [...new Set(labels.filter((label) => label.length > 1))].sort((a, b) => Number(b.slice(1)) - Number(a.slice(1)));

function outputLabels(spec: string, output: string, operands: readonly (readonly string[])[]): string[] {
  const all = operands.flat();
  const [before = "", after, ...more] = output.split("...");
  if (more.length > 0) throw new ValueError(`einsum: the output of "${spec}" has more than one "...".`);
  const hidden = after === undefined ? [] : hiddenLabels(all);
  const labels = [...letters(spec, before), ...hidden, ...letters(spec, after ?? "")];
  for (const [i, label] of labels.entries()) {
    if (!all.includes(label))
      throw new ValueError(`einsum: the output of "${spec}" names ${label}, which no operand has.`);
    if (labels.indexOf(label) !== i) throw new ValueError(`einsum: the output of "${spec}" names ${label} twice.`);
  }
  return labels;
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
  const others = x.shape.map((_, axis) => axis).filter((axis) => axis !== i && axis !== j);
  const size = Math.min(x.shape[i] ?? 1, x.shape[j] ?? 1);
  const [rows, columns] = [x.shape[i] ?? 1, x.shape[j] ?? 1];
  if (rows !== columns)
    throw new ShapeError(
      `einsum: a repeated label names axes of ${rows} and ${columns} in shape ${showShape(x.shape)}; a diagonal needs equal ones.`,
    );
  const flat = reshapeTo(permute(x, [...others, i, j]), [...others.map((axis) => x.shape[axis] ?? 1), rows * columns]);
  const places = leaf(
    [size],
    "int32",
    Int32Array.from({ length: size }, (_, n) => n * (columns + 1)),
  );
  return take(flat, places, { axis: -1 });
}

/** Sums out the labels that nobody else needs. */
function reduceTo({ x, labels }: Labelled, needed: ReadonlySet<string>): Labelled {
  const axes = labels.flatMap((label, axis) => (needed.has(label) ? [] : [axis]));
  return axes.length === 0
    ? { x, labels }
    : { x: sumAxes(x, axes), labels: labels.filter((label) => needed.has(label)) };
}

/** One matrix product: labels of both that are needed later are its batch, the other common ones are summed over. */
function contract(a: Labelled, b: Labelled, needed: ReadonlySet<string>, sizes: ReadonlyMap<string, number>): Labelled {
  const common = a.labels.filter((label) => b.labels.includes(label));
  const batch = common.filter((label) => needed.has(label));
  const inner = common.filter((label) => !needed.has(label));
  const rows = a.labels.filter((label) => !common.includes(label));
  const columns = b.labels.filter((label) => !common.includes(label));
  const size = (labels: readonly string[]): number => sizeOf(labels.map((label) => sizes.get(label) ?? 1));
  const left = reshapeTo(order(a, [...batch, ...rows, ...inner]), [size(batch), size(rows), size(inner)]);
  const right = reshapeTo(order(b, [...batch, ...inner, ...columns]), [size(batch), size(inner), size(columns)]);
  const labels = [...batch, ...rows, ...columns];
  return {
    x: reshapeTo(
      matmul(left, right),
      labels.map((label) => sizes.get(label) ?? 1),
    ),
    labels,
  };
}

const order = ({ x, labels }: Labelled, wanted: readonly string[]): Tensor =>
  permute(
    x,
    wanted.map((label) => labels.indexOf(label)),
  );

/** The pair whose product is smallest is multiplied first: for few operands as good as trying all orders. */
function cheapestPair(
  parts: readonly Labelled[],
  sizes: ReadonlyMap<string, number>,
  output: readonly string[],
): [number, number] {
  let best: [number, number] = [0, 1];
  let least = Number.POSITIVE_INFINITY;
  for (let i = 0; i < parts.length; i++) {
    for (let j = i + 1; j < parts.length; j++) {
      const labels = new Set([...(parts[i]?.labels ?? []), ...(parts[j]?.labels ?? [])]);
      const needed = neededBy(
        parts.filter((_, k) => k !== i && k !== j),
        output,
      );
      const size = sizeOf([...labels].filter((label) => needed.has(label)).map((label) => sizes.get(label) ?? 1));
      if (size < least) {
        least = size;
        best = [i, j];
      }
    }
  }
  return best;
}

const neededBy = (parts: readonly Labelled[], output: readonly string[]): Set<string> =>
  new Set([...output, ...parts.flatMap(({ labels }) => labels)]);

/**
 * Einstein's summation: every axis gets a letter, letters missing from the output are summed over, and equal letters run together. As in NumPy:
 * `...` stands for axes that broadcast, a letter repeated in one operand takes the diagonal, and without `->` the output has the letters that occur
 * once, in alphabetical order. Runs as matrix products, the smallest results first.
 *
 * @param spec For instance `"ij,jk->ik"`, the matrix product.
 * @throws ValueError for a spec that cannot be read or names other operands; ShapeError where it does not fit the shapes.
 * @example
 * einsum("ij,jk->ik", [[1, 2], [3, 4]], [[1], [1]]).toArray(); // [[3], [7]]
 */
export const einsum = operator("einsum", drawEinsum, (spec: string, ...operands: readonly TensorLike[]): Tensor => {
  if (typeof spec !== "string" || operands.length === 0)
    throw new ValueError('einsum: takes a spec such as "ij,jk->ik" and at least one operand.');
  const common = commonDType("einsum", operands);
  const dtype = common === "bool" ? "int32" : common;
  const tensors = operands.map((operand) => castTo(asTensor("einsum", operand), dtype));
  const parsed = parse(
    spec,
    tensors.map((x) => x.shape),
  );
  const labelled = tensors.map((x, i) => ({ x, labels: parsed.operands[i] ?? [] }));
  const sizes = sizesOf(spec, labelled);
  let parts: Labelled[] = labelled.map((part) => tidy(part, sizes));
  parts = parts.map((part, i) =>
    reduceTo(
      part,
      neededBy(
        parts.filter((_, k) => k !== i),
        parsed.output,
      ),
    ),
  );
  while (parts.length > 1) {
    const [i, j] = cheapestPair(parts, sizes, parsed.output);
    const [a, b] = [parts[i], parts[j]];
    if (a === undefined || b === undefined) break;
    const rest = parts.filter((_, k) => k !== i && k !== j);
    parts = [...rest, contract(a, b, neededBy(rest, parsed.output), sizes)];
  }
  const [last] = parts;
  return last === undefined
    ? (tensors[0] ?? reshapeTo(castTo(asTensor("einsum", 0), dtype), []))
    : order(last, parsed.output);
});

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
  ];
  const [spec, ...shapes] = draw.pick(choices);
  return [spec, ...shapes.map((shape) => draw.tensor(shape))];
}
