import type { GraphBuilder, Value } from "../builder.js";
import type { Extents } from "../extent.js";
import { isFixed } from "../extent.js";
import type { ElementType } from "../messages.js";

/** The operands of a rule. Operators were checked when the graph was made, so that the first three can be taken apart without a test. */
type Operands = readonly [Value, Value, Value, ...Value[]];

/** Operands for a rule: the one place where their number is taken on trust. */
export const operandsOf = (values: readonly Value[]): Operands => values as Operands;

/** What a rule gets: the operands in the graph that is being built, and what is known of the result. */
export interface RuleContext<A> {
  readonly b: GraphBuilder;
  readonly inputs: Operands;
  readonly attributes: A;
  readonly type: ElementType;
  readonly shape: Extents;
}

/** Builds the result of an operator of operators of ONNX. */
export type Rule<A = unknown> = {
  // Declared as a method, whose parameters compare bivariantly: the table holds rules of any attributes.
  rule(context: RuleContext<A>): Value;
}["rule"];

/** Thrown by a rule for options that ONNX has no counterpart of: the message goes on after "it". */
export class NoCounterpart extends Error {
  override name = "NoCounterpart";
}

/** A shape that must not hang on the batch. @throws NoCounterpart where it does. */
export function fixedShape(shape: Extents): readonly number[] {
  if (isFixed(shape)) return shape;
  throw new NoCounterpart("is done along the batch, whose size is open");
}

/** The type in which every runtime computes with elements of a type: few have kernels for small and unsigned integers. */
export const computing: Readonly<Record<ElementType, ElementType>> = {
  float32: "float32",
  float64: "float64",
  int32: "int32",
  int64: "int64",
  uint8: "int32",
  bool: "int32",
  uint32: "int64",
};

/** The operand in the type in which it is computed with. */
export const widened = (b: GraphBuilder, x: Value): Value => b.cast(x, computing[x.type]);

/** Whether elements are real numbers. */
export const isReal = ({ type }: Pick<Value, "type">): boolean => type === "float32" || type === "float64";
