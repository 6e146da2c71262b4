import { sample } from "fast-check";
import { expect, test } from "vitest";
import { schedule } from "../../src/compile/schedule.js";
import { simplify } from "../../src/compile/values.js";
import { GlissadeError } from "../../src/errors.js";
import { makePlaceholder } from "../../src/graph.js";
import { realize, Tensor } from "../../src/tensor.js";
import { recordings } from "../../src/testing/arbitrary.js";
import { floats, gradientWith, weightsLike } from "../../src/testing/derivatives.js";
import { Trial } from "../../src/testing/trial.js";
import { operatorNames, operatorOf } from "../laws/operators.js";

/** The primitives that a program of the operator, or of its gradient, leaves to the host. */
function hostCalls(tensors: readonly Tensor[], f: (tensors: readonly Tensor[]) => readonly Tensor[]): string[] {
  realize(...tensors);
  const inputs = tensors.map(({ shape, dtype }) => makePlaceholder(shape, dtype, "a test"));
  try {
    const outputs = [...new Set(f(inputs.map((node) => new Tensor(node))).map(({ node }) => node))];
    const { kernels } = schedule(
      simplify(
        inputs,
        outputs.filter(({ symbolic }) => symbolic),
      ),
    );
    return kernels.flatMap((kernel) => (kernel.kind === "host" ? [kernel.value.primitive.name] : []));
  } catch (error) {
    // What reads values cannot be compiled, and says so.
    if (error instanceof GlissadeError) return [];
    throw error;
  }
}

/** What is called in the host still, with the primitives that are. */
const left = {
  "linalg.cond": ["norm"],
  "linalg.det": ["detDerivative"],
  "linalg.expm": ["expm", "expmDerivative"],
  norm: ["norm"],
  repeat: ["take"],
  scatterSet: ["lastWriter"],
};

test("no operator is computed in the host in the middle of a program, but for these", { timeout: 120_000 }, () => {
  const found = new Map<string, Set<string>>();
  for (const name of operatorNames) {
    const op = operatorOf(name);
    const samples = op?.operator?.samples;
    if (op === undefined || samples === undefined) continue;
    const subject = (...args: readonly unknown[]): unknown => op(...(args as never[]));
    for (const recording of sample(recordings(samples, { style: "plain" }), { seed: 20, numRuns: 25 })) {
      if (recording === undefined || recording.error !== undefined) continue;
      const trial = new Trial({ name, subject, elementwise: false }, recording);
      const { call } = trial;
      const calls = hostCalls(call.tensors, (tensors) => call.resultsOf(tensors));
      if (trial.isDifferentiable) {
        const weighted = [...call.tensors, ...weightsLike(floats(call.results()))];
        calls.push(...hostCalls(weighted, (tensors) => gradientWith(call, tensors)));
      }
      if (calls.length > 0) found.set(name, new Set([...(found.get(name) ?? []), ...calls]));
    }
  }
  const list = Object.fromEntries([...found].map(([name, calls]) => [name, [...calls].sort()]));
  expect(list).toEqual(left);
});
