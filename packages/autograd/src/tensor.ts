import { allocate, bytesPerElement, type DType, type Storage, type StorageOf } from "./dtype.js";
import { DTypeError, TransformError, ValueError } from "./errors.js";
import { formatTensor } from "./format.js";
import { makeConstant, type Node, placeholderOrigin, upcomingId } from "./graph.js";
import {
  computeNodes,
  dropAssignment,
  queueAssignment,
  realizeNodes,
  registerBytes,
  settleAssignments,
} from "./lifetime.js";
import type { NumericArray } from "./numbers/numeric-array.js";
import { nameNode, shapeError } from "./origin.js";
import { currentScope, guarded, lookUp } from "./scope.js";
import { type Shape, sameShape, showShape, sizeOf } from "./shape.js";

/** Nested arrays of numbers, as deep as the tensor's rank. */
export type NestedNumbers = number | readonly NestedNumbers[];

/** What `tensor` makes a tensor of besides numbers: booleans become bool. */
export type NestedData = number | boolean | readonly NestedData[];

/** Whatever an operator accepts where it wants a tensor. */
export type TensorLike = Tensor | Variable | NestedData | NumericArray;

/**
 * `S`, written so that tensors are compared by what is known of them: a tensor of unknown shape goes where `[128, 10]` is wanted, one of
 * `[number, 10]` too, and one of `[10, 128]` does not. (The compiler takes the parameter of a class that has nothing but such members for bivariant.)
 */
type ShapeIn<S extends Shape> = S extends infer Known extends Shape ? Known : never;

/** `D`, compared as `ShapeIn` compares shapes. */
type DTypeIn<D extends DType> = D extends infer Known extends DType ? Known : never;

/**
 * An immutable array of numbers of one dtype, known by how it is computed: a node of the computation graph. Nothing runs until
 * a value is read. `S` is the shape and `D` the dtype, as far as the compiler knows them.
 *
 * Tensors are made by `tensor`, `zeros`, … and by operators, not with `new`.
 *
 * @example
 * const x = tensor([[1, 2], [3, 4]]);
 * add(x, 1).toArray(); // [[2, 3], [4, 5]]
 */
export class Tensor<S extends Shape = Shape, D extends DType = DType> {
  /** The sizes of the axes, outermost first; `[]` is a scalar. */
  readonly shape: ShapeIn<S>;
  /** The type of the elements. */
  readonly dtype: DTypeIn<D>;
  /** @internal */
  readonly node: Node;

  /** @internal */
  constructor(node: Node) {
    this.node = node;
    // The node was inferred to have this shape and dtype; the type parameters only repeat it.
    this.shape = node.shape as ShapeIn<S>;
    this.dtype = node.dtype as DTypeIn<D>;
  }

  /** The number of axes. */
  get rank(): number {
    return this.shape.length;
  }

  /** The number of elements. */
  get size(): number {
    return sizeOf(this.shape);
  }

  /**
   * The elements in row-major order, in a typed array of their own (bool as bytes 0 and 1). Computes the tensor if need be.
   *
   * @throws TransformError inside a transform that has no values, such as `vmap`.
   * @example
   * tensor([[1, 2], [3, 4]]).data(); // Float32Array [1, 2, 3, 4]
   */
  data(): StorageOf<D> {
    return computedValue(this, "data").slice() as StorageOf<D>;
  }

  /**
   * The elements in row-major order, as `data` gives them, on every backend: also where reading cannot be synchronous.
   *
   * @throws TransformError (as a rejection) inside a transform that has no values.
   * @example
   * const values = await tensor([1, 2]).read();
   */
  async read(): Promise<StorageOf<D>> {
    return computedValue(this, "read").slice() as StorageOf<D>;
  }

  /**
   * The only element as a number (bool as 0 or 1).
   *
   * @throws ShapeError where there is not exactly one element; TransformError inside a transform that has no values.
   * @example
   * sum(tensor([1, 2, 3])).item(); // 6
   */
  item(): number {
    if (this.size !== 1) {
      throw shapeError(
        `item: a tensor of shape ${showShape(this.shape)} has ${this.size} elements, not one; use toArray() or data().`,
        [this],
      );
    }
    return computedValue(this, "item")[0] ?? Number.NaN;
  }

  /**
   * The elements as nested arrays of numbers (bool as 0 and 1); a scalar gives a number.
   *
   * @throws TransformError inside a transform that has no values.
   * @example
   * tensor([[1, 2], [3, 4]]).toArray(); // [[1, 2], [3, 4]]
   */
  toArray(): S extends readonly [] ? number : NestedNumbers;
  toArray(): NestedNumbers {
    return nest(computedValue(this, "toArray"), this.shape, 0, 0);
  }

  /** Shape, dtype and an abbreviated value. Printing changes no result and no derivative. */
  toString(): string {
    return formatTensor(this.shape, this.dtype, this.node.symbolic ? undefined : computedValue(this, "toString"));
  }

  /** What `JSON.stringify` writes: the nested numbers. */
  toJSON(): NestedNumbers {
    return nest(computedValue(this, "toJSON"), this.shape, 0, 0);
  }

  /** @throws DTypeError where a tensor is used as a number: `x > 0`, `x + 1`. */
  [Symbol.toPrimitive](hint: string): string {
    if (hint === "string") return this.toString();
    throw notPrimitive(this.shape);
  }

  /** What `console.log` shows in Node. */
  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return this.toString();
  }
}

const notPrimitive = (shape: Shape): DTypeError =>
  new DTypeError(
    `A tensor of shape ${showShape(shape)} was used as a number or a boolean. Read it with .item(), compute with operators ` +
      "such as add or greater, and choose between elements with where(condition, a, b).",
  );

function nest(data: Storage, shape: Shape, axis: number, start: number): NestedNumbers {
  if (axis === shape.length) return data[start] ?? Number.NaN;
  const side = shape[axis] ?? 0;
  const stride = sizeOf(shape.slice(axis + 1));
  return Array.from({ length: side }, (_, i) => nest(data, shape, axis + 1, start + i * stride));
}

/** The tensor's own storage, computed if need be: not to be written to, and not to be handed out. */
export function computedValue(tensor: Tensor, reader: string): Storage {
  const { node } = tensor;
  if (node.value === undefined) {
    refuseSymbolic(node, reader);
    realizeNodes([node]);
  } else settleAssignments();
  if (node.value === undefined) throw new Error(`${reader}: the tensor was not computed`);
  return node.value;
}

function refuseSymbolic(node: Node, reader: string): void {
  if (!node.symbolic) return;
  throw new TransformError(
    `${reader}: this tensor has no value: it depends on a placeholder made by ${placeholderOrigin(node)}. ` +
      "Inside such a function compute with operators (where, cond) instead of reading, and return what is needed outside; " +
      "in a jitted one, tap(x, callback) is called with the value after the step.",
  );
}

/**
 * Computes several tensors in one run, and leaves them where they were made; afterwards reading them costs only the copy.
 *
 * @throws TransformError where one has no value, inside `vmap` for instance.
 * @example
 * const [a, b] = [exp(x), sin(x)];
 * realize(a, b);
 */
export function realize(...tensors: readonly (Tensor | Variable)[]): void {
  const nodes = tensors.map((tensor) => (tensor instanceof Variable ? tensor.value.node : tensor.node));
  for (const node of nodes) refuseSymbolic(node, "realize");
  computeNodes(nodes);
}

/**
 * A place for a tensor that changes: a parameter, a moment, a counter. Reading `.value` gives the tensor that it holds now;
 * that tensor stays what it is when the Variable moves on. Made by `variable`.
 *
 * @example
 * const w = variable(zeros([3]), { name: "w" });
 * w.assign(add(w.value, 1));
 */
export class Variable<S extends Shape = Shape, D extends DType = DType> {
  readonly shape: ShapeIn<S>;
  readonly dtype: DTypeIn<D>;
  /** For messages and for saved states. */
  readonly name: string | undefined;
  /** @internal Nodes made before have lower ids. */
  readonly madeAt: number = upcomingId();
  #trainable: boolean;
  #node: Node;

  /** @internal */
  constructor(init: Tensor<S, D>, options: VariableOptions) {
    refuseSymbolic(init.node, "variable");
    this.shape = init.shape;
    this.dtype = init.dtype;
    this.name = options.name;
    this.#trainable = options.trainable ?? true;
    this.#node = init.node;
    this.#node.handedOut = true;
    this.#nameNode(this.#node);
  }

  /** @internal What messages call it. */
  get label(): string {
    return this.name === undefined ? "a Variable" : `Variable "${this.name}"`;
  }

  #nameNode(node: Node): void {
    if (this.name !== undefined) nameNode(node, this.label);
  }

  /** Whether optimisers and `Module.parameters` count it; may be changed at any time. */
  get trainable(): boolean {
    return guarded(this, () => this.#trainable, this.madeAt);
  }

  set trainable(trainable: boolean) {
    this.#trainable = trainable;
  }

  /** @internal The node of `value`. */
  get node(): Node {
    const bound = lookUp(this);
    if (bound !== undefined) return bound;
    this.#node.handedOut = true;
    this.#nameNode(this.#node);
    return this.#node;
  }

  /** @internal The node that it holds outside all transforms, for a compiled step to read and to put another in its place. */
  get heldNode(): Node {
    return this.#node;
  }

  /** The tensor that the Variable holds now; inside a derivative with respect to it, the leaf of that derivative. */
  get value(): Tensor<S, D> {
    return new Tensor(this.node);
  }

  /** The number of axes. */
  get rank(): number {
    return this.shape.length;
  }

  /** The number of elements. */
  get size(): number {
    return sizeOf(this.shape);
  }

  /**
   * Puts a tensor of the same shape and dtype in place of the old one. Inside a transform's function the new tensor is seen at
   * once inside, and outside when the function has ended well; if it throws, nothing is assigned.
   *
   * @throws ShapeError, DTypeError where they differ; ValueError where `tensor` is no tensor. The Variable is then unchanged.
   * @example
   * w.assign(sub(w.value, mul(0.1, gradient)));
   */
  assign(tensor: Tensor): void {
    this.checkAssignable(tensor);
    const scope = currentScope();
    scope?.bindings.set(this, tensor.node);
    scope?.assigned.set(this, (node) => this.#place(node));
    if (scope === undefined) this.#place(tensor.node);
  }

  #place(node: Node): void {
    const before = this.#node;
    this.#node = node;
    node.handedOut = true;
    queueAssignment(this, node, () => {
      this.#node = before;
    });
  }

  /** @internal Puts a computed node of the same shape and dtype in place, outside transforms: what a compiled step does. */
  adopt(node: Node): void {
    const before = this.#node;
    this.#node = node;
    if (!before.handedOut) before.device?.release();
    dropAssignment(this);
  }

  /**
   * Throws what `assign` would throw, and changes nothing: for code that assigns several Variables, all or none.
   *
   * @throws ShapeError, DTypeError, ValueError as `assign`.
   * @example
   * for (const [i, v] of variables.entries()) v.checkAssignable(values[i]);
   */
  checkAssignable(tensor: Tensor): void {
    const label = this.name === undefined ? "the Variable" : `Variable "${this.name}"`;
    if (!(tensor instanceof Tensor))
      throw new ValueError(`assign: ${label} takes a tensor; wrap the value in tensor(…).`);
    if (!sameShape(tensor.shape, this.shape)) {
      throw shapeError(
        `assign: ${label} has shape ${showShape(this.shape)} and cannot hold ${showShape(tensor.shape)}. Reshape the value, or make a new Variable.`,
        [this.value, tensor],
      );
    }
    if (tensor.dtype !== this.dtype) {
      throw new DTypeError(
        `assign: ${label} has dtype ${this.dtype} and cannot hold ${tensor.dtype}. Use cast(value, "${this.dtype}").`,
      );
    }
    if (tensor.node.symbolic && currentScope() === undefined) {
      throw new TransformError(
        `assign: ${label} cannot hold a tensor that has no value: it depends on a placeholder made by ${placeholderOrigin(tensor.node)}.`,
      );
    }
  }

  /** Name, shape, dtype and an abbreviated value. */
  toString(): string {
    return `Variable${this.name === undefined ? "" : ` "${this.name}"`} ${this.value.toString()}`;
  }

  /** @throws DTypeError where a Variable is used as a number. */
  [Symbol.toPrimitive](hint: string): string {
    if (hint === "string") return this.toString();
    throw notPrimitive(this.shape);
  }

  /** What `console.log` shows in Node. */
  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return this.toString();
  }
}

/** Options of `variable`. */
export interface VariableOptions {
  /** For messages and for saved states. */
  readonly name?: string;
  /** Whether optimisers and `Module.parameters` count it; default true. */
  readonly trainable?: boolean;
}

/** The typed array of a new leaf becomes the leaf's own: the caller must not write to it any more. */
export function leaf<S extends Shape, D extends DType>(shape: S, dtype: D, value: StorageOf<D>): Tensor<S, D> {
  registerBytes(value.length * bytesPerElement(dtype));
  return new Tensor(makeConstant(shape, dtype, value));
}

/** A scalar leaf. */
export function scalar<D extends DType>(value: number, dtype: D): Tensor<readonly [], D> {
  const data = allocate(dtype, 1);
  data[0] = value;
  return new Tensor(makeConstant([], dtype, data));
}
