import { type Tensor, type TensorLike, ValueError, type Variable, zeros } from "@glissade/autograd";
import { type GraphView, graphOf } from "@glissade/autograd/debug";
import { tensorBytes } from "../files/elements.js";
import { Module } from "../module.js";
import { toTensor } from "../operand.js";
import { batchExtents, batchSizes, unsupported } from "./batch-extents.js";
import { GraphBuilder, type Value } from "./builder.js";
import { OnnxExportError } from "./error.js";
import type { Extents } from "./extent.js";
import { encodeModel, greatestMessage } from "./messages.js";
import { type ModuleCall, recordingCalls } from "./module-calls.js";
import { Translation } from "./translate.js";

/** Options of `toOnnx`. */
export interface OnnxOptions {
  /** The version of ONNX's operators, 17 … 22; default 20, which has `Gelu`. */
  readonly opset?: number;
  /** Names of the inputs; default "input", or "input_0", "input_1", … where there are several. */
  readonly inputNames?: readonly string[];
  /** Names of the outputs; default "output", or "output_0", "output_1", … where there are several. */
  readonly outputNames?: readonly string[];
  /** Whether the leading axis of all inputs is a batch whose size is left open; default false: it is that of the examples. */
  readonly dynamicBatch?: boolean;
  /** The module by whose names parameters go, where the model is a function; default: the names of the Variables. */
  readonly module?: Module;
}

/** A function or module of tensors. */
export type OnnxModel = Module | ((...inputs: Tensor[]) => unknown);

/** The version of the file format that came with an opset (https://github.com/onnx/onnx/blob/main/docs/Versioning.md). */
const irVersions: Readonly<Record<number, number>> = { 17: 8, 18: 8, 19: 9, 20: 9, 21: 10, 22: 10 };

/**
 * The forward graph of a model as an ONNX file (https://onnx.ai), opset 20 unless said otherwise. The model is called once with placeholders, in evaluation mode,
 * and left as it was; nothing is run. Parameters are in the file under the names of `stateDict`. Needs the package `@bufbuild/protobuf`.
 *
 * dtypes stay what they are; many runtimes compute float32 only. Elementary functions are those of the runtime, so that results agree to its accuracy.
 *
 * @param model A module with a method `forward`, or a function; takes tensors and returns a tree of them.
 * @param inputs Tensors, or what `tensor` takes, of the shapes in question; their values do not matter.
 * @returns The bytes of the file.
 * @throws OnnxExportError that lists all operators without a counterpart, such as random draws and decompositions of matrices, or what hangs on the size of an open
 * batch; ValueError for options that are none, and where the file would be longer than 2 GiB; what the model throws at the trace.
 * @example
 * const bytes = await toOnnx(model, [zeros([1, 1, 28, 28])], { dynamicBatch: true });
 * await writeFile("model.onnx", bytes);
 */
export async function toOnnx(
  model: OnnxModel,
  inputs: readonly TensorLike[],
  options: OnnxOptions = {},
): Promise<Uint8Array<ArrayBuffer>> {
  const { opset = 20, dynamicBatch = false } = options;
  const irVersion = irVersions[opset];
  if (irVersion === undefined) throw new ValueError(`toOnnx: opset is ${String(opset)}; use one of 17 … 22.`);
  const examples = inputs.map((input) => toTensor("toOnnx", input));
  if (dynamicBatch) for (const example of examples) requireBatch(example);
  const traced = traceModel(model, dynamicBatch ? examples.map((x) => withBatch(x, batchSizes[0])) : examples, options);
  const { view, moduleOf, nameOf } = traced;
  const other = dynamicBatch
    ? traceModel(
        model,
        examples.map((x) => withBatch(x, batchSizes[1])),
        options,
      )
    : undefined;
  const extents = other === undefined ? undefined : batchExtents(view, other.view, moduleOf);
  const b = new GraphBuilder(opset);
  const translation = new Translation({ b, moduleOf, extentsOf: (id, shape): Extents => extents?.get(id) ?? shape });

  const inputNames = namesOf("inputNames", "input", options.inputNames, examples.length);
  const graphInputs = view.inputs.map(({ id, shape, dtype }, i): Value => {
    const value = { name: b.unique(inputNames[i] ?? "input"), type: dtype, shape: extents?.get(id) ?? shape };
    translation.bind(id, value);
    return value;
  });
  const outputNames = namesOf("outputNames", "output", options.outputNames, view.outputs.length);
  for (const name of outputNames) reserve(b, name);
  let total = 0;
  for (const { id, shape, dtype, variable } of view.variables) {
    const bytes = await tensorBytes(variable.value);
    total += bytes.length;
    if (total > greatestMessage)
      throw new ValueError("toOnnx: the parameters take more than 2 GiB, which no ONNX file can hold.");
    translation.bind(id, b.initializer(nameOf(variable), dtype, shape, bytes));
  }
  const [batched] = graphInputs;
  if (dynamicBatch && batched !== undefined) b.setBatch(batched, 0);
  const results = translation.run(view);
  if (translation.unsupported.length > 0) throw unsupported(translation.unsupported);
  const outputs = results.map((value, i) => b.rename(value, outputNames[i] ?? "output"));
  const graph = b.graph(model instanceof Module ? model.constructor.name : model.name || "model", graphInputs, outputs);
  return encodeModel({ irVersion, opset, producer: "glissade", graph });
}

/** The names of inputs or outputs. @throws ValueError where they are not as many, or not different. */
function namesOf(option: string, base: string, given: readonly string[] | undefined, count: number): readonly string[] {
  if (given === undefined) return Array.from({ length: count }, (_, i) => (count === 1 ? base : `${base}_${i}`));
  const isLegal = given.length === count && given.every((name) => typeof name === "string" && name !== "");
  if (isLegal && new Set(given).size === count) return given;
  throw new ValueError(`toOnnx: ${option} is ${JSON.stringify(given)}; it must be ${count} different names.`);
}

/** @throws ValueError where an input has the name of an output. */
function reserve(b: GraphBuilder, name: string): void {
  if (b.unique(name) !== name) throw new ValueError(`toOnnx: the name ${JSON.stringify(name)} is there twice.`);
}

function requireBatch(x: Tensor): void {
  if (x.rank === 0)
    throw new ValueError(
      "toOnnx: dynamicBatch, and an input is a scalar; all inputs need a leading axis for the batch.",
    );
}

const withBatch = (x: Tensor, size: number): Tensor => zeros([size, ...x.shape.slice(1)], { dtype: x.dtype });

/** What a model computes, and whose. */
interface TracedModel {
  readonly view: GraphView;
  moduleOf(id: number): string | undefined;
  nameOf(variable: Variable): string;
}

function traceModel(model: OnnxModel, examples: readonly Tensor[], options: OnnxOptions): TracedModel {
  if (model instanceof Module ? !("forward" in model) : typeof model !== "function")
    throw new ValueError("toOnnx: takes a module with a method forward, or a function of tensors.");
  const owner = model instanceof Module ? model : options.module;
  const calls: ModuleCall[] = [];
  let leaf: Tensor | undefined;
  const traced = (...args: Tensor[]): unknown => {
    calls.length = 0;
    leaf = args[0];
    const result: unknown =
      model instanceof Module ? Reflect.apply(Reflect.get(model, "forward"), model, args) : model(...args);
    return [result, calls.map(({ before, after }) => [before, after])];
  };
  const trace = (): GraphView => graphOf(traced, ...examples);
  const view = owner === undefined ? trace() : recordingCalls(owner, () => leaf, calls, trace);
  const count = view.outputs.length - 2 * calls.length;
  if (count < 1) throw new OnnxExportError("toOnnx: the model returns no tensor.");
  // The innermost call began last.
  const spans = calls
    .map(({ name }, i) => ({ name, from: view.outputs[count + 2 * i] ?? 0, to: view.outputs[count + 2 * i + 1] ?? 0 }))
    .reverse();
  const names = new Map<Variable, string>();
  if (owner !== undefined)
    for (const [name, variable] of [...owner.namedParameters(), ...owner.namedBuffers()]) names.set(variable, name);
  return {
    view: { ...view, outputs: view.outputs.slice(0, count) },
    moduleOf: (id) => spans.find(({ from, to }) => from < id && id < to)?.name,
    nameOf: (variable) => names.get(variable) ?? variable.name ?? "variable",
  };
}
