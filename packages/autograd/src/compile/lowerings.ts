import type { Primitive } from "../graph.js";
import { type Affine, constantIndex } from "../ir/affine.js";
import type { Expr } from "../ir/expression.js";
import type { ElementContext, Lowering } from "../ir/lowering.js";
import { type Shape, sameShape, sizeOf } from "../shape.js";
import type { Value, ValueLowering } from "./values.js";

/** How a value is computed; values that the compiler makes itself are told so when they are made. */
export function loweringOf(value: Value): ValueLowering {
  if (value.lowering !== undefined) return value.lowering;
  const { primitive, inputs, attributes, shape, dtype } = value;
  const lowering = elementwiseLowering(value) ??
    primitive.lower?.({ inputs, attributes, shape, dtype }) ?? { kind: "host" as const };
  value.lowering = lowering;
  return lowering;
}

/** Element by element, operands aligned from their last axes and repeated along sides of 1. */
function elementwiseLowering(value: Value): Lowering | undefined {
  const { primitive, attributes, inputs, shape } = value;
  const element = elementRule(primitive, attributes);
  if (element === undefined) return undefined;
  return {
    kind: "map",
    element: ({ b, indices, operand }: ElementContext) => {
      const operands: Expr[] = [];
      for (let k = 0; k < inputs.length; k++) {
        const own = inputs[k]!.shape;
        operands.push(operand(k, !own.includes(1) && sameShape(own, shape) ? indices : alignedIndices(indices, own)));
      }
      return element(b, ...operands);
    },
  };
}

/** The indices of an operand's element, of those of the result's. */
function alignedIndices(indices: readonly Affine[], shape: Shape): Affine[] {
  const lead = indices.length - shape.length;
  return shape.map((side, axis) => (side === 1 ? constantIndex(0) : (indices[axis + lead] ?? constantIndex(0))));
}

const elementRule = (primitive: Primitive, attributes: unknown): ReturnType<NonNullable<Primitive["element"]>> =>
  primitive.element?.(attributes);

/** Whether a value costs next to nothing to compute again wherever it is used. */
export const isView = (value: Value): boolean => {
  const { kind } = loweringOf(value);
  return kind === "view" || kind === "reshape";
};

/** Whether the value is computed inside the loops that use it, unless there is a reason to keep it. */
export const isInline = (value: Value): boolean => {
  const { kind } = loweringOf(value);
  return kind === "view" || kind === "reshape" || kind === "map";
};

/** What a view shows, where that has no more elements than the view: keeping it serves all views of it. */
export function sourceOf(value: Value): Value {
  let source = value;
  while (isView(source)) {
    const [x] = source.inputs;
    if (x === undefined || sizeOf(x.shape) > sizeOf(value.shape)) return value;
    source = x;
  }
  return source;
}

/** What has the same elements in the same order: below reshapes. */
export function flatSource(value: Value): Value {
  let source = value;
  while (loweringOf(source).kind === "reshape" && source.inputs[0] !== undefined) source = source.inputs[0];
  return source;
}

/** The number of elements of a value. */
export const sizeOfValue = ({ shape }: Value): number => sizeOf(shape);
