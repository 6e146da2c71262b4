import { cast, flattenTree, Tensor } from "@glissade/autograd";
import * as functions from "@glissade/autograd/functions";
import { type Draw, drawn } from "@glissade/autograd/testing";
import fc from "fast-check";
import { expect, test } from "vitest";
import { OnnxExportError, toOnnx } from "../../src/onnx/index.js";
import { expectSame } from "./runtime.js";

/** Operators that ONNX has no counterpart of. */
const without: readonly string[] = ["digamma", "erfinv", "lgamma", "polygamma"];

interface Sampled {
  (...args: unknown[]): unknown;
  readonly operator: { readonly samples: ((draw: Draw) => readonly unknown[]) | undefined };
}

const isSampled = (value: unknown): value is Sampled => typeof value === "function" && "operator" in value;

const operators = Object.entries(functions).flatMap(([name, value]) =>
  isSampled(value) ? [[name, value] as const] : [],
);

/** A call of an operator on tensors alone, with what else it takes as it was drawn. */
function callOf(op: Sampled, args: readonly unknown[]) {
  const inputs = args
    .filter((arg) => arg instanceof Tensor)
    .map((x) => (x.dtype === "float64" ? cast(x, "float32") : x));
  const f = (...tensors: Tensor[]): unknown => {
    let next = 0;
    const result = op(...args.map((arg) => (arg instanceof Tensor ? tensors[next++] : arg)));
    return flattenTree(result).leaves.map(({ value }) => value);
  };
  return { f, inputs };
}

const samplesOf = (op: Sampled) => drawn((draw) => op.operator.samples?.(draw) ?? []);

test.each(operators.filter(([name]) => !without.includes(name)))(
  "%s gives in ONNX what it gives here",
  async (_, op) => {
    const property = fc.asyncProperty(samplesOf(op), fc.integer({ min: 17, max: 22 }), async (args, drawnOpset) => {
      const { f, inputs } = callOf(op, args);
      if (inputs.length === 0) return;
      await expectSame(f, inputs, { opset: Math.max(drawnOpset, 19), tolerance: 1e-4 });
    });
    await fc.assert(property, { numRuns: 6 });
  },
);

test.each(operators.filter(([name]) => without.includes(name)))(
  "%s has no counterpart, and is named",
  async (_, op) => {
    const [args = []] = fc.sample(samplesOf(op), 1);
    const { f, inputs } = callOf(op, args);
    await expect(toOnnx(f, inputs)).rejects.toThrow(OnnxExportError);
  },
);
