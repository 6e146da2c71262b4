import { compileToWasm } from "../../backends/wasm/executable.js";
import { interpret } from "../../compile/interpret.js";
import { type DType, isFloat } from "../../dtype.js";
import { GlissadeError } from "../../errors.js";
import { makePlaceholder, type Node } from "../../graph.js";
import { realize, Tensor } from "../../tensor.js";
import type { Call } from "../call.js";
import { gradientAt } from "../derivatives.js";
import type { Law, Trial } from "../trial.js";
import { expectClose, expectSame, Finding, magnitude } from "../violation.js";

/** Elementary functions differ by an ulp or two, sums by their order: relative to the greatest element of a result. */
const tolerances: Readonly<Record<string, number>> = { float32: 1e-5, float64: 1e-12 };

type OfTensors = (tensors: readonly Tensor[]) => Tensor[];

/** Runs `f` compiled and on the reference kernels, with all tensors of the call as inputs. */
function compareBackends(call: Call, tensors: readonly Tensor[], f: OfTensors, what: string): void {
  realize(...tensors);
  const inputs = tensors.map(({ shape, dtype }) => makePlaceholder(shape, dtype, "the law of compiling"));
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
  const given = tensors.map(({ node }) => node);
  const run = (compile: typeof interpret): Node[] | string => {
    const executable = compile(program);
    try {
      return executable.run(given);
    } catch (error) {
      if (error instanceof GlissadeError) return error.message;
      throw error;
    }
  };
  const [expected, actual] = [run(interpret), run(compileToWasm)];
  const text = call.textOf(tensors);
  if (typeof expected === "string" || typeof actual === "string") {
    if (expected === actual) return;
    throw new Finding(text, `error of ${what}`, [
      ["compiled", typeof actual === "string" ? actual : "none"],
      ["reference", typeof expected === "string" ? expected : "none"],
    ]);
  }
  for (const [k, reference] of expected.entries()) compareNodes(text, `${what} ${k}`, actual[k], reference);
}

function compareNodes(call: string, what: string, actual: Node | undefined, reference: Node): void {
  const { shape, dtype } = reference;
  const expected = new Tensor(reference).data();
  const got = actual === undefined ? [] : new Tensor(actual).data();
  const comparison = { call, what, shape, actual: ["compiled", got], expected: ["reference", expected] } as const;
  if (isFloat(dtype)) expectClose(comparison, (tolerances[dtype] ?? 0) * Math.max(1e-30, magnitude(expected)));
  else expectSame(comparison);
}

const dtypeOf = (trial: Trial): DType => (trial.recording.salt % 2 === 0 ? "float32" : "float64");

export const compiling: Law = {
  name: "compiled ≡ reference",
  drawing: { style: "plain", zeroSize: true },
  runs: 40,
  applies: (trial) => trial.call.tensors.length > 0,
  check(trial) {
    const call = trial.render(dtypeOf(trial));
    compareBackends(call, call.tensors, (tensors) => call.resultsOf(tensors), "result");
  },
};

export const gradientCompiling: Law = {
  name: "compiled gradient ≡ reference",
  drawing: { style: "smooth" },
  runs: 20,
  applies: (trial) => trial.isDifferentiable,
  check(trial) {
    const { call } = trial;
    compareBackends(
      call,
      call.tensors,
      (tensors) => {
        const at = call.at(tensors);
        return gradientAt(at, at.operands);
      },
      "gradient",
    );
  },
};
