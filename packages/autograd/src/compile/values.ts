import { bytesPerElement, type DType, type Storage } from "../dtype.js";
import { constant, type Node, newWalk, operandsOf, type Primitive, placeholder, type StepLoop } from "../graph.js";
import type { Lowering } from "../ir/lowering.js";
import { realizeNodes } from "../lifetime.js";
import { broadcastPrimitive } from "../ops/broadcast.js";
import { broadcastShapes, type Shape, sameShape, sizeOf } from "../shape.js";
import { Tensor } from "../tensor.js";
import { attributesKey } from "./attributes-key.js";

/** How a value is computed: its operator's lowering, or the operator's reference kernel. */
export type ValueLowering = Lowering | { readonly kind: "host" };

/** A value of a program being compiled: an input, a constant, or an operator applied to values. */
export interface Value {
  /** Grows in topological order. */
  readonly id: number;
  readonly shape: Shape;
  readonly dtype: DType;
  /** The position among the program's inputs. */
  readonly input: number | undefined;
  /** The elements of a constant. */
  readonly data: Storage | undefined;
  /** The one number that a constant is full of. */
  readonly uniform: number | undefined;
  readonly primitive: Primitive;
  /** Of a loop over steps they change while a program is read: the loop is found to have more results. */
  attributes: unknown;
  readonly inputs: readonly Value[];
  /** How many operands of other values it is. */
  uses: number;
  /** Once somebody has asked for it: see `loweringOf`. */
  lowering: ValueLowering | undefined;
}

/** The values of a program, inputs before users, and those that it returns. */
export interface Values {
  readonly values: readonly Value[];
  readonly outputs: readonly Value[];
}

/**
 * Turns the graph between a program's inputs and outputs into values: each computation once (common subexpressions), what depends on no
 * input as a constant, what nobody uses left out, and composite operators taken apart. `known` is told which value each node became.
 */
export function simplify(
  inputs: readonly Node[],
  outputs: readonly Node[],
  known: Map<Node, Value> = new Map(),
): Values {
  const translation = new Translation(inputs, known);
  const results = outputs.map((node) => translation.valueOf(node));
  return reachable(translation.all, results);
}

/** Those of all values, which are listed by number, that the results need; counts their uses. */
function reachable(all: readonly Value[], outputs: readonly Value[]): Values {
  const isNeeded = new Uint8Array(all.length);
  for (const { id } of outputs) isNeeded[id] = 1;
  const values: Value[] = [];
  for (let id = all.length - 1; id >= 0; id--) {
    if (isNeeded[id] === 0) continue;
    const value = all[id]!;
    const { inputs } = value;
    values.push(value);
    for (let i = 0; i < inputs.length; i++) {
      inputs[i]!.uses++;
      isNeeded[inputs[i]!.id] = 1;
    }
  }
  return { values: values.reverse(), outputs };
}

class Translation {
  readonly #values: Map<Node, Value>;
  /** By number. */
  readonly all: Value[] = [];
  /** Constants, and operators with attributes, by texts. */
  readonly #known = new Map<string, Value>();
  /** Operators without attributes, by a number that follows from their operands; those that have it too, by the number of the one after. */
  readonly #plain = new Map<number, Value>();
  readonly #plainBefore: (Value | undefined)[] = [];

  constructor(inputs: readonly Node[], values: Map<Node, Value>) {
    this.#values = values;
    for (const [input, node] of inputs.entries()) {
      this.#values.set(node, this.#make(node, placeholder, [], { input }));
    }
  }

  valueOf(root: Node): Value {
    const order = this.#order(root);
    for (let i = 0; i < order.length; i++) {
      const node = order[i]!;
      if (!this.#values.has(node)) this.#values.set(node, this.#translate(node));
    }
    const value = this.#values.get(root);
    if (value === undefined) throw new Error(`${root.primitive.name} was not translated`);
    return value;
  }

  /** The nodes below `root` that have no value yet, in order of creation. */
  #order(root: Node): Node[] {
    const walk = newWalk();
    const stack = [root];
    const order: Node[] = [];
    for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
      if (node.mark === walk || this.#values.has(node)) continue;
      node.mark = walk;
      order.push(node);
      if (node.value === undefined) for (let i = 0; i < node.inputs.length; i++) stack.push(node.inputs[i]!);
    }
    return order.sort((a, b) => a.id - b.id);
  }

  #translate(node: Node): Value {
    if (node.value === undefined && !node.symbolic && shrinks(node)) realizeNodes([node]);
    if (node.value !== undefined) return this.#constant(node, node.value);
    const { primitive, attributes } = node;
    const operands: Value[] = [];
    for (let i = 0; i < node.inputs.length; i++) {
      const input = node.inputs[i]!;
      operands.push(this.#values.get(input) ?? this.valueOf(input));
    }
    const inputs = primitive.element === undefined ? operands : unstretched(operands, node.shape);
    if (primitive.expand !== undefined) return this.#expand(node, inputs);
    const same = identity(primitive, inputs, node) ?? this.#sameLoop(node, inputs);
    if (same !== undefined) return same;
    // Shape and dtype follow from primitive, operands and attributes.
    if (attributes === undefined) return this.#oncePlain(node, primitive, inputs);
    const key = attributesKey(attributes);
    if (key === undefined) return this.#make(node, primitive, inputs, {});
    let text = `${primitive.name}|${key}`;
    for (const { id } of inputs) text += `|${id}`;
    const known = this.#known.get(text);
    // Two primitives of the users' own may share a name.
    if (known !== undefined && known.primitive === primitive) return known;
    const made = this.#make(node, primitive, inputs, {});
    this.#known.set(text, made);
    return made;
  }

  #oncePlain(node: Node, primitive: Primitive, inputs: readonly Value[]): Value {
    let key = 0;
    for (let i = 0; i < inputs.length; i++) key = (Math.imul(key, 31) + inputs[i]!.id) | 0;
    const latest = this.#plain.get(key);
    for (let value = latest; value !== undefined; value = this.#plainBefore[value.id]) {
      if (value.primitive === primitive && haveSameItems(value.inputs, inputs)) return value;
    }
    const made = this.#make(node, primitive, inputs, {});
    this.#plainBefore[made.id] = latest;
    this.#plain.set(key, made);
    return made;
  }

  readonly #loops: Value[] = [];

  /**
   * A loop over the same steps, of which one gives results that the other does not: both are the one with more results, whose first ones are those of the other. So the scan that
   * stacks carries for a reverse pass is the scan itself.
   */
  #sameLoop(node: Node, inputs: readonly Value[]): Value | undefined {
    const loop = node.primitive.steps?.(node.attributes);
    if (loop === undefined) return undefined;
    for (const value of this.#loops) {
      const other = value.primitive.steps?.(value.attributes);
      if (other === undefined || value.primitive !== node.primitive || !haveSameSteps(loop, other)) continue;
      if (!inputs.every((input, i) => input === value.inputs[i])) continue;
      if (loop.outputs.length > other.outputs.length) value.attributes = node.attributes;
      return value;
    }
    const value = this.#make(node, node.primitive, inputs, {});
    this.#loops.push(value);
    return value;
  }

  #expand(node: Node, inputs: readonly Value[]): Value {
    const rule = node.primitive.expand;
    if (rule === undefined) throw new Error(`${node.primitive.name} is not composite`);
    const operands = node.inputs.map((input) => new Tensor(input));
    const result = rule({ inputs: operandsOf(operands), attributes: node.attributes }).node;
    void inputs;
    return this.valueOf(result);
  }

  #constant(node: Node, data: Storage): Value {
    const uniform = uniformOf(data);
    if (uniform === undefined) return this.#sameArray(node, data);
    const key = `uniform|${node.dtype}|${node.shape.join()}|${Object.is(uniform, -0) ? "-0" : uniform}`;
    const known = this.#known.get(key) ?? this.#make(node, constant, [], { data, uniform });
    this.#known.set(key, known);
    return known;
  }

  readonly #arrays = new Map<string, Value[]>();

  /** A constant array. Rules make their masks and matrices anew wherever they are applied: equal ones are one. */
  #sameArray(node: Node, data: Storage): Value {
    const key = `${node.dtype}|${node.shape.join()}|${sampleOf(data)}`;
    const alike = this.#arrays.get(key) ?? [];
    const known = alike.find((value) => value.data !== undefined && haveSameElements(value.data, data));
    if (known !== undefined) return known;
    const made = this.#make(node, constant, [], { data });
    this.#arrays.set(key, [...alike, made]);
    return made;
  }

  #make(
    { shape, dtype, attributes }: Pick<Node, "shape" | "dtype" | "attributes">,
    primitive: Primitive,
    inputs: readonly Value[],
    rest: { readonly input?: number; readonly data?: Storage; readonly uniform?: number },
  ): Value {
    const { input, data, uniform } = rest;
    const id = this.all.length;
    const value: Value = {
      id,
      shape,
      dtype,
      primitive,
      attributes,
      inputs,
      input,
      data,
      uniform,
      uses: 0,
      lowering: undefined,
    };
    this.all.push(value);
    this.#plainBefore.push(undefined);
    return value;
  }
}

function haveSameItems(a: readonly Value[], b: readonly Value[]): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

function haveSameSteps(a: StepLoop, b: StepLoop): boolean {
  if (a.length !== b.length || a.reverse !== b.reverse) return false;
  if (a.constantCount !== b.constantCount || a.carryCount !== b.carryCount) return false;
  if (a.inputs.length !== b.inputs.length || a.inputs.some((node, i) => node !== b.inputs[i])) return false;
  const [fewer, more] = a.outputs.length < b.outputs.length ? [a, b] : [b, a];
  return fewer.outputs.every((node, i) => node === more.outputs[i]);
}

/** Whether computing a node at once costs no memory: it is no larger than what it is made from. */
function shrinks({ shape, dtype, inputs, primitive }: Node): boolean {
  if (primitive.name === "random") return false;
  const bytes = sizeOf(shape) * bytesPerElement(dtype);
  return bytes <= 64 || inputs.some((input) => bytes <= sizeOf(input.shape) * bytesPerElement(input.dtype));
}

/** The number that all elements are; undefined where they differ. */
function uniformOf(data: Storage): number | undefined {
  const [first] = data;
  if (first === undefined) return undefined;
  for (let i = 1; i < data.length; i++) if (!Object.is(data[i], first)) return undefined;
  return first;
}

/** A few elements from all over an array: large ones are compared in full only where these are equal. */
function sampleOf(data: Storage): string {
  const step = Math.max(1, Math.floor(data.length / 16));
  let sample = "";
  for (let i = 0; i < data.length; i += step) sample += `${data[i]},`;
  return sample;
}

const haveSameElements = (a: Storage, b: Storage): boolean =>
  a === b || (a.length === b.length && a.every((x, i) => Object.is(x, b[i])));

/** The operands of an operator that stretches them itself, without stretching them before; its shape stays what it is. */
function unstretched(operands: readonly Value[], shape: Shape): readonly Value[] {
  let inputs = operands;
  for (let i = 0; i < operands.length; i++) {
    const { primitive, inputs: stretched } = operands[i]!;
    const own = stretched[0];
    if (primitive !== broadcastPrimitive || own === undefined) continue;
    const without = inputs.map((input, k) => (k === i ? own : input));
    const shapes = without.map((input) => input.shape);
    if (
      sameShape(
        shapes.reduce((a, b) => broadcastShapes("broadcastTo", a, b)),
        shape,
      )
    )
      inputs = without;
  }
  return inputs;
}

/** x where the operator changes nothing: x · 1, x / 1, x − 0 (x + 0 would turn −0 into 0). */
function identity({ name }: Primitive, inputs: readonly Value[], { shape, dtype }: Node): Value | undefined {
  const a = inputs[0];
  const b = inputs[1];
  if (a === undefined || b === undefined || (a.uniform === undefined && b.uniform === undefined)) return undefined;
  const keeps = (x: Value): boolean => sameShape(x.shape, shape) && x.dtype === dtype && dtype !== "bool";
  if (name === "mul" && b.uniform === 1 && keeps(a)) return a;
  if (name === "mul" && a.uniform === 1 && keeps(b)) return b;
  if (name === "div" && b.uniform === 1 && keeps(a)) return a;
  return name === "sub" && Object.is(b.uniform, 0) && keeps(a) ? a : undefined;
}
