import { GlissadeError, IndexError, ValueError } from "../../errors.js";
import { sameShape, showShape } from "../../shape.js";
import type { Tensor } from "../../tensor.js";
import type { Call } from "../call.js";
import { callNodes, gradients, isDifferentiable } from "../derivatives.js";
import { callText } from "../source-text.js";
import type { Law, Trial } from "../trial.js";
import { Finding } from "../violation.js";

/** Reads every result; the length of a value is checked against its shape as it is computed. */
function readAll(results: readonly Tensor[]): void {
  for (const result of results) result.data();
}

/** Gradients exist for such operands, and have their shapes. */
function checkGradientShapes(call: Call): void {
  const { results, leaves } = callNodes(call, false);
  if (!isDifferentiable(results, leaves)) return;
  const found = gradients(call);
  for (const [k, operand] of call.operands.entries()) {
    if (found[k]?.length === operand.size) continue;
    throw new Finding(call.text(), `gradient with respect to ${call.place(k)}`, [
      ["elements", String(found[k]?.length)],
      ["operand", showShape(operand.shape)],
    ]);
  }
}

export const awkwardValues: Law = {
  name: "NaN, ±Inf, ±0, subnormal and huge inputs handled",
  drawing: { style: "awkward" },
  runs: 80,
  applies: ({ call }) => call.operands.some((x) => x.size > 0),
  check(trial) {
    for (const call of [trial.call, trial.render("float32")]) {
      readAll(call.results());
      checkGradientShapes(call);
    }
  },
};

/** Empty reductions without an identity and indices into nothing are refused by these. */
const isRefusal = (error: unknown): boolean => error instanceof ValueError || error instanceof IndexError;

function checkZeroSize(call: Call): void {
  let results: Tensor[];
  try {
    results = call.results();
  } catch (error) {
    if (isRefusal(error)) return;
    throw error;
  }
  readAll(results);
  checkGradientShapes(call);
}

export const zeroSize: Law = {
  name: "zero-size inputs handled",
  drawing: { style: "plain", zeroSize: true },
  runs: 60,
  applies: ({ call }) => call.tensors.some((x) => x.size === 0),
  check(trial) {
    for (const dtype of ["float64", "float32", "int32"] as const) {
      try {
        checkZeroSize(trial.render(dtype));
      } catch (error) {
        if (dtype !== "int32" || !(error instanceof GlissadeError)) throw error;
      }
    }
  },
};

/** The dtypes that are tried in place of floats. */
const otherDTypes = ["int32", "uint8", "uint32", "bool"] as const;

export const otherDTypesHandled: Law = {
  name: "integers and booleans are taken, or refused by a typed error",
  drawing: { style: "plain" },
  runs: 40,
  applies: ({ call }) => call.operands.length > 0,
  check(trial) {
    for (const dtype of otherDTypes) {
      const call = trial.render(dtype);
      let results: Tensor[];
      try {
        results = call.results();
      } catch (error) {
        if (error instanceof GlissadeError) continue;
        throw new Finding(call.text(), `${dtype} operands`, [
          ["threw", String(error)],
          ["wanted", "a result, or a DTypeError that names the operator"],
        ]);
      }
      evaluate(call, results);
    }
  },
};

/** Kernels run after everything has been validated: only an index can still be wrong. */
function evaluate(call: Call, results: readonly Tensor[]): void {
  try {
    readAll(results);
  } catch (error) {
    if (error instanceof IndexError) return;
    throw new Finding(call.text(), "computing the result", [["threw", String(error)]]);
  }
}

/** What no operator can make a tensor of. */
const badOperands: readonly unknown[] = [
  null,
  "text",
  { shape: [2] },
  Symbol.iterator,
  [[1, 2], [3]],
  new BigInt64Array(2),
];

export const badOperandsRefused: Law = {
  name: "what is no tensor is refused by a typed error",
  drawing: { style: "plain" },
  runs: 10,
  applies: ({ call }) => call.tensors.length > 0,
  check({ call, operator }: Trial) {
    for (const k of call.tensors.keys()) {
      for (const bad of badOperands) {
        const error = errorOf(() => call.withBadOperand(k, bad));
        if (error instanceof GlissadeError && error.message.includes(operator.name)) continue;
        throw new Finding(
          call.textOf(call.tensors.map((x, i) => (i === k ? bad : x))),
          `tensor ${k} replaced by what is none`,
          [
            ["threw", error === undefined ? "nothing" : String(error)],
            ["wanted", `an error of errors.ts that names ${operator.name}`],
          ],
        );
      }
    }
  },
};

/** What is no axis of any tensor that samplers draw. */
const badAxes: readonly unknown[] = [99, -99, 0.5, Number.NaN, "rows", null, [99]];

export const badAxesRefused: Law = {
  name: "what is no axis is refused by a typed error",
  drawing: { style: "plain" },
  runs: 20,
  applies: ({ call }) => call.withAxis(0) !== undefined,
  check({ call, operator }: Trial) {
    for (const bad of badAxes) {
      const args = call.withAxis(bad) ?? [];
      const error = errorOf(() => call.onArguments(args));
      if (error instanceof GlissadeError && error.message.includes(operator.name)) continue;
      // Callers without types may write null for an option that is not given.
      if (bad === null && error === undefined) continue;
      throw new Finding(callText(operator.name, args), "option axis replaced by what is none", [
        ["threw", error === undefined ? "nothing" : String(error)],
        ["wanted", `an AxisError that names ${operator.name}`],
      ]);
    }
  },
};

function errorOf(body: () => unknown): unknown {
  try {
    body();
    return undefined;
  } catch (error) {
    return error;
  }
}

export const shapesAreInferred: Law = {
  name: "shapes do not depend on values",
  drawing: { style: "plain", variants: 2 },
  runs: 20,
  applies: ({ call }) => call.tensors.some((x) => x.size > 0),
  check(trial) {
    const [first, second] = [trial.call.results(), trial.render("float64", 1).results()];
    for (const [k, result] of first.entries()) {
      const other = second[k];
      if (other !== undefined && sameShape(result.shape, other.shape) && result.dtype === other.dtype) continue;
      throw new Finding(trial.call.text(), `shape of result ${k}`, [
        ["here", showShape(result.shape)],
        ["with other elements", other === undefined ? "missing" : showShape(other.shape)],
      ]);
    }
  },
};
