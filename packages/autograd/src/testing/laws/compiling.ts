import { compileToWasm } from "../../backends/wasm/executable.js";
import type { Executable } from "../../compile/executable.js";
import { interpret } from "../../compile/interpret.js";
import { type DType, isFloat } from "../../dtype.js";
import { GlissadeError } from "../../errors.js";
import { makePlaceholder, type Node } from "../../graph.js";
import { abs } from "../../ops/arithmetic.js";
import { realize, Tensor } from "../../tensor.js";
import type { Call } from "../call.js";
import { floats, gradientWith, weightsLike } from "../derivatives.js";
import type { Law, Trial } from "../trial.js";
import { type Comparison, expectClose, expectSame, Finding, magnitude } from "../violation.js";

/**
 * Elementary functions differ by an ulp or two, sums by their order: relative to the greatest element of all results, for one of them may be what
 * rounding leaves of the others (a residual).
 */
const tolerances: Readonly<Record<string, number>> = { float32: 1e-5, float64: 1e-12 };

type OfTensors = (tensors: readonly Tensor[]) => Tensor[];

/** @throws Finding where a compiled result is not the reference's. */
type CompareResult = (comparison: Comparison, dtype: DType, scale: number) => void;

/** Runs `f` compiled and on the reference kernels, on each of some sets of inputs: the tensors of the call, and what follows them. */
function compareBackends(
  call: Call,
  sets: readonly (readonly Tensor[])[],
  f: OfTensors,
  what: string,
  compare: CompareResult = expectResult,
): void {
  const [first = []] = sets;
  realize(...sets.flat());
  const inputs = first.map(({ shape, dtype }) => makePlaceholder(shape, dtype, "the law of compiling"));
  let outputs: Node[];
  try {
    outputs = f(inputs.map((node) => new Tensor(node))).map(({ node }) => node);
  } catch (error) {
    // What reads values cannot be compiled, and says so.
    if (error instanceof GlissadeError) return;
    throw error;
  }
  const program = { inputs, outputs: [...new Set(outputs)].filter(({ symbolic }) => symbolic) };
  if (program.outputs.length === 0) return;
  const executables = [interpret(program), compileToWasm(program)] as const;
  for (const tensors of sets) {
    const [expected, actual] = executables.map((each) => runOf(each, tensors));
    const terms = isLinear(program.outputs) ? runOf(executables[0], tensors.map(absolute)) : [];
    compareRuns(() => call.textOf(tensors), what, [expected ?? [], actual ?? [], terms], compare);
  }
}

/** Whether a graph is made of operators alone that are linear in each operand: what they make of absolute values bounds the terms of their sums, which may cancel. */
function isLinear(outputs: readonly Node[]): boolean {
  const seen = new Set<Node>();
  const stack = [...outputs];
  for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
    if (seen.has(node)) continue;
    seen.add(node);
    if (node.inputs.length > 0 && node.primitive.linear === "none") return false;
    stack.push(...node.inputs);
  }
  return true;
}

const absolute = (x: Tensor): Tensor => {
  if (!isFloat(x.dtype)) return x;
  const values = abs(x);
  realize(values);
  return values;
};

/** The results of a run, or the message of its error. */
function runOf(executable: Executable, tensors: readonly Tensor[]): readonly Node[] | string {
  try {
    return executable.run(tensors.map(({ node }) => node));
  } catch (error) {
    if (error instanceof GlissadeError) return error.message;
    throw error;
  }
}

function compareRuns(
  call: () => string,
  what: string,
  [expected, actual, terms]: readonly (readonly Node[] | string)[],
  compare: CompareResult,
): void {
  if (expected === undefined || actual === undefined) return;
  if (typeof expected === "string" || typeof actual === "string") {
    if (expected === actual) return;
    throw new Finding(call(), `error of ${what}`, [
      ["compiled", typeof actual === "string" ? actual : "none"],
      ["reference", typeof expected === "string" ? expected : "none"],
    ]);
  }
  const bounds = typeof terms === "string" ? [] : (terms ?? []);
  const scale = magnitude(...[...expected, ...bounds].map((node) => new Tensor(node).data()));
  for (const [k, reference] of expected.entries()) {
    const node = actual[k];
    const [got, values] = [node === undefined ? [] : new Tensor(node).data(), new Tensor(reference).data()];
    const { shape, dtype } = reference;
    const labelled = { actual: ["compiled", got], expected: ["reference", values] } as const;
    compare({ call, what: `${what} ${k}`, shape, ...labelled }, dtype, scale);
  }
}

/** How far results may be apart: integers and booleans not at all. */
const toleranceOf = (dtype: DType, scale: number): number => (tolerances[dtype] ?? 0) * Math.max(1e-30, scale);

const expectResult: CompareResult = (comparison, dtype, scale) => {
  if (isFloat(dtype)) expectClose(comparison, toleranceOf(dtype, scale));
  else expectSame(comparison);
};

/** Whether the same elements are NaN, ∞ and −∞. */
const expectSameKinds: CompareResult = ({ actual: [compiled, got], expected: [reference, values], ...rest }) => {
  const kinds = (row: ArrayLike<number>): number[] => Array.from(row, (x) => (Number.isFinite(x) ? 0 : x));
  expectSame({ ...rest, actual: [compiled, kinds(got)], expected: [reference, kinds(values)] });
};

/** Each element by its own measure: beside a huge one the others could be anything. */
const expectElements: CompareResult = ({ actual: [compiled, got], expected: [reference, values], ...rest }, dtype) => {
  for (let i = 0; i < values.length; i++) {
    if (Object.is(got[i], values[i])) continue;
    const only = (row: ArrayLike<number>): number[] =>
      Array.from({ length: i + 1 }, (_, k) => (k === i ? (row[k] ?? Number.NaN) : 0));
    const comparison = { ...rest, actual: [compiled, only(got)], expected: [reference, only(values)] } as const;
    expectResult(comparison, dtype, magnitude(only(values)));
  }
};

const dtypeOf = (trial: Trial): DType => (trial.recording.salt % 2 === 0 ? "float32" : "float64");

function checkCompiled(trial: Trial): void {
  const call = trial.render(dtypeOf(trial));
  compareBackends(call, [call.tensors], (tensors) => call.resultsOf(tensors), "result");
}

export const compiling: Law = {
  name: "compiled ≡ reference",
  drawing: { style: "plain", long: true },
  runs: 200,
  applies: (trial) => trial.call.tensors.length > 0,
  check: checkCompiled,
};

export const zeroSizeCompiling: Law = {
  name: "compiled ≡ reference without elements",
  drawing: { style: "plain", zeroSize: true },
  runs: 20,
  applies: (trial) => trial.call.tensors.length > 0,
  check: checkCompiled,
};

/** How many sets of elements go through one program: there are more ways to be awkward than shapes. */
const sets = 4;

export const awkwardCompiling: Law = {
  name: "compiled ≡ reference at NaN, ±Inf, ±0, subnormal and huge inputs",
  drawing: { style: "awkward", long: true, variants: sets },
  runs: 60,
  applies: ({ call }) => call.operands.some((x) => x.size > 0),
  check(trial) {
    // In float64 only: float32 may overflow on the way, where the reference kernels, which compute in float64, do not. What cancels is of any size.
    const compare = trial.operator.elementwise ? expectElements : expectSameKinds;
    const { call } = trial;
    const given = Array.from({ length: sets }, (_, i) => trial.render("float64", i).tensors);
    compareBackends(call, given, (tensors) => call.resultsOf(tensors), "result", compare);
  },
};

export const gradientCompiling: Law = {
  name: "compiled gradient ≡ reference",
  drawing: { style: "smooth", long: true },
  runs: 120,
  applies: (trial) => trial.isDifferentiable,
  check({ call }) {
    const inputs = [...call.tensors, ...weightsLike(floats(call.results()))];
    compareBackends(call, [inputs], (tensors) => gradientWith(call, tensors), "gradient");
  },
};
