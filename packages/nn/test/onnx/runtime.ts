import { Tensor, tensor } from "@glissade/autograd";
import { InferenceSession, Tensor as RuntimeTensor } from "onnxruntime-node";
import { expect } from "vitest";
import { type OnnxModel, type OnnxOptions, toOnnx } from "../../src/onnx/index.js";

/** A tensor as the runtime takes it. */
function toRuntime(x: Tensor): RuntimeTensor {
  const data = x.data();
  const shape = [...x.shape];
  if (x.dtype === "bool") return new RuntimeTensor("bool", Uint8Array.from(data), shape);
  if (data instanceof Float32Array) return new RuntimeTensor("float32", data, shape);
  if (data instanceof Float64Array) return new RuntimeTensor("float64", data, shape);
  if (data instanceof Int32Array) return new RuntimeTensor("int32", data, shape);
  if (data instanceof Uint32Array) return new RuntimeTensor("uint32", data, shape);
  return new RuntimeTensor("uint8", data, shape);
}

/** What a runtime gives for a file: shape, type and elements of each output. */
export async function runOnnx(bytes: Uint8Array, inputs: readonly Tensor[]) {
  const session = await InferenceSession.create(bytes, { logSeverityLevel: 3, intraOpNumThreads: 1 });
  const feeds = Object.fromEntries(session.inputNames.map((name, i) => [name, toRuntime(inputs[i] ?? tensor(0))]));
  const results = await session.run(feeds);
  const outputs = session.outputNames.map((name) => {
    const value = results[name];
    if (value === undefined) throw new Error(`the runtime gives no ${name}`);
    return { name, type: value.type, shape: value.dims, data: Array.from(value.data as ArrayLike<number>, Number) };
  });
  await session.release();
  return outputs;
}

/** Whether a number is close to another, relative to the greatest of all. */
function expectClose(found: readonly number[], wanted: readonly number[], tolerance: number): void {
  const scale = Math.max(1, ...wanted.filter(Number.isFinite).map(Math.abs));
  const wrong = wanted.findIndex((value, i) => {
    const other = found[i] ?? Number.NaN;
    return !(Object.is(value, other) || value === other || Math.abs(value - other) <= tolerance * scale);
  });
  if (wrong >= 0) expect.fail(`element ${wrong} is ${found[wrong]} in ONNX, and ${wanted[wrong]} here`);
}

/** Exports a model, and compares what the runtime gives with what the model gives in evaluation mode. */
export async function expectSame(
  model: OnnxModel,
  inputs: readonly Tensor[],
  {
    tolerance = 1e-5,
    examples = inputs,
    ...options
  }: OnnxOptions & { tolerance?: number; examples?: readonly Tensor[] } = {},
): Promise<Uint8Array> {
  const bytes = await toOnnx(model, examples, options);
  const forward = typeof model === "function" ? model : Reflect.get(model, "forward");
  const wanted: unknown = Reflect.apply(forward, model, inputs);
  const tensors = wanted instanceof Tensor ? [wanted] : Array.isArray(wanted) ? wanted.flat(2) : [];
  const outputs = await runOnnx(bytes, inputs);
  expect(outputs.length).toBe(tensors.length);
  for (const [i, output] of outputs.entries()) {
    const own: unknown = tensors[i];
    if (!(own instanceof Tensor)) throw new Error("the model gives no tensor");
    expect(output.type).toBe(own.dtype);
    expect(output.shape).toEqual(own.shape);
    expectClose(output.data, Array.from(own.data(), Number), tolerance);
  }
  return bytes;
}
