import { isFloat } from "../../dtype.js";
import { sameShape } from "../../shape.js";
import { gradients } from "../derivatives.js";
import type { Law } from "../trial.js";
import { expectClose, expectSame, Finding, magnitude } from "../violation.js";

/** float32 has 24 bits: 6·10⁻⁸. A kernel of a few dozen operations stays well within this multiple of it. */
const tolerance = 2e-5;

export const precision: Law = {
  name: "float32 ≈ float64",
  drawing: { style: "smooth" },
  runs: 80,
  applies: ({ call }) => call.operands.some((x) => x.size > 0),
  check(trial) {
    const exact = trial.call;
    const single = trial.render("float32");
    const derivative = trial.isDifferentiable ? gradients(exact) : [];
    // What an error of the operands' last bits makes of the result: |J| |x|, from above.
    const carried = derivative.reduce(
      (sum, row, k) => sum + magnitude(row) * magnitude(exact.operands[k]?.data() ?? []),
      0,
    );
    const results = exact.results();
    for (const [k, result] of single.results().entries()) {
      const reference = results[k];
      if (reference === undefined || !sameShape(reference.shape, result.shape)) {
        throw new Finding(single.text(), `shape of result ${k}`, [
          ["float32", JSON.stringify(result.shape)],
          ["float64", JSON.stringify(reference?.shape)],
        ]);
      }
      const values = reference.data();
      const comparison = {
        call: () => single.text(),
        what: `result ${k}`,
        shape: result.shape,
        actual: ["float32", result.data()],
        expected: ["float64", values],
      } as const;
      if (isFloat(result.dtype)) expectClose(comparison, tolerance * (magnitude(values) + carried) + 1e-30);
      else expectSame(comparison);
    }
    if (derivative.length === 0) return;
    const singleGradients = gradients(single);
    const scale = magnitude(...derivative);
    for (const [k, operand] of exact.operands.entries()) {
      expectClose(
        {
          call: () => single.text(),
          what: `gradient of Σ w · result with respect to ${exact.place(k)}`,
          shape: operand.shape,
          actual: ["float32", singleGradients[k] ?? []],
          expected: ["float64", derivative[k] ?? []],
        },
        50 * tolerance * scale + 1e-30,
      );
    }
  },
};
