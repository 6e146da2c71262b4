import { broadcastExtents, type Extent, type Extents, isFixed, sameExtents, showExtent } from "./extent.js";
import {
  type AttributeMessage,
  type ElementType,
  elementTypes,
  type GraphMessage,
  type NodeMessage,
  type TensorMessage,
  type ValueMessage,
} from "./messages.js";

/** A value of the graph that is being built. */
export interface Value {
  readonly name: string;
  readonly type: ElementType;
  readonly shape: Extents;
}

/** What a node makes, besides its name. */
export type ValueType = Omit<Value, "name">;

type Attributes = Readonly<Record<string, AttributeMessage>>;

/** A graph in the making: the model's, or a body inside it. */
interface Scope {
  readonly nodes: NodeMessage[];
  readonly values: ValueMessage[];
}

const describe = ({ name, type, shape }: Value): ValueMessage => ({ name, type, shape: shape.map(showExtent) });

const widths: Readonly<Record<ElementType, number>> = {
  float32: 4,
  float64: 8,
  int32: 4,
  int64: 8,
  uint32: 4,
  uint8: 1,
  bool: 1,
};

/** The elements as they stand in files: little-endian, whatever the machine. */
function bytesOf(type: ElementType, data: ArrayLike<number>): Uint8Array {
  const width = widths[type];
  const bytes = new Uint8Array(data.length * width);
  const view = new DataView(bytes.buffer);
  for (let i = 0; i < data.length; i++) {
    const [at, value] = [i * width, data[i] ?? 0];
    if (type === "float32") view.setFloat32(at, value, true);
    else if (type === "float64") view.setFloat64(at, value, true);
    else if (type === "int64") view.setBigInt64(at, BigInt(value), true);
    else if (type === "int32") view.setInt32(at, value, true);
    else if (type === "uint32") view.setUint32(at, value, true);
    else view.setUint8(at, value);
  }
  return bytes;
}

/** Builds a graph of ONNX operators: each call adds a node and gives its result. Names are unique in the whole model. */
export class GraphBuilder {
  readonly #names = new Map<string, number>();
  readonly #initializers: TensorMessage[] = [];
  readonly #known = new Map<string, Value>();
  readonly #scopes: Scope[] = [{ nodes: [], values: [] }];
  #batch: Value | undefined;
  /** Goes before the names of nodes that are made: the module that they belong to. */
  prefix = "";

  constructor(readonly opset: number) {}

  /** A name that nothing has yet: this one, or with a number behind it. */
  unique(name: string): string {
    const count = this.#names.get(name) ?? 0;
    this.#names.set(name, count + 1);
    return count === 0 ? name : this.unique(`${name}_${count}`);
  }

  /** The result of an operator of ONNX. */
  emit(
    operator: string,
    inputs: readonly (Value | undefined)[],
    result: ValueType,
    attributes: Attributes = {},
  ): Value {
    const [value] = this.emitAll(operator, inputs, [result], attributes);
    if (value === undefined) throw new Error(`${operator} has no result`);
    return value;
  }

  /** The results of an operator of ONNX that has several. */
  emitAll(
    operator: string,
    inputs: readonly (Value | undefined)[],
    results: readonly ValueType[],
    attributes: Attributes = {},
  ): Value[] {
    const name = this.unique(`${this.prefix}${operator}`);
    const outputs = results.map(({ type, shape }, i) => {
      const own = results.length === 1 ? `${name}_output` : `${name}_output_${i}`;
      return { name: this.unique(own), type, shape };
    });
    const scope = this.#scope;
    scope.nodes.push({
      name,
      operator,
      inputs: inputs.map((input) => input?.name ?? ""),
      outputs: outputs.map((output) => output.name),
      attributes,
    });
    scope.values.push(...outputs.map(describe));
    return outputs;
  }

  get #scope(): Scope {
    const scope = this.#scopes.at(-1);
    if (scope === undefined) throw new Error("there is no graph");
    return scope;
  }

  /** A tensor that stands in the file. */
  initializer(name: string, type: ElementType, shape: readonly number[], bytes: Uint8Array): Value {
    const own = this.unique(name);
    this.#initializers.push({ name: own, type, shape, bytes });
    return { name: own, type, shape };
  }

  /** Constant elements; small ones that are the same are one. */
  constant(type: ElementType, shape: readonly number[], data: ArrayLike<number>): Value {
    const bytes = bytesOf(type, data);
    if (data.length > 64) return this.initializer("constant", type, shape, bytes);
    const key = `${type} ${shape.join()} ${bytes.join()}`;
    const value = this.#known.get(key) ?? this.initializer("constant", type, shape, bytes);
    this.#known.set(key, value);
    return value;
  }

  /** One number. */
  scalar(type: ElementType, value: number): Value {
    return this.constant(type, [], [value]);
  }

  /** A vector of int64, which is how ONNX takes sizes, axes and indices. */
  ints(values: readonly number[]): Value {
    return this.constant("int64", [values.length], values);
  }

  /** The size of the batch is a side of this value. */
  setBatch(value: Value, axis: number): void {
    const shape = this.emit("Shape", [value], { type: "int64", shape: [value.shape.length] });
    this.#batch = this.emit("Gather", [shape, this.ints([axis])], { type: "int64", shape: [1] });
  }

  /** A vector of sizes, of which some may hang on the batch. */
  sizes(shape: Extents): Value {
    if (isFixed(shape)) return this.ints(shape);
    const parts = shape.map((side) => {
      if (typeof side === "number") return this.ints([side]);
      if (this.#batch === undefined) throw new Error("the size of the batch is not known");
      const vector = { type: "int64", shape: [1] } as const;
      return side.perExample === 1
        ? this.#batch
        : this.emit("Mul", [this.#batch, this.ints([side.perExample])], vector);
    });
    const [only] = parts;
    if (only !== undefined && parts.length === 1) return only;
    return this.emit("Concat", parts, { type: "int64", shape: [shape.length] }, { axis: { int: 0 } });
  }

  /** The same elements under another shape. */
  reshape(x: Value, shape: Extents): Value {
    if (sameExtents(x.shape, shape)) return x;
    const open = shape.filter((side) => typeof side === "object");
    // −1 takes what is left, which must not be ambiguous: no other side is 0.
    const isPlain = open.length === 1 && !shape.includes(0);
    const sizes = isPlain ? this.ints(shape.map((side) => (typeof side === "object" ? -1 : side))) : this.sizes(shape);
    return this.emit(
      "Reshape",
      [x, sizes],
      { type: x.type, shape },
      shape.includes(0) ? { allowzero: { int: 1 } } : {},
    );
  }

  /** `x` stretched to a shape that it broadcasts to. */
  expand(x: Value, shape: Extents): Value {
    // Runtimes keep a side of 1 that is to become 0.
    if (isFixed(shape) && shape.includes(0)) return this.constant(x.type, shape, []);
    return sameExtents(x.shape, shape) ? x : this.emit("Expand", [x, this.sizes(shape)], { type: x.type, shape });
  }

  /** `x` with its axes in another order. */
  transpose(x: Value, axes: readonly number[]): Value {
    if (axes.every((axis, i) => axis === i)) return x;
    const shape = axes.map((axis): Extent => x.shape[axis] ?? 1);
    return this.emit("Transpose", [x], { type: x.type, shape }, { perm: { ints: axes } });
  }

  /** `x` with elements of another type. */
  cast(x: Value, type: ElementType): Value {
    if (x.type === type) return x;
    return this.emit("Cast", [x], { type, shape: x.shape }, { to: { int: elementTypes[type] } });
  }

  /** An operator that works element by element on operands that broadcast; the result has the type of the first, or another. */
  map(operator: string, inputs: readonly [Value, ...Value[]], type: ElementType = inputs[0].type): Value {
    return this.emit(operator, inputs, { type, shape: broadcastExtents(...inputs.map(({ shape }) => shape)) });
  }

  /** Elements of `a` where the condition holds, of `b` elsewhere. */
  where(condition: Value, a: Value, b: Value): Value {
    const shape = broadcastExtents(condition.shape, a.shape, b.shape);
    return this.emit("Where", [condition, a, b], { type: a.type, shape });
  }

  /** A graph inside the graph: the body of a loop or branch, which may use all values that are there already. */
  body(
    name: string,
    inputs: readonly ValueType[],
    build: (inputs: readonly Value[]) => readonly Value[],
  ): GraphMessage {
    const own = inputs.map(({ type, shape }) => ({ name: this.unique(`${this.prefix}${name}_input`), type, shape }));
    this.#scopes.push({ nodes: [], values: [] });
    try {
      // A result must be made inside the body, and be no other's.
      const results = build(own).map((result) => this.emit("Identity", [result], result));
      return this.#close(this.unique(`${this.prefix}${name}`), own, results, []);
    } finally {
      this.#scopes.pop();
    }
  }

  /** A value under a name that is reserved for it. */
  rename({ name, type, shape }: Value, to: string): Value {
    const value = { name: to, type, shape };
    this.#scope.nodes.push({
      name: this.unique(`${to}_identity`),
      operator: "Identity",
      inputs: [name],
      outputs: [to],
      attributes: {},
    });
    return value;
  }

  /** The whole graph. */
  graph(name: string, inputs: readonly Value[], outputs: readonly Value[]): GraphMessage {
    return this.#close(name, inputs, outputs, this.#initializers);
  }

  #close(
    name: string,
    inputs: readonly Value[],
    outputs: readonly Value[],
    initializers: readonly TensorMessage[],
  ): GraphMessage {
    const { nodes, values } = this.#scope;
    const results = new Set(outputs.map((output) => output.name));
    return {
      name,
      nodes,
      initializers,
      inputs: inputs.map(describe),
      outputs: outputs.map(describe),
      values: values.filter((value) => !results.has(value.name)),
    };
  }
}
