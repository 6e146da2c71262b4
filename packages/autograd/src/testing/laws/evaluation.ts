import type { Storage } from "../../dtype.js";
import { inScope } from "../../lifetime.js";
import { realize, Tensor } from "../../tensor.js";
import { alias } from "../../transforms/leaves.js";
import type { Call } from "../call.js";
import { callNodes, gradients, isDifferentiable, pullBackWeights } from "../derivatives.js";
import type { Law, Trial } from "../trial.js";
import { expectSame } from "../violation.js";

const read = (results: readonly Tensor[]): Storage[] => results.map((result) => result.data());

function compare(
  call: Call,
  what: string,
  actual: readonly ArrayLike<number>[],
  expected: readonly ArrayLike<number>[],
  labels: readonly [string, string],
): void {
  for (const [k, row] of expected.entries()) {
    expectSame({
      call: () => call.text(),
      what: `${what} ${k}`,
      shape: [row.length],
      actual: [labels[0], actual[k] ?? []],
      expected: [labels[1], row],
    });
  }
}

/** The results after every node below them was read and printed in the order of creation. */
function resultsReadOnTheWay(call: Call): Storage[] {
  const { nodes, results } = callNodes(call, false);
  for (const node of nodes) void String(new Tensor(node));
  return read(results);
}

/** Gradients with every node of the way printed while the derivative is being taken. */
function gradientsReadOnTheWay(call: Call): Storage[] {
  const gradient = inScope("laws", () => {
    const leaves = call.operands.map(alias);
    const results = call.results(leaves);
    for (const result of results) void String(result);
    const found = pullBackWeights(results, leaves);
    for (const g of found) void String(g);
    return found;
  });
  return read(gradient);
}

export const laziness: Law = {
  name: "evaluation alone ≡ evaluation together",
  drawing: { style: "plain" },
  runs: 30,
  applies: () => true,
  check(trial: Trial) {
    const { call } = trial;
    const expected = read(call.results());
    compare(call, "result", resultsReadOnTheWay(call), expected, ["everything on the way read first", "read alone"]);
    const together = [...call.results(), ...call.results()];
    realize(...together);
    compare(call, "result", read(together), [...expected, ...expected], ["realized together", "read alone"]);
    const { results, leaves } = callNodes(call, false);
    if (!isDifferentiable(results, leaves)) return;
    compare(call, "gradient", gradientsReadOnTheWay(call), gradients(call), [
      "printed inside the derivative",
      "read after it",
    ]);
  },
};

export const determinism: Law = {
  name: "the same call gives the same bits",
  drawing: { style: "plain" },
  runs: 30,
  applies: () => true,
  check(trial: Trial) {
    const [first, second] = [trial.call, trial.render("float64")];
    compare(first, "result", read(second.results()), read(first.results()), ["second time", "first time"]);
    const { results, leaves } = callNodes(first, false);
    if (!isDifferentiable(results, leaves)) return;
    compare(first, "gradient", gradients(second), gradients(first), ["second time", "first time"]);
  },
};
