import { BinaryWriter, WireType } from "@bufbuild/protobuf/wire";

/**
 * The messages of ONNX that an export consists of, and how they are written. Names and field numbers are those of onnx.proto3
 * (https://github.com/onnx/onnx/blob/main/onnx/onnx.proto3); fields that an export does not use are left out.
 */

/** The types of elements (TensorProto.DataType). */
export const elementTypes = {
  float32: 1,
  uint8: 2,
  int32: 6,
  int64: 7,
  bool: 9,
  float64: 11,
  uint32: 12,
} as const;

/** The name of a type of elements; int64 is ONNX's type of sizes and indices. */
export type ElementType = keyof typeof elementTypes;

/** A side of a shape: a number, or the name of one that is known when the model runs. */
export type Side = number | string;

/** A tensor in the file: an initializer. */
export interface TensorMessage {
  readonly name: string;
  readonly type: ElementType;
  readonly shape: readonly number[];
  /** The elements, little-endian. */
  readonly bytes: Uint8Array;
}

/** An attribute of a node. */
export type AttributeMessage =
  | { readonly int: number }
  | { readonly float: number }
  | { readonly string: string }
  | { readonly ints: readonly number[] }
  | { readonly graph: GraphMessage };

/** An operator applied to values, all of them known by name; "" stands for an operand that is left out. */
export interface NodeMessage {
  readonly name: string;
  readonly operator: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: Readonly<Record<string, AttributeMessage>>;
}

/** The type and shape of a value. */
export interface ValueMessage {
  readonly name: string;
  readonly type: ElementType;
  readonly shape: readonly Side[];
}

/** A graph: the model's, or the body of a loop or of a branch. */
export interface GraphMessage {
  readonly name: string;
  readonly nodes: readonly NodeMessage[];
  readonly initializers: readonly TensorMessage[];
  readonly inputs: readonly ValueMessage[];
  readonly outputs: readonly ValueMessage[];
  /** Types and shapes of the values in between. */
  readonly values: readonly ValueMessage[];
}

/** A model. */
export interface ModelMessage {
  readonly irVersion: number;
  readonly opset: number;
  readonly producer: string;
  readonly graph: GraphMessage;
}

/** A protobuf message is at most this long. */
export const greatestMessage = 2 ** 31 - 1;

/** The bytes of a model. */
export function encodeModel({ irVersion, opset, producer, graph }: ModelMessage): Uint8Array<ArrayBuffer> {
  const writer = new BinaryWriter();
  int(writer, 1, irVersion);
  text(writer, 2, producer);
  nested(writer, 7, () => writeGraph(writer, graph));
  // The domain of the operators that ONNX itself defines is the empty one.
  nested(writer, 8, () => int(writer, 2, opset));
  return writer.finish();
}

const int = (writer: BinaryWriter, field: number, value: number): void => {
  writer.tag(field, WireType.Varint).int64(value);
};

const text = (writer: BinaryWriter, field: number, value: string): void => {
  writer.tag(field, WireType.LengthDelimited).string(value);
};

function nested(writer: BinaryWriter, field: number, write: () => void): void {
  writer.tag(field, WireType.LengthDelimited).fork();
  write();
  writer.join();
}

function writeGraph(writer: BinaryWriter, graph: GraphMessage): void {
  for (const node of graph.nodes) nested(writer, 1, () => writeNode(writer, node));
  text(writer, 2, graph.name);
  for (const tensor of graph.initializers) nested(writer, 5, () => writeTensor(writer, tensor));
  for (const value of graph.inputs) nested(writer, 11, () => writeValue(writer, value));
  for (const value of graph.outputs) nested(writer, 12, () => writeValue(writer, value));
  for (const value of graph.values) nested(writer, 13, () => writeValue(writer, value));
}

function writeNode(writer: BinaryWriter, { name, operator, inputs, outputs, attributes }: NodeMessage): void {
  for (const input of inputs) text(writer, 1, input);
  for (const output of outputs) text(writer, 2, output);
  text(writer, 3, name);
  text(writer, 4, operator);
  for (const [key, value] of Object.entries(attributes)) nested(writer, 5, () => writeAttribute(writer, key, value));
}

/** Field 20 repeats which kind of value it is (AttributeProto.AttributeType). */
function writeAttribute(writer: BinaryWriter, name: string, value: AttributeMessage): void {
  text(writer, 1, name);
  if ("float" in value) {
    writer.tag(2, WireType.Bit32).float(value.float);
    int(writer, 20, 1);
  } else if ("int" in value) {
    int(writer, 3, value.int);
    int(writer, 20, 2);
  } else if ("string" in value) {
    text(writer, 4, value.string);
    int(writer, 20, 3);
  } else if ("graph" in value) {
    nested(writer, 6, () => writeGraph(writer, value.graph));
    int(writer, 20, 5);
  } else {
    nested(writer, 8, () => {
      for (const each of value.ints) writer.int64(each);
    });
    int(writer, 20, 7);
  }
}

function writeTensor(writer: BinaryWriter, { name, type, shape, bytes }: TensorMessage): void {
  nested(writer, 1, () => {
    for (const side of shape) writer.int64(side);
  });
  int(writer, 2, elementTypes[type]);
  text(writer, 8, name);
  writer.tag(9, WireType.LengthDelimited).bytes(bytes);
}

function writeValue(writer: BinaryWriter, { name, type, shape }: ValueMessage): void {
  text(writer, 1, name);
  const writeShape = (): void => {
    for (const side of shape) {
      nested(writer, 1, () => (typeof side === "string" ? text(writer, 2, side) : int(writer, 1, side)));
    }
  };
  nested(writer, 2, () =>
    nested(writer, 1, () => {
      int(writer, 1, elementTypes[type]);
      nested(writer, 2, writeShape);
    }),
  );
}
