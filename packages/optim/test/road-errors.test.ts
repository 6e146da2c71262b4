import { DTypeError, GradientError, mul, type Tensor, TransformError, tensor, zeros } from "@glissade/autograd";
import {
  gradientDescent,
  gradientDescentSync,
  minibatchGradientDescentSync,
  randomLocalSearchSync,
  randomSearchSync,
  stochasticGradientDescentSync,
} from "@glissade/optim";
import { describe, expect, test } from "vitest";
import { data } from "./road-problems.js";

describe("what is refused before anything runs", () => {
  const never = (): Tensor => expect.unreachable();

  test.each([0, -1, Number.NaN, Number.POSITIVE_INFINITY])("a step of %s", (stepSize) => {
    const message = `must be a finite number above 0, not ${stepSize}`;
    expect(() => gradientDescentSync(never, zeros([1]), { stepSize })).toThrow(`gradientDescent: stepSize ${message}`);
    expect(() => randomLocalSearchSync(never, zeros([1]), { stepSize })).toThrow(
      `randomLocalSearch: stepSize ${message}`,
    );
    expect(() => randomSearchSync(never, zeros([1]), { scale: stepSize })).toThrow(`randomSearch: scale ${message}`);
    expect(() => minibatchGradientDescentSync(never, zeros([1]), data, { stepSize })).toThrow(
      `minibatchGradientDescent: stepSize ${message}`,
    );
    expect(() => stochasticGradientDescentSync(never, zeros([1]), data, { stepSize })).toThrow(
      `stochasticGradientDescent: stepSize ${message}`,
    );
    expect(() =>
      gradientDescentSync(never, zeros([1]), { stepSize: 1, differenceStep: stepSize, gradient: "central" }),
    ).toThrow(/differenceStep/);
    expect(() => gradientDescentSync(never, zeros([1]), { stepSize: 1, gradientTolerance: stepSize })).toThrow(
      /gradientTolerance/,
    );
  });

  test("a start that is no tree of float tensors, and what is no function", () => {
    const options = { stepSize: 1 };
    expect(() => gradientDescentSync(never, { w: 1 }, options)).toThrow(
      /gradientDescent: x0 at w is a number, not a tensor/,
    );
    expect(() => gradientDescentSync(never, {}, options)).toThrow(/gradientDescent: x0 holds no tensor/);
    expect(() => randomSearchSync(never, tensor(new Int32Array(1)))).toThrow(DTypeError);
    expect(() => Reflect.apply(gradientDescentSync, undefined, [3, zeros([1]), options])).toThrow(
      /the first argument must be a function, not number/,
    );
    expect(() =>
      Reflect.apply(gradientDescentSync, undefined, [never, zeros([1]), { stepSize: 1, gradient: "magic" }]),
    ).toThrow(/gradient must be "automatic", "forward" or "central", not magic/);
  });

  test("a loss that is no float scalar", async () => {
    const options = { stepSize: 1 };
    expect(() => gradientDescentSync((x: Tensor) => x, zeros([2]), options)).toThrow(GradientError);
    expect(() => randomSearchSync((x: Tensor) => x, zeros([2]))).toThrow(
      /randomSearch: the function must return a scalar float tensor, not shape \[2\] and dtype float32/,
    );
    expect(() => Reflect.apply(randomSearchSync, undefined, [() => 1, zeros([2])])).toThrow(/not a number/);
    expect(() => Reflect.apply(randomSearchSync, undefined, [async () => 1, zeros([2])])).toThrow(TransformError);
    await expect(gradientDescent((x: Tensor) => mul(x, 1), zeros([2]), options)).rejects.toThrow(GradientError);
  });
});
