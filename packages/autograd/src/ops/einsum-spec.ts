import { ShapeError, ValueError } from "../errors.js";
import { type Shape, showShape } from "../shape.js";

/** The labels of every operand's axes, and of the result's. */
export interface Spec {
  readonly operands: readonly (readonly string[])[];
  readonly output: readonly string[];
}

/** Names of the axes that "..." stands for, counted from the last: they cannot clash with letters. */
const ellipsisLabel = (fromEnd: number): string => `…${fromEnd}`;

/** Reads `ij,jk->ik`, with "..." and without "->". */
export function parseSpec(spec: string, shapes: readonly Shape[]): Spec {
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
