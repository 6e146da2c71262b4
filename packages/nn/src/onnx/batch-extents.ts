import type { GraphBody, GraphNode } from "@glissade/autograd/debug";
import { OnnxExportError, type UnsupportedOperator } from "./error.js";
import { type Extent, type Extents, extentOf } from "./extent.js";

/** The sizes of the batch for which a function is traced, to see which sides follow it. */
export const batchSizes = [3, 5] as const;

/**
 * The sides of all values, from the graphs of one function for two sizes of the batch: a side that is proportional to the batch follows it.
 *
 * @throws OnnxExportError where the graphs differ in more than that.
 */
export function batchExtents(
  first: GraphBody,
  second: GraphBody,
  moduleOf: (id: number) => string | undefined,
): ReadonlyMap<number, Extents> {
  const extents = new Map<number, Extents>();
  const wrong: UnsupportedOperator[] = [];
  const refuse = (operator: string, id: number, reason: string): void => {
    wrong.push({ operator, module: moduleOf(id), reason });
  };
  const addShape = (operator: string, id: number, a: readonly number[], b: readonly number[]): void => {
    const sides = a.map((side, axis): Extent => {
      const extent = extentOf(side, b[axis] ?? -1, ...batchSizes);
      if (extent === undefined)
        refuse(
          operator,
          id,
          `has a side that is ${side} for a batch of ${batchSizes[0]} and ${b[axis]} for one of ${batchSizes[1]}`,
        );
      return extent ?? side;
    });
    extents.set(id, sides);
  };
  const compare = (a: GraphBody, b: GraphBody): void => {
    if (a.nodes.length !== b.nodes.length || a.constants.length !== b.constants.length)
      throw new OnnxExportError(
        `toOnnx: the function computes ${a.nodes.length} operators for a batch of ${batchSizes[0]} and ${b.nodes.length} for one of ${batchSizes[1]}. ` +
          "Leave out dynamicBatch, and export for one size.",
      );
    for (const [i, input] of a.inputs.entries()) addShape("an input", input.id, input.shape, b.inputs[i]?.shape ?? []);
    for (const [i, { id, shape, data }] of a.constants.entries()) {
      const other = b.constants[i];
      addShape("a constant", id, shape, other?.shape ?? []);
      const [value] = data;
      const isSame =
        data.length === other?.data.length
          ? data.every((each, k) => Object.is(each, other.data[k]))
          : [...data, ...(other?.data ?? [])].every((each) => Object.is(each, value));
      if (!isSame) refuse("a constant", id, "has other elements for another size of the batch");
    }
    for (const [i, node] of a.nodes.entries()) {
      const other = b.nodes[i];
      if (other === undefined || !isAlike(node, other)) {
        refuse(node.op, node.id, "is another operator, or has other options, for another size of the batch");
        continue;
      }
      addShape(node.op, node.id, node.shape, other.shape);
      for (const [name, body] of Object.entries(node.bodies)) compare(body, other.bodies[name] ?? body);
    }
  };
  compare(first, second);
  if (wrong.length > 0) throw unsupported(wrong);
  return extents;
}

/** What an operator is told of the shape of its result follows from the shape itself. */
const isAlike = (a: GraphNode, b: GraphNode): boolean =>
  a.op === b.op && a.shape.length === b.shape.length && optionsOf(a) === optionsOf(b);

const optionsOf = ({ attributes }: GraphNode): string =>
  JSON.stringify(attributes ?? null, (key, value: unknown) => (key === "shape" ? undefined : value)) ?? "";

/** The error that names all operators. */
export function unsupported(operators: readonly UnsupportedOperator[]): OnnxExportError {
  const lines = operators.map(({ operator, module, reason }) => {
    const where = module === undefined ? "" : module === "" ? ", in the model itself" : `, in ${module}`;
    return `  ${operator}${where}${reason === undefined ? "" : `: it ${reason}`}`;
  });
  const message = `toOnnx: ONNX has no counterpart of\n${[...new Set(lines)].join("\n")}\nWrite these parts with other operators, or export the model without them.`;
  return new OnnxExportError(message, operators);
}
