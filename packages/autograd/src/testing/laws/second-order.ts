import { gradients, hessianProduct, weightsLike } from "../derivatives.js";
import { coarseSteps, differenceQuotient, innerProduct, steps } from "../differences.js";
import { numberText } from "../source-text.js";
import type { Law, Trial } from "../trial.js";
import { type Comparison, expectClose, Finding, magnitude } from "../violation.js";
import { weightsText } from "./first-order.js";

const hasElements = (trial: Trial): boolean => trial.call.operands.some((x) => x.size > 0) && trial.isDifferentiable;

/** A fault of the first order is the first-order laws' to report: here both sides come from the reverse rule. */
export const secondOrder: Law = {
  name: "second order ≡ differences of first order",
  drawing: { style: "smooth" },
  runs: 60,
  applies: hasElements,
  check(trial) {
    const { call } = trial;
    const { operands } = call;
    const directions = weightsLike(operands, 1);
    const v = directions.map((direction) => direction.data());
    const analytic = hessianProduct(call, directions);
    const first = magnitude(...gradients(call));
    const tries = trial.isCoarse ? coarseSteps : steps;
    const tolerance = trial.isCoarse ? 1e-2 : 1e-4;
    let found: unknown;
    for (const step of tries) {
      const numerical = differenceQuotient((moved) => gradients(call, moved), operands, v, step);
      if (numerical.some((row) => row.some(Number.isNaN))) continue;
      const scale = Math.max(magnitude(...analytic), magnitude(...numerical), 1e-3 * first, 1e-9);
      try {
        for (const k of operands.keys()) expectClose(comparison(trial, k, analytic, numerical, v), tolerance * scale);
        return;
      } catch (error) {
        found ??= error;
      }
    }
    if (found !== undefined) throw found;
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
    call: call.text(),
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
    const terms = Math.max(magnitude(...alongU), magnitude(...alongV), 1e-9);
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
