import type { Buffer, ConvolutionKernel, Kernel, LoopKernel } from "../compile/kernel.js";
import { buffersOf, planMemory } from "../compile/memory.js";
import { schedule } from "../compile/schedule.js";
import { simplify, type Value } from "../compile/values.js";
import { describeValue } from "../convert.js";
import { bytesPerElement, isFloat } from "../dtype.js";
import { ValueError } from "../errors.js";
import type { Node } from "../graph.js";
import { expressionsBelow } from "../ir/expand.js";
import type { Expr, Op } from "../ir/expression.js";
import { sizeOf } from "../shape.js";
import { trace } from "../transforms/trace.js";

/** What one kernel of a compiled function costs. */
export interface KernelCost {
  /** "loops" (fused elementwise operators and reductions), "product" (of matrices), "convolution" (of images with kernels, or with what belongs to their windows), "scatter" (rows added to places), "routine" (sorting, running totals, factorisations, …), "steps" (a scan), "host" (an operator of its own) or "fill". */
  readonly kind: "loops" | "product" | "convolution" | "scatter" | "routine" | "steps" | "host" | "fill";
  /** What it computes. */
  readonly name: string;
  /** Floating-point operations. */
  readonly flops: number;
  /** Bytes of the tensors that it reads and writes, each once. */
  readonly bytes: number;
}

/** What a compiled function costs. */
export interface Cost {
  /**
   * Floating-point operations of one call: a product of [m, k] · [k, n] counts 2 m n k; an elementwise operator and a term of a reduction count 1, whatever the
   * operator; moves, comparisons, choices and integers count nothing; a scan counts its body once for each step, and another operator that is not fused its result. What is computed twice counts twice.
   */
  readonly flops: number;
  /** Bytes that its kernels read and write. */
  readonly bytes: number;
  /** Bytes of intermediate results that its memory holds at the busiest moment; arguments and results are not among them. */
  readonly peakBytes: number;
  /** Bytes that the intermediate results alive at that moment have: what no plan can go below. */
  readonly liveBytes: number;
  /** In the order in which they run. */
  readonly kernels: readonly KernelCost[];
}

/**
 * What a function costs when it is compiled by `jit`: it is traced and planned, and not run.
 *
 * @param f Takes and returns trees of tensors.
 * @param args Arguments of the shapes in question.
 * @throws ValueError where `f` is no function; what `jit` throws at the trace.
 * @example
 * costOf((a: Tensor, b: Tensor) => matmul(a, b), ones([2, 3]), ones([3, 4])).flops; // 48
 */
export function costOf<A extends readonly unknown[]>(f: (...args: A) => unknown, ...args: A): Cost {
  if (typeof f !== "function") throw new ValueError(`costOf: takes a function, not ${describeValue(f)}.`);
  const { body } = trace("costOf", f as (...args: never[]) => unknown, args);
  return graphCost(body.inputs, body.outputs);
}

/** The cost of the graph between placeholders and outputs. */
function graphCost(inputs: readonly Node[], outputs: readonly Node[]): Cost {
  const own = new Set(inputs);
  const computed = [...new Set(outputs)].filter((node) => node.symbolic && !own.has(node));
  const scheduled = schedule(simplify(inputs, computed));
  const counted = new Set<unknown>();
  const kernels = scheduled.kernels.map((kernel) => kernelCost(kernel, counted));
  const { peak, liveBytes } = planMemory(scheduled, () => 0);
  return {
    flops: total(kernels.map(({ flops }) => flops)),
    bytes: total(kernels.map(({ bytes }) => bytes)),
    peakBytes: peak,
    liveBytes,
    kernels,
  };
}

const total = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0);

const bytesOf = ({ size, dtype }: Buffer): number => size * bytesPerElement(dtype);

/** The cost of one kernel. @param counted The attributes of loops that have been counted: each of their results is a kernel. */
export function kernelCost(kernel: Kernel, counted: Set<unknown>): KernelCost {
  const bytes = total([...new Set(buffersOf(kernel))].map(bytesOf));
  switch (kernel.kind) {
    case "loops":
      return { kind: "loops", name: kernel.name, flops: loopFlops(kernel), bytes };
    case "product": {
      const { m, n, k, batch } = kernel;
      return {
        kind: "product",
        name: `matmul [${m}, ${k}] · [${k}, ${n}]`,
        flops: 2 * m * n * k * sizeOf(batch),
        bytes,
      };
    }
    case "convolution": {
      const { images, groups, features, tapOffsets, windowOffsets } = kernel.layout;
      const flops = 2 * images * groups * features * tapOffsets.length * windowOffsets.length;
      return { kind: "convolution", name: convolutionName(kernel), flops, bytes };
    }
    case "host":
      return { kind: "host", name: kernel.value.primitive.name, flops: hostFlops(kernel.value, counted), bytes };
    case "routine": {
      const { units, work } = kernel.lowering;
      return { kind: "routine", name: kernel.name, flops: isFloat(kernel.out.dtype) ? units * work : 0, bytes };
    }
    case "scatter":
      return { kind: "scatter", name: "scatter", flops: isFloat(kernel.out.dtype) ? kernel.updates.size : 0, bytes };
    case "fill":
      return { kind: "fill", name: "fill", flops: 0, bytes };
    case "steps": {
      const { program, length } = kernel;
      const perStep = program.kernels.map((each) => kernelCost(each, counted));
      return { kind: "steps", name: "scan", flops: length * total(perStep.map(({ flops }) => flops)), bytes };
    }
  }
}

const convolutionName = ({ layout: { of, images, groups, channels, features } }: ConvolutionKernel): string =>
  `${of === "result" ? "convolution" : "convolution by weights"}, ${images} × ${groups * channels} to ${groups * features} channels`;

const arithmetic: ReadonlySet<Op> = new Set<Op>([
  "neg",
  "abs",
  "sqrt",
  "floor",
  "ceil",
  "trunc",
  "nearest",
  "add",
  "sub",
  "mul",
  "div",
  "rem",
  "min",
  "max",
  "copysign",
  "call",
]);

const isFlop = ({ op, type }: Expr): boolean => arithmetic.has(op) && (type === "f32" || type === "f64");

function loopFlops({ sizes, rowRank, reductions, stores }: LoopKernel): number {
  const elements = sizeOf(sizes);
  const rows = rowRank === undefined ? elements : sizeOf(sizes.slice(0, rowRank));
  const roots = (level: "element" | "row"): Expr[] =>
    stores.flatMap((store) => (store.level === level ? store.expr : []));
  const perElement = new Set(expressionsBelow([...roots("element"), ...reductions.map(({ argument }) => argument)]));
  const perRow = expressionsBelow([...roots("row"), ...reductions.map(({ result }) => result)]);
  const rowFlops = perRow.filter((expr) => !perElement.has(expr) && isFlop(expr)).length;
  const elementFlops = [...perElement].filter(isFlop).length;
  return elements * (elementFlops + reductions.length) + rows * rowFlops;
}

/** A loop in the graph: its body, and how often it runs where that is known. */
interface LoopAttributes {
  readonly body: { readonly inputs: readonly Node[]; readonly outputs: readonly Node[] };
  readonly length: number;
}

const isLoop = (attributes: unknown): attributes is LoopAttributes =>
  typeof attributes === "object" && attributes !== null && "body" in attributes && "length" in attributes;

/** Operators of their own that calculate nothing. */
const moves: ReadonlySet<string> = new Set(["pick", "pack", "take", "takeAlongAxis"]);

/** Besides loops, an operator of its own counts one operation for each element of its result. */
function hostFlops({ primitive, attributes, shape, dtype }: Value, counted: Set<unknown>): number {
  if (isLoop(attributes)) {
    if (counted.has(attributes)) return 0;
    counted.add(attributes);
    return attributes.length * graphCost(attributes.body.inputs, attributes.body.outputs).flops;
  }
  return isFloat(dtype) && !moves.has(primitive.name) ? sizeOf(shape) : 0;
}
