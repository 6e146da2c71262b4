import { asTensor, isTensorLike } from "./convert.js";
import { ShapeError, ValueError } from "./errors.js";
import { type Aval, makeNode, operandsOf, type Primitive } from "./graph.js";
import { register } from "./lifetime.js";
import { noteOrigin, shapeError, tellsOrigins } from "./origin.js";
import type { Sampler } from "./sampling.js";
import { Tensor, type TensorLike, Variable } from "./tensor.js";

/** What the testing kit and the coverage table know of an operator. */
export interface OperatorInfo {
  readonly name: string;
  /** Draws arguments of a call; the laws are tried on them. */
  readonly samples: Sampler | undefined;
  /** Works element by element on operands that broadcast: more laws hold of it. Default false. */
  readonly elementwise?: boolean;
}

/** A function of tensors that carries what its laws need. */
export type Operator<F> = F & { readonly operator: OperatorInfo };

/** What `definePrimitive` takes: a primitive without its name. */
export type PrimitiveDefinition<A> = Omit<Primitive<A>, "name">;

/** The callable that `definePrimitive` returns: operands, then the attributes if the primitive has any. */
export interface PrimitiveOperator<A> {
  (...operands: A extends undefined ? readonly TensorLike[] : readonly [...TensorLike[], A]): Tensor;
  readonly primitive: Primitive<A>;
  readonly operator: OperatorInfo;
}

/** Applies a primitive to tensors: infers shape and dtype, and makes the node. Nothing is computed. */
export function apply<A>(primitive: Primitive<A>, inputs: readonly Tensor[], attributes: A): Tensor {
  const { shape, dtype } = inferred(primitive, inputs, attributes);
  const nodes = new Array(inputs.length);
  for (let i = 0; i < nodes.length; i++) nodes[i] = inputs[i]?.node;
  const node = makeNode(primitive, nodes, attributes, shape, dtype);
  register(node);
  noteOrigin(node);
  return new Tensor(node);
}

/** What a primitive infers; an error of shape is told where each operand was made. */
function inferred<A>(primitive: Primitive<A>, inputs: readonly Tensor[], attributes: A): Aval {
  try {
    return primitive.infer({ inputs: operandsOf(inputs), attributes });
  } catch (error) {
    throw error instanceof ShapeError ? shapeError(error.message, inputs) : error;
  }
}

/** The tensors among the arguments of a call: those in lists and in options too. */
function tensorsAmong(args: readonly unknown[]): Tensor[] {
  return args.flatMap((arg) => {
    if (arg instanceof Tensor) return arg;
    if (arg instanceof Variable) return arg.value;
    if (Array.isArray(arg)) return tensorsAmong(arg);
    const isOptions = typeof arg === "object" && arg !== null && Object.getPrototypeOf(arg) === Object.prototype;
    return isOptions ? tensorsAmong(Object.values(arg)) : [];
  });
}

/**
 * Names a function of tensors as an operator and says what its laws are tried on. Its errors of shape are told where the operands were made.
 */
export function operator<F extends (...args: never[]) => unknown>(name: string, samples: Sampler, f: F): Operator<F>;
export function operator(name: string, samples: Sampler, f: (...args: unknown[]) => unknown): OperatorOf {
  const call = (...args: unknown[]): unknown => {
    try {
      return f(...args);
    } catch (error) {
      throw error instanceof ShapeError && !tellsOrigins(error) ? shapeError(error.message, tensorsAmong(args)) : error;
    }
  };
  return Object.assign(call, { operator: { name, samples } });
}

type OperatorOf = Operator<(...args: unknown[]) => unknown>;

/** A function as it is called where nothing is known of shapes. */
type Untyped<F extends (...args: never[]) => unknown> = (...args: Parameters<F>) => ReturnType<F>;

/** `operator` for one whose type follows shapes: `f` is what it does for operands of which nothing is known. */
export function typedOperator<F extends (...args: never[]) => unknown>(
  name: string,
  samples: Sampler,
  f: Untyped<F>,
): Operator<F>;
export function typedOperator<F extends (...args: never[]) => unknown>(
  name: string,
  samples: Sampler,
  f: F,
): Operator<F> {
  return operator(name, samples, f);
}

/**
 * Defines an operator of the graph: the one way in, for the library's own and for yours.
 *
 * - `infer({inputs, attributes})` gives `{shape, dtype}` or throws an error that names the shapes;
 * - `run({inputs, attributes, shape, dtype})` computes it over row-major typed arrays and never writes to an operand;
 * - `vjp({inputs, output, attributes, cotangent})` builds a cotangent for each operand (Griewank & Walther, Evaluating
 *   Derivatives, 2008, ch. 3), `undefined` where it is zero, or `{none: reason}`;
 * - `batch({inputs, batched, size, attributes})` builds the result for operands with a leading batch axis, or `{none: reason}`;
 * - `linear` says in which operands it is linear;
 * - `samples(draw)` draws the arguments on which `describeOperator` tries its laws.
 *
 * @returns A function of the operands, followed by the attributes if the primitive has any.
 * @throws ValueError where the name is empty; the operator throws ValueError for an operand that is no tensor.
 * @example
 * const twice = definePrimitive("twice", { infer: ({ inputs: [x] }) => x, run: …, vjp: ({ cotangent: g }) => [add(g, g)], … });
 * twice(tensor([1, 2]));
 */
export function definePrimitive<A = undefined>(name: string, definition: PrimitiveDefinition<A>): PrimitiveOperator<A> {
  if (typeof name !== "string" || name === "") throw new ValueError("definePrimitive: an operator needs a name.");
  const primitive: Primitive<A> = { name, ...definition };
  const call = (...args: readonly unknown[]): Tensor => {
    const last = args[args.length - 1];
    const hasAttributes = args.length > 0 && !isTensorLike(last);
    const operands = hasAttributes ? args.slice(0, -1) : args;
    const inputs = operands.map((operand) => asTensor(name, operand as TensorLike));
    return apply(primitive, inputs, (hasAttributes ? last : undefined) as A);
  };
  return Object.assign(call, { primitive, operator: { name, samples: definition.samples } });
}
