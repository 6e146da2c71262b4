import { type DType, flattenTree, jit, type Shape, Tensor, ValueError, Variable, zeros } from "@glissade/autograd";
import type { Module } from "./module.js";
import { renderTable } from "./table.js";

/** An operand of `forward`: its shape, and its dtype where that is not float32. */
export type SummaryInput = Shape | { readonly shape: Shape; readonly dtype?: DType };

/** What one call of a layer costs, besides what the modules in it cost. */
export interface LayerCost {
  /** Floating-point operations: a multiplication and an addition are two. */
  readonly flops: number;
  /** How many elements it keeps in between for the derivative, besides its result; default 0. */
  readonly kept?: number;
}

/** One call of a module. */
export interface LayerSummary {
  /** Its dotted name; empty for the whole. */
  readonly name: string;
  /** Its class. */
  readonly kind: string;
  /** How many modules it is called inside of. */
  readonly depth: number;
  /** The shapes of its results. */
  readonly outputShapes: readonly Shape[];
  /** Elements of its own parameters, trained or not, without those of the modules in it; 0 where they have been counted before. */
  readonly parameters: number;
  /** Floating-point operations, without those of the modules in it. */
  readonly flops: number;
  /** Bytes of its results where no module in it made them, and of what it keeps in between. */
  readonly activationBytes: number;
}

/** A model for given operands. Printed, it is a table. */
export interface ModelSummary {
  /** Calls in the order in which they begin. */
  readonly layers: readonly LayerSummary[];
  /** Elements of all parameters and buffers. */
  readonly parameters: number;
  /** Those that are trained. */
  readonly trainableParameters: number;
  readonly parameterBytes: number;
  readonly flops: number;
  readonly activationBytes: number;
  toString(): string;
}

/** A call in progress or done. */
interface Call {
  readonly name: string;
  readonly module: Module;
  readonly depth: number;
  inputs: readonly Shape[];
  outputs: readonly Tensor[];
  hasCalls: boolean;
}

/** Thrown at the end of the trace, so that nothing is compiled, run or assigned. */
class Finished extends Error {
  override name = "Finished";
}

const bytesOf: Readonly<Record<DType, number>> = { float32: 4, float64: 8, int32: 4, uint32: 4, uint8: 1, bool: 1 };

const tensorsIn = (tree: unknown): Tensor[] =>
  flattenTree(tree)
    .leaves.map(({ value }) => (value instanceof Variable ? value.value : value))
    .filter((value) => value instanceof Tensor);

/** Calls the model with placeholders in place of its operands: the trace of a jitted function that never ends. */
export function summarize(
  model: Module,
  named: readonly (readonly [string, Module])[],
  inputs: readonly SummaryInput[],
): ModelSummary {
  const forward: unknown = Reflect.get(model, "forward");
  if (inputs.length === 0 && typeof forward === "function" && forward.length > 0)
    throw new ValueError(
      "summary: forward takes an input. Give its shape, such as summary([32, 784]), with a dtype where it is not float32.",
    );
  const operands = inputs.map((input) => {
    const { shape, dtype = "float32" } = "shape" in input ? input : { shape: input };
    return zeros(shape, { dtype });
  });
  const calls = recordCalls(model, named, operands);
  return totals(model, describeCalls(calls));
}

function recordCalls(
  model: Module,
  named: readonly (readonly [string, Module])[],
  operands: readonly Tensor[],
): Call[] {
  const calls: Call[] = [];
  const open: Call[] = [];
  const restore: (() => void)[] = [];
  try {
    for (const [name, module] of named) {
      const forward = forwardOf(module);
      if (forward === undefined) continue;
      const recorded = (...args: unknown[]): unknown => {
        const call: Call = { name, module, depth: open.length, inputs: [], outputs: [], hasCalls: false };
        const outer = open.at(-1);
        if (outer !== undefined) outer.hasCalls = true;
        call.inputs = tensorsIn(args).map(({ shape }) => shape);
        calls.push(call);
        open.push(call);
        try {
          const result: unknown = Reflect.apply(forward, module, args);
          call.outputs = tensorsIn(result);
          return result;
        } finally {
          open.pop();
        }
      };
      const own = Object.getOwnPropertyDescriptor(module, "forward");
      Object.defineProperty(module, "forward", { value: recorded, configurable: true });
      restore.push(() => {
        if (own === undefined) Reflect.deleteProperty(module, "forward");
        else Object.defineProperty(module, "forward", own);
      });
    }
    const forward = forwardOf(model);
    if (forward === undefined) {
      throw new ValueError(
        `summary: ${model.constructor.name || "the module"} has no method forward. Define it, or summarise its parts.`,
      );
    }
    const trace = jit((...placeholders: Tensor[]): Tensor => {
      Reflect.apply(forward, model, placeholders);
      throw new Finished();
    });
    trace(...operands);
  } catch (error) {
    if (!(error instanceof Finished)) throw error;
  } finally {
    for (const put of restore) put();
  }
  return calls;
}

function forwardOf(module: Module): ((...args: unknown[]) => unknown) | undefined {
  const forward: unknown = Reflect.get(module, "forward");
  return typeof forward === "function" ? (...args) => Reflect.apply(forward, module, args) : undefined;
}

function describeCalls(calls: readonly Call[]): LayerSummary[] {
  const counted = new Set<Variable>();
  return calls.map(({ name, module, depth, inputs, outputs, hasCalls }) => {
    const shapes = outputs.map(({ shape }) => shape);
    // Where nothing else is said, a layer without layers does one operation for each element of its result.
    const made = outputs.reduce((sum, { size }) => sum + size, 0);
    const cost = module.cost(inputs, shapes) ?? { flops: hasCalls ? 0 : made };
    const result = hasCalls ? 0 : outputs.reduce((sum, { size, dtype }) => sum + size * bytesOf[dtype], 0);
    const width = bytesOf[outputs[0]?.dtype ?? "float32"];
    const fresh = ownVariables(module).filter((variable) => !counted.has(variable));
    for (const variable of fresh) counted.add(variable);
    return {
      name,
      kind: module.constructor.name,
      depth,
      outputShapes: shapes,
      parameters: fresh.reduce((sum, { size }) => sum + size, 0),
      flops: cost.flops,
      activationBytes: result + (cost.kept ?? 0) * width,
    };
  });
}

const variablesOf = (module: Module): Variable[] => [...module.parameters(), ...module.buffers()];

/** The Variables of a module that are not those of modules in it. */
function ownVariables(module: Module): Variable[] {
  const nested = new Set(
    module
      .modules()
      .slice(1)
      .flatMap((inner) => variablesOf(inner)),
  );
  return variablesOf(module).filter((variable) => !nested.has(variable));
}

function totals(model: Module, layers: readonly LayerSummary[]): ModelSummary {
  const variables = variablesOf(model);
  const summary = {
    layers,
    parameters: variables.reduce((sum, { size }) => sum + size, 0),
    trainableParameters: model.parameters().reduce((sum, { size }) => sum + size, 0),
    parameterBytes: variables.reduce((sum, { size, dtype }) => sum + size * bytesOf[dtype], 0),
    flops: layers.reduce((sum, { flops }) => sum + flops, 0),
    activationBytes: layers.reduce((sum, { activationBytes }) => sum + activationBytes, 0),
  };
  const toString = (): string => renderSummary(summary);
  return { ...summary, toString, ...{ [Symbol.for("nodejs.util.inspect.custom")]: toString } };
}

const prefixes = ["", "k", "M", "G", "T", "P"];
const binaryPrefixes = ["", "Ki", "Mi", "Gi", "Ti"];

/** Three figures and a prefix: 1.23 M. */
function scaled(value: number, base: number, units: readonly string[]): string {
  let [rest, at] = [value, 0];
  while (rest >= base && at < units.length - 1) {
    rest /= base;
    at++;
  }
  return `${at === 0 ? rest : rest.toPrecision(rest >= 1000 ? 4 : 3)} ${units[at]}`.trimEnd();
}

const showBytes = (bytes: number): string => {
  const text = scaled(bytes, 1024, binaryPrefixes);
  return text.includes(" ") ? `${text}B` : `${text} B`;
};

const grouped = (count: number): string => String(count).replace(/\B(?=(\d{3})+$)/g, ",");

function renderSummary(summary: Omit<ModelSummary, "toString">): string {
  const rows = summary.layers.map(({ name, kind, depth, outputShapes, parameters, flops, activationBytes }) => [
    `${"  ".repeat(depth)}${name === "" ? kind : `${name.slice(name.lastIndexOf(".") + 1)}: ${kind}`}`,
    outputShapes.map((shape) => `[${shape.join(", ")}]`).join(" "),
    grouped(parameters),
    scaled(flops, 1000, prefixes),
    showBytes(activationBytes),
  ]);
  const table = renderTable(["layer", "output shape", "parameters", "FLOPs", "activations"], rows, [
    "",
    "",
    grouped(summary.parameters),
    scaled(summary.flops, 1000, prefixes),
    showBytes(summary.activationBytes),
  ]);
  const fixed = summary.parameters - summary.trainableParameters;
  return `${table}\ntrained: ${grouped(summary.trainableParameters)}, not trained: ${grouped(fixed)}, parameters: ${showBytes(summary.parameterBytes)}`;
}
