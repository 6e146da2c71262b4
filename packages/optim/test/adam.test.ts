import { ValueError, variable } from "@glissade/autograd";
import { adam, adamw } from "@glissade/optim";
import { describe, expect, test } from "vitest";

describe("what is refused", () => {
  const w = variable([1]);

  test.each([
    [() => adam([w], { betas: [1, 0.9] }), /betas\[0\] must be a number of 0 or more and below 1, not 1/],
    [() => adam([w], { betas: [0.9, Number.NaN] }), /betas\[1\] must be .* not NaN/],
    [() => adam([w], { eps: -1 }), /eps must be a finite number of 0 or more, not -1/],
    [() => adam([w], { weightDecay: -1 }), /adam: weightDecay must be .* not -1/],
    [() => adamw([w], { weightDecay: Number.NaN }), /adamw: weightDecay must be .* not NaN/],
  ])("%s", (make, message) => {
    expect(make).toThrow(ValueError);
    expect(make).toThrow(message);
  });

  test("the state of another stepper", () => {
    const options = { lr: 0.1 };
    expect(() => adam([w], options).loadStateDict(adamw([w], options).stateDict())).toThrow(
      /adam.loadStateDict: the state is of adamw; expected what stateDict\(\) of a stepper named adam gave/,
    );
    expect(() => adam([w], { amsgrad: true }).loadStateDict(adam([w]).stateDict())).toThrow(
      /groups\[0\].state has the structure/,
    );
  });
});
