import { sample } from "fast-check";
import { describe, expect, test } from "vitest";
import { recordOrigins } from "../../src/debug/index.js";
import { cast, jvp, mul, ones, ShapeError, scan, type Tensor, tanh, variable, vjp, vmap } from "../../src/index.js";
import { recordings } from "../../src/testing/arbitrary.js";
import { Call } from "../../src/testing/call.js";
import { operatorNames, operatorOf } from "../laws/operators.js";

/** Shapes that hardly an operator takes beside those of a legal call. */
const strange = [[], [7], [5, 3], [2, 3, 5], [3, 1, 5, 7, 2]];

/** The error that the call throws; undefined where it throws none. */
function errorOf(f: () => unknown): unknown {
  try {
    f();
    return undefined;
  } catch (error) {
    return error;
  }
}

/** The errors of shape of legal calls in which one tensor at a time has another shape. */
function shapeErrors(name: string): ShapeError[] {
  const op = operatorOf(name);
  const sampler = op?.operator?.samples;
  if (op === undefined || sampler === undefined) return [];
  const subject = (...args: readonly unknown[]): unknown => Reflect.apply(op, undefined, args);
  return sample(recordings(sampler, { style: "plain" }), { numRuns: 4, seed: 7 }).flatMap((recording) => {
    if (recording === undefined || recording.error !== undefined) return [];
    const call = new Call(name, subject, recording.render("float64"));
    return call.tensors.flatMap((x, place) =>
      strange.flatMap((shape) => {
        const error = recordOrigins(() =>
          errorOf(() => {
            const other = cast(mul(ones(shape), 0.5), x.dtype);
            call.resultsOf(call.tensors.map((tensor, i) => (i === place ? other : tensor)));
          }),
        );
        return error instanceof ShapeError ? [error] : [];
      }),
    );
  });
}

const errors = new Map(operatorNames.map((name) => [name, shapeErrors(name)]));

/** What an error says of the operand that was made here. */
const tellsOrigin = /operand \d+, \[[\d, ]*\], is the result of (cast|mul) at .*shape-error-origins\.test\.ts:\d+/;

describe("an error of shape says where the operands were made", () => {
  test.each(operatorNames)("%s", (name) => {
    const messages = errors.get(name)?.map(({ message }) => message) ?? [];
    expect(messages.filter((message) => !tellsOrigin.test(message))).toEqual([]);
  });

  test("most operators of several operands throw one", () => {
    const throwing = [...errors.values()].filter((thrown) => thrown.length > 0);
    expect(throwing.length).toBeGreaterThan(80);
  });

  const x = (): Tensor => tanh(ones([2, 3]));
  const calls: Readonly<Record<string, () => unknown>> = {
    "vjp, the cotangent": () => vjp((y: Tensor) => y, ones([4]))[1](x()),
    "jvp, a tangent": () => jvp((y: Tensor) => y, [ones([4])], [x()]),
    "vmap, an argument": () => vmap((y: Tensor, z: Tensor) => mul(y, z))(ones([4]), x()),
    "scan, what is scanned": () => scan((c: Tensor, [y]: [Tensor, Tensor]) => [c, y], ones([]), [ones([4]), x()]),
    "item of several elements": () => x().item(),
    "assign to a Variable": () => variable(ones([4])).assign(x()),
  };

  test.each(Object.keys(calls))("%s", (name) => {
    const error = recordOrigins(() => errorOf(() => calls[name]?.()));
    expect(error).toBeInstanceOf(ShapeError);
    expect(error instanceof ShapeError ? error.message : "").toMatch(
      /operand \d, \[2, 3\], is the result of tanh at .*shape-error-origins\.test\.ts/,
    );
  });
});
