import type { Primitive } from "../graph.js";
import { constantIndex } from "../ir/affine.js";
import type { ElementContext, Lowering } from "../ir/lowering.js";
import { sizeOf } from "../shape.js";
import type { Value } from "./values.js";

/** How a value is computed: its operator's lowering, or the operator's reference kernel. */
export type ValueLowering = Lowering | { readonly kind: "host" };

const known = new WeakMap<Value, ValueLowering>();

/** How a value is computed; a value made by the compiler itself is told so with `setLowering`. */
export function loweringOf(value: Value): ValueLowering {
  const before = known.get(value);
  if (before !== undefined) return before;
  const { primitive, inputs, attributes, shape, dtype } = value;
  const lowering = elementwiseLowering(value) ??
    primitive.lower?.({ inputs, attributes, shape, dtype }) ?? { kind: "host" as const };
  known.set(value, lowering);
  return lowering;
}

/** Says how a value that the compiler made is computed. */
export const setLowering = (value: Value, lowering: Lowering): void => void known.set(value, lowering);

/** Element by element, operands aligned from their last axes and repeated along sides of 1. */
function elementwiseLowering(value: Value): Lowering | undefined {
  const { primitive, attributes, inputs, shape } = value;
  const element = elementRule(primitive, attributes);
  if (element === undefined) return undefined;
  return {
    kind: "map",
    element: ({ b, indices, operand }: ElementContext) => {
      const operands = inputs.map((input, k) => {
        const lead = shape.length - input.shape.length;
        return operand(
          k,
          input.shape.map((side, axis) => (side === 1 ? constantIndex(0) : (indices[axis + lead] ?? constantIndex(0)))),
        );
      });
      return element(b, ...operands);
    },
  };
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
