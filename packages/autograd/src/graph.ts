import type { DType, Storage } from "./dtype.js";
import type { ElementCode } from "./ir/element-code.js";
import type { LowerRule } from "./ir/lowering.js";
import type { Sampler } from "./sampling.js";
import type { Shape } from "./shape.js";
import type { Tensor } from "./tensor.js";

/**
 * The operands of a rule. `infer` has checked how many there are, so the first three can be taken apart without a test for
 * `undefined`; a variadic operator reads `inputs.length`.
 */
export type Operands<T> = readonly [T, T, T, ...T[]];

/** An operand of a kernel: its elements in row-major order. A kernel never writes to `data`. */
export interface KernelInput {
  readonly data: Storage;
  readonly shape: Shape;
  readonly dtype: DType;
}

/** What a reference kernel gets: operands, attributes, and the shape and dtype that `infer` promised. */
export interface KernelContext<A = unknown> {
  readonly inputs: Operands<KernelInput>;
  readonly attributes: A;
  readonly shape: Shape;
  readonly dtype: DType;
}

/** The shape and dtype of a tensor, without its value. */
export interface Aval {
  readonly shape: Shape;
  readonly dtype: DType;
}

/** What an inference rule gets: the operands' shapes and dtypes, and the attributes. */
export interface InferContext<A = unknown> {
  readonly inputs: Operands<Aval>;
  readonly attributes: A;
}

/** What a vjp rule gets: the primals, the result and its cotangent, as tensors to build graph with. */
export interface VjpContext<A = unknown> {
  readonly inputs: Operands<Tensor>;
  readonly output: Tensor;
  readonly attributes: A;
  /** Has the shape and dtype of `output`. */
  readonly cotangent: Tensor;
}

/** What a batching rule gets: operands whose leading axis is the batch axis where `batched` says so. */
export interface BatchContext<A = unknown> {
  readonly inputs: Operands<Tensor>;
  readonly batched: readonly boolean[];
  /** The number of examples. */
  readonly size: number;
  readonly attributes: A;
}

/** Builds a cotangent for each operand; `undefined` where it is zero. */
export type VjpRule<A = unknown> = {
  // Declared as a method, whose parameters compare bivariantly: the graph holds primitives of any attributes.
  rule(context: VjpContext<A>): readonly (Tensor | undefined)[];
}["rule"];

/** Builds the result for a whole batch, its batch axis leading. */
export type BatchRule<A = unknown> = {
  rule(context: BatchContext<A>): Tensor;
}["rule"];

/** Builds the result of other operators. */
export type ExpandRule<A = unknown> = {
  rule(context: Pick<VjpContext<A>, "inputs" | "attributes">): Tensor;
}["rule"];

/** What follows from the attributes alone. */
export type AttributesRule<A, R> = {
  rule(attributes: A): R;
}["rule"];

/**
 * A loop over steps, for compilers to run without leaving the module. Inputs of a step, and operands of the loop, are constants, carries, and then what is
 * scanned; a step's outputs, and the loop's results, are the next carries and then what is stacked.
 */
export interface StepLoop {
  readonly inputs: readonly Node[];
  readonly outputs: readonly Node[];
  readonly constantCount: number;
  readonly carryCount: number;
  readonly length: number;
  /** From the last to the first. */
  readonly reverse: boolean;
}

/** A rule that an operator does not have, with the reason that errors will quote. */
export interface NoRule {
  readonly none: string;
}

/**
 * In which operands an operator is linear: in all of them together (`x + y`), in each one while the others are held
 * (`x · y`), in those listed together while the others are held (`where`: [1, 2]), or in none.
 */
export type Linearity = "jointly" | "separately" | readonly number[] | "none";

/** An operator as the graph knows it: what it makes, how to compute it, and its rules. */
export interface Primitive<A = unknown> {
  readonly name: string;
  readonly linear: Linearity;
  /** The shape and dtype of the result, or an error that names the operator and the shapes. */
  infer(context: InferContext<A>): Aval;
  /** The reference meaning: a new typed array, or an operand's own where the elements are the same in the same order. */
  run(context: KernelContext<A>): Storage;
  /** A cotangent for each operand; `undefined` where it is zero. */
  readonly vjp: VjpRule<A> | NoRule;
  /** Takes the place of `vjp` where forward mode transposes a reverse pass: of an operator that is told its forward rule, or of a step that forward mode does without. */
  readonly transpose?: VjpRule<A> | undefined;
  /** The result with the batch axis leading. */
  readonly batch: BatchRule<A> | NoRule;
  /** Of an operator that works element by element: the element of the result from those of the operands, in their one dtype. */
  readonly element?: AttributesRule<A, ElementCode | undefined> | undefined;
  /** How compiled backends compute it; without a rule they call `run`. */
  readonly lower?: LowerRule<A> | undefined;
  /** The same result built of simpler operators, for compilers to fuse. */
  readonly expand?: ExpandRule<A> | undefined;
  /** Of an operator with several results: the loop over steps that it is. */
  readonly steps?: AttributesRule<A, StepLoop> | undefined;
  /** Of an operator that takes one result of another: which. */
  readonly part?: AttributesRule<A, number> | undefined;
  readonly samples?: Sampler | undefined;
}

/** The elements of a node in a backend's memory. */
export interface DeviceCopy {
  /** A copy of them. */
  read(): Storage;
  /** Gives the memory back: nobody will read the node any more. */
  release(): void;
  /** Makes them the elements of another node, in place of the one that had them. */
  moveTo(node: Node): void;
}

/**
 * A node of the graph. It is immutable in meaning: `value` is filled in once, and a node that has its value forgets how it
 * was made (`primitive`, `inputs`) as soon as no derivative can need it.
 */
export interface Node {
  /** Grows with creation: inputs have lower ids than the node that uses them. */
  readonly id: number;
  readonly shape: Shape;
  readonly dtype: DType;
  primitive: Primitive;
  inputs: readonly Node[];
  attributes: unknown;
  value: Storage | undefined;
  /** The elements in a backend's memory: beside `value`, or in its place. */
  device: DeviceCopy | undefined;
  /** Somebody holds the node besides the Variable whose value it is. */
  handedOut: boolean;
  /** Depends on a placeholder, so that it can never have a value. */
  readonly symbolic: boolean;
  /** Results of one transform call: computing one computes all. */
  group: readonly Node[] | undefined;
  /** Number of the last walk that came by. */
  mark: number;
}

/** Operands for a rule: the one place where their number is taken on trust. */
export const operandsOf = <T>(items: readonly T[]): Operands<T> => items as Operands<T>;

let nextId = 1;
let walks = 0;

/** The id that the next node will get: every node made from now on has this id or a higher one. */
export const upcomingId = (): number => nextId;

/** A number for a new walk, to mark the nodes that it has visited. */
export const newWalk = (): number => ++walks;

const noInputs: readonly Node[] = [];

const leafPrimitive = (name: string): Primitive => ({
  name,
  linear: "none",
  infer() {
    throw new Error(`${name} has no operands to infer from`);
  },
  run() {
    throw new Error(`${name} is a leaf and is never run`);
  },
  vjp: { none: `${name} is a leaf` },
  batch: { none: `${name} is a leaf` },
});

/** The primitive of leaves that hold a value. */
export const constant: Primitive = leafPrimitive("constant");

/** The primitive of leaves without a value; the attributes say where they were made. */
export const placeholder: Primitive<string> = leafPrimitive("placeholder");

/** A leaf that holds `value`, which nobody else may write to. */
export function makeConstant(shape: Shape, dtype: DType, value: Storage): Node {
  return {
    id: nextId++,
    shape,
    dtype,
    primitive: constant,
    inputs: noInputs,
    attributes: undefined,
    value,
    device: undefined,
    handedOut: false,
    symbolic: false,
    group: undefined,
    mark: 0,
  };
}

/** A leaf whose elements are in a backend's memory. */
export function makeResident(shape: Shape, dtype: DType, device: DeviceCopy): Node {
  return {
    id: nextId++,
    shape,
    dtype,
    primitive: constant,
    inputs: noInputs,
    attributes: undefined,
    value: undefined,
    device,
    handedOut: false,
    symbolic: false,
    group: undefined,
    mark: 0,
  };
}

/** Whether a node has been computed. */
export const isComputedNode = (node: Node): boolean => node.value !== undefined || node.device !== undefined;

/** A leaf without a value; `origin` says where it was made, for errors about reading it. */
export function makePlaceholder(shape: Shape, dtype: DType, origin: string): Node {
  return {
    id: nextId++,
    shape,
    dtype,
    primitive: placeholder,
    inputs: noInputs,
    attributes: origin,
    value: undefined,
    device: undefined,
    handedOut: false,
    symbolic: true,
    group: undefined,
    mark: 0,
  };
}

/** An application of `primitive`. */
export function makeNode(
  primitive: Primitive,
  inputs: readonly Node[],
  attributes: unknown,
  shape: Shape,
  dtype: DType,
): Node {
  let symbolic = false;
  for (let i = 0; i < inputs.length; i++) if (inputs[i]!.symbolic) symbolic = true;
  return {
    id: nextId++,
    shape,
    dtype,
    primitive,
    inputs,
    attributes,
    value: undefined,
    device: undefined,
    handedOut: false,
    symbolic,
    group: undefined,
    mark: 0,
  };
}

/** Turns a node that has its value into a leaf, so that what it was made from can be collected. */
export function forgetHistory(node: Node): void {
  node.primitive = constant;
  node.inputs = noInputs;
  node.attributes = undefined;
  node.group = undefined;
}

/** Where the first placeholder below `node` was made. */
export function placeholderOrigin(node: Node): string {
  let at = node;
  while (at.primitive !== placeholder) {
    const next = at.inputs.find((input) => input.symbolic);
    if (next === undefined) return "an unknown place";
    at = next;
  }
  return String(at.attributes);
}
