import { asTensor, commonDType } from "../convert.js";
import { allocate, type DType, floatOf, isFloat, isInteger } from "../dtype.js";
import { DTypeError, ValueError } from "../errors.js";
import type { BatchContext, Linearity, NoRule, Operands, Primitive, VjpContext } from "../graph.js";
import { operandsOf } from "../graph.js";
import type { ElementCode } from "../ir/element-code.js";
import { mapBroadcast, type ScalarFunction } from "../numbers/broadcast-loops.js";
import { apply, type OperatorInfo } from "../primitive.js";
import type { Domain, Sampler } from "../sampling.js";
import { broadcastShapes, type Shape, sizeOf } from "../shape.js";
import { type Tensor, type TensorLike, Variable } from "../tensor.js";
import type {
  BinaryDType,
  BinaryShape,
  Broadcastable,
  Broadcastable3,
  TernaryDType,
  TernaryShape,
} from "../types/elementwise.js";
import type { DTypeOf, DTypeRule, ResultDType, ShapeOf } from "../types/operand.js";
import { reshapeTo, sumTo } from "./broadcast.js";
import { castTo } from "./cast.js";

/** A partial derivative, as graph, from the operands followed by the result. */
export type Partial = (...operandsAndResult: Operands<Tensor>) => TensorLike;

/** A vjp rule that ignores broadcasting: cotangents may have the shape of the result, and are summed to each operand's. */
export type ElementwiseVjp = (
  context: Pick<VjpContext, "inputs" | "output" | "cotangent">,
) => readonly (Tensor | undefined)[];

/** What `elementwise` takes. */
export interface ElementwiseDefinition<V extends ScalarFunction> {
  /** The result for one element of each operand; its number of parameters is the number of operands. */
  readonly value: V;
  /**
   * The same as an expression, which compiled backends translate, of operands of the dtype in which the operator computes; without it
   * they call `value`.
   */
  readonly code?: ElementCode;
  /**
   * The partial derivative (one operand) or derivatives (one for each operand), from the operands followed by the result. The
   * cotangent is multiplied by it. `{none: reason}` where there is no derivative.
   */
  readonly derivative?: Partial | readonly Partial[] | NoRule;
  /** In place of `derivative`, where a product will not do (0 · ∞), or to spare it. */
  readonly vjp?: ElementwiseVjp;
  /** What integers do: become float32 (default), stay integers, or raise an error. */
  readonly integers?: "float" | "keep" | "error";
  /** The result for integers, where `value` is not exact for them. */
  readonly integerValue?: V;
  /** What booleans do: become int32 or float32, as integers do (default), stay booleans, or raise an error. */
  readonly booleans?: "promote" | "keep" | "error";
  /** The result for booleans 0 and 1, where they stay booleans. */
  readonly booleanValue?: V;
  /** The dtype of the result, where it is not that of the operands. */
  readonly result?: "bool";
  /** Default "none". */
  readonly linear?: Linearity;
  /** What the laws draw: one domain for all operands, or one for each. */
  readonly domain?: Domain | readonly Domain[];
  /** In place of `domain`, where operands cannot be drawn independently. */
  readonly samples?: Sampler;
}

/** An elementwise operator of one operand; `Rule` says what it makes of dtypes. */
export interface UnaryOperator<Rule extends DTypeRule = "open"> {
  <X extends TensorLike>(x: X): Tensor<ShapeOf<X>, ResultDType<Rule, DTypeOf<X>>>;
  readonly primitive: Primitive<undefined>;
  readonly operator: OperatorInfo & { readonly elementwise: true };
}

/** An elementwise operator of two operands, which broadcast; `Name` stands in the messages of the compiler. */
export interface BinaryOperator<Name extends string = string, Rule extends DTypeRule = "open"> {
  <A extends TensorLike, B extends TensorLike>(
    a: A,
    b: Broadcastable<Name, A, B>,
  ): Tensor<BinaryShape<Name, A, B>, BinaryDType<Rule, A, B>>;
  readonly primitive: Primitive<undefined>;
  readonly operator: OperatorInfo;
}

/** An elementwise operator of three operands, which broadcast. */
export interface TernaryOperator<Name extends string = string, Rule extends DTypeRule = "open"> {
  <A extends TensorLike, B extends TensorLike, C extends TensorLike>(
    a: A,
    b: Broadcastable<Name, A, B>,
    c: Broadcastable3<Name, A, B, C>,
  ): Tensor<TernaryShape<Name, A, B, C>, TernaryDType<Rule, A, B, C>>;
  readonly primitive: Primitive<undefined>;
  readonly operator: OperatorInfo;
}

/** An elementwise operator of any number of operands, which broadcast. */
export interface ElementwiseOperator {
  (...operands: readonly TensorLike[]): Tensor;
  readonly primitive: Primitive<undefined>;
  readonly operator: OperatorInfo;
}

/**
 * Defines an operator that works element by element: broadcasting (NumPy's rules), dtype promotion, batching, and the vjp from
 * the partial derivatives are derived; the author writes the mathematics.
 *
 * @throws ValueError where the name is empty, `value` takes no parameter, or the number of derivatives differs from it.
 * @example
 * const cube = elementwise("cube", { value: (x) => x ** 3, derivative: (x) => mul(3, square(x)), domain: { min: -2, max: 2 } });
 * cube([1, 2]).toArray(); // [1, 8]
 */
export function elementwise<Rule extends DTypeRule = "open">(
  name: string,
  definition: ElementwiseDefinition<(x: number) => number>,
): UnaryOperator<Rule>;
export function elementwise<Name extends string, Rule extends DTypeRule = "open">(
  name: Name,
  definition: ElementwiseDefinition<(a: number, b: number) => number>,
): BinaryOperator<Name, Rule>;
export function elementwise<Name extends string, Rule extends DTypeRule = "open">(
  name: Name,
  definition: ElementwiseDefinition<(a: number, b: number, c: number) => number>,
): TernaryOperator<Name, Rule>;
export function elementwise(name: string, definition: ElementwiseDefinition<ScalarFunction>): ElementwiseOperator;
export function elementwise(name: string, definition: ElementwiseDefinition<ScalarFunction>): ElementwiseOperator {
  const arity = definition.value.length;
  if (typeof name !== "string" || name === "" || arity === 0) {
    throw new ValueError(
      `elementwise: ${JSON.stringify(name)} needs a name and a value function with one parameter for each operand.`,
    );
  }
  const primitive = elementwisePrimitive(name, arity, definition);
  const call = (...operands: readonly TensorLike[]): Tensor => {
    if (operands.length !== arity) {
      throw new ValueError(`${name}: takes ${arity} operand${arity === 1 ? "" : "s"}, got ${operands.length}.`);
    }
    return apply(primitive, promoteOperands(name, operands, definition), undefined);
  };
  return Object.assign(call, { primitive, operator: { name, samples: primitive.samples, elementwise: true } });
}

/** Operands as tensors of the dtype in which the operator computes. */
export function promoteOperands(
  name: string,
  operands: readonly TensorLike[],
  { integers = "float", booleans = "promote" }: ElementwiseDefinition<ScalarFunction>,
): Tensor[] {
  const x = operands[0];
  const common = operands.length === 1 && x instanceof Variable ? x.dtype : commonDType(name, operands);
  const dtype = computeDType(name, common, integers, booleans);
  return operands.map((operand) =>
    castTo(asTensor(name, operand, typeof operand === "number" ? dtype : undefined), dtype),
  );
}

function computeDType(
  name: string,
  common: DType,
  integers: "float" | "keep" | "error",
  booleans: "promote" | "keep" | "error",
): DType {
  if (isFloat(common)) return common;
  if (isInteger(common)) {
    if (integers !== "error") return integers === "keep" ? common : floatOf(common);
  } else if (booleans !== "error") {
    if (booleans === "keep") return "bool";
    return integers === "keep" ? "int32" : "float32";
  }
  const remedy = isInteger(common)
    ? 'cast(x, "float32")'
    : 'cast(x, "int32"), or use logicalNot, logicalAnd, logicalOr, logicalXor';
  throw new DTypeError(`${name}: not defined for ${common}; use ${remedy}.`);
}

/** The primitive of an elementwise operator: its operands have one dtype, that in which it computes. */
export function elementwisePrimitive(
  name: string,
  arity: number,
  definition: ElementwiseDefinition<ScalarFunction>,
): Primitive<undefined> {
  const { value, integerValue = value, booleanValue = value, code, result, linear = "none" } = definition;
  const primitive: Primitive<undefined> = {
    name,
    linear,
    infer({ inputs }) {
      let shape: Shape = inputs[0].shape;
      for (let i = 1; i < inputs.length; i++) shape = broadcastShapes(name, shape, inputs[i]?.shape ?? []);
      return { shape, dtype: result ?? inputs[0].dtype };
    },
    run({ inputs, shape, dtype }) {
      const out = allocate(dtype, sizeOf(shape));
      const operandDType = inputs[0].dtype;
      const f = isFloat(operandDType) ? value : isInteger(operandDType) ? integerValue : booleanValue;
      mapBroadcast(f, inputs, shape, out);
      return out;
    },
    vjp: vjpOf(name, arity, definition),
    batch: (context) => apply(primitive, alignBatch(context), undefined),
    element: () => code,
    samples: definition.samples ?? elementwiseSampler(arity, definition.domain),
  };
  return primitive;
}

/** The vjp rule of a primitive, from its partial derivatives or from the rule that ignores broadcasting. */
function vjpOf(
  name: string,
  arity: number,
  { derivative, vjp, result }: ElementwiseDefinition<ScalarFunction>,
): Primitive<undefined>["vjp"] {
  if (vjp !== undefined) {
    return ({ inputs, output, cotangent }) =>
      vjp({ inputs, output, cotangent }).map((g, i) => g && sumTo(g, inputs[i]?.shape ?? []));
  }
  if (derivative === undefined) {
    return { none: result === "bool" ? "its result is boolean" : "it was defined without one" };
  }
  if (typeof derivative === "object" && "none" in derivative) return derivative;
  const partials = typeof derivative === "function" ? [derivative] : derivative;
  if (partials.length !== arity) {
    throw new ValueError(
      `elementwise: ${name} has ${arity} operands and ${partials.length} derivatives; give one for each operand.`,
    );
  }
  return ({ inputs, output, cotangent }) =>
    partials.map((partial, i) =>
      sumTo(mul(cotangent, partial(...operandsOf([...inputs, output]))), inputs[i]?.shape ?? []),
    );
}

/** Operands whose batch axes line up: after it, each has as many axes as the example with the most. */
export function alignBatch({ inputs, batched }: Pick<BatchContext, "inputs" | "batched">): Tensor[] {
  const rank = Math.max(...inputs.map((x, i) => x.rank - (batched[i] ? 1 : 0)));
  return inputs.map((x, i) => {
    if (!batched[i]) return x;
    const [size = 0, ...example] = x.shape;
    return reshapeTo(x, [size, ...new Array<number>(rank - example.length).fill(1), ...example]);
  });
}

function elementwiseSampler(arity: number, domain: Domain | readonly Domain[] = {}): Sampler {
  const domains = "length" in domain ? domain : new Array<Domain>(arity).fill(domain);
  return (draw) => draw.broadcastable(arity).map((shape, i) => draw.tensor(shape, domains[i]));
}

/**
 * a · b, element by element, broadcast. int32 products wrap modulo 2³²; booleans multiply as "and".
 *
 * @throws ShapeError where the shapes do not broadcast.
 * @example
 * mul([1, 2, 3], 2).toArray(); // [2, 4, 6]
 */
export const mul: BinaryOperator<"mul", "keep"> = elementwise("mul", {
  value: (a: number, b: number) => a * b,
  code: (b, x, y) => (x.type === "bool" ? b.and(x, y) : b.mul(x, y)),
  integers: "keep",
  integerValue: Math.imul,
  booleans: "keep",
  linear: "separately",
  vjp: ({ inputs: [a, b], cotangent: g }) => [mul(g, b), mul(g, a)],
});

/**
 * a + b, element by element, broadcast. Integers wrap; booleans add as "or".
 *
 * @throws ShapeError where the shapes do not broadcast.
 * @example
 * add([1, 2], [[10], [20]]).toArray(); // [[11, 12], [21, 22]]
 */
export const add: BinaryOperator<"add", "keep"> = elementwise("add", {
  value: (a: number, b: number) => a + b,
  code: (b, x, y) => (x.type === "bool" ? b.or(x, y) : b.add(x, y)),
  integers: "keep",
  booleans: "keep",
  booleanValue: (a: number, b: number) => a | b,
  linear: "jointly",
  vjp: ({ cotangent: g }) => [g, g],
});
