import type { Tensor } from "../../tensor.js";
import { jvp } from "../../transforms/jvp.js";
import type { Call } from "../call.js";
import { gradientAt, gradients, hessianProduct, weightsLike } from "../derivatives.js";
import { coarseSteps, differenceQuotient, expectAgreement, innerProduct, steps } from "../differences.js";
import { numberText } from "../source-text.js";
import type { Law, Trial } from "../trial.js";
import { type Comparison, expectClose, Finding, magnitude } from "../violation.js";
import { weightsText } from "./first-order.js";

const hasElements = (trial: Trial): boolean => trial.call.operands.some((x) => x.size > 0) && trial.isDifferentiable;

/** Below this, second derivatives are what rounding leaves of terms of the first derivative's size that cancel. */
const firstOrderScale = (call: Call): number => Math.max(1e-3 * magnitude(...gradients(call)), 1e-9);

/** A fault of the first order is the first-order laws' to report: here both sides come from the reverse rule. */
export const secondOrder: Law = {
  name: "second order ≡ differences of first order",
  drawing: { style: "smooth" },
  runs: 100,
  applies: hasElements,
  check(trial) {
    const { call } = trial;
    const { operands } = call;
    const directions = weightsLike(operands, 1);
    const v = directions.map((direction) => direction.data());
    const analytic = hessianProduct(call, directions);
    const floor = firstOrderScale(call);
    const tolerance = trial.isCoarse ? 1e-2 : 1e-4;
    const quotient = (step: number): Float64Array[] =>
      differenceQuotient((moved) => gradients(call, moved), operands, v, step);
    expectAgreement(trial.isCoarse ? coarseSteps : steps, quotient, (numerical) => {
      const scale = Math.max(magnitude(...analytic), magnitude(...numerical), floor);
      for (const k of operands.keys()) expectClose(comparison(trial, k, analytic, numerical, v), tolerance * scale);
    });
  },
};

function comparison(
  trial: Trial,
  k: number,
  analytic: readonly ArrayLike<number>[],
  numerical: readonly ArrayLike<number>[],
  v: readonly ArrayLike<number>[],
): Comparison {
  const { call } = trial;
  return {
    call: () => call.text(),
    what: `second derivatives of Σ w · result along v = ${weightsText(v)}, with respect to ${call.place(k)}`,
    shape: call.operands[k]?.shape ?? [],
    actual: ["reverse over reverse", analytic[k] ?? []],
    expected: ["differences of the gradient", numerical[k] ?? []],
  };
}

export const symmetry: Law = {
  name: "second derivatives are symmetric",
  drawing: { style: "smooth" },
  runs: 60,
  applies: hasElements,
  check(trial) {
    const { call } = trial;
    const u = weightsLike(call.operands, 2);
    const v = weightsLike(call.operands, 1);
    const alongU = hessianProduct(call, u);
    const alongV = hessianProduct(call, v);
    const [uData, vData] = [u.map((x) => x.data()), v.map((x) => x.data())];
    const [left, right] = [innerProduct(uData, alongV), innerProduct(vData, alongU)];
    const terms = Math.max(magnitude(...alongU), magnitude(...alongV), firstOrderScale(call));
    const tolerance = (trial.isCoarse ? 1e-3 : 1e-8) * terms;
    if (!(Math.abs(left - right) > tolerance)) return;
    throw new Finding(
      call.text(),
      `H = second derivatives of Σ w · result (u = ${weightsText(uData)}; v = ${weightsText(vData)})`,
      [
        ["⟨u, H v⟩", numberText(left)],
        ["⟨v, H u⟩", numberText(right)],
      ],
    );
  },
};

export const forwardOverReverse: Law = {
  name: "forward over reverse ≡ reverse over reverse",
  drawing: { style: "smooth" },
  runs: 60,
  applies: hasElements,
  check(trial) {
    const { call } = trial;
    const directions = weightsLike(call.operands, 1);
    const expected = hessianProduct(call, directions);
    const gradient = (operands: readonly Tensor[]): Tensor[] => gradientAt(call, operands);
    const [, products] = jvp(gradient, [call.operands], [directions]);
    const scale = Math.max(magnitude(...expected), firstOrderScale(call));
    for (const [k, product] of products.entries()) {
      expectClose(
        {
          call: () => call.text(),
          what: `second derivatives of Σ w · result along v = ${weightsText(directions.map((x) => x.data()))}, with respect to ${call.place(k)}`,
          shape: product.shape,
          actual: ["forward over reverse", product.data()],
          expected: ["reverse over reverse", expected[k] ?? []],
        },
        (trial.isCoarse ? 1e-3 : 1e-8) * scale,
      );
    }
  },
};
