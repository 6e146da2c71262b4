import {
  expectCompilations,
  generator,
  jit,
  mean,
  mul,
  square,
  type Tensor,
  tensor,
  variable,
} from "@glissade/autograd";
import { adam, constant, exponential, sgd } from "@glissade/optim";
import { describe, expect, test } from "vitest";
import { schedules } from "../schedules/schedule-table.js";
import { type Entry, steppers, type Weights } from "./stepper-table.js";

const weightsOf = (dtype: "float32" | "float64"): Weights => ({
  a: variable(
    tensor(
      [
        [1, 2],
        [0, 1],
        [-1, 3],
      ],
      { dtype },
    ),
  ),
  x: variable(
    tensor(
      [
        [1, 0.5],
        [-0.5, 1],
      ],
      { dtype },
    ),
  ),
});

/** Steps on drawn gradients, inside jit or outside; the bits after each. */
function run(
  make: Entry["make"],
  dtype: "float32" | "float64",
  options: Parameters<Entry["make"]>[1],
  compiled: boolean,
): number[][] {
  const weights = weightsOf(dtype);
  const stepper = make(weights, options);
  const eager = (a: Tensor, x: Tensor): void => stepper.step({ a, x });
  const step = compiled ? jit(eager) : eager;
  const random = generator(3);
  return Array.from({ length: 6 }, () => {
    step(random.normal([3, 2], { dtype }), random.normal([2, 2], { dtype }));
    return Object.values(weights).flatMap((each) => [...each.value.data()]);
  });
}

describe.each(steppers)("$name inside jit", ({ make }) => {
  test.each(["float32", "float64"] as const)("gives the bits that it gives outside, in %s", (dtype) => {
    const [inside, outside] = [run(make, dtype, { lr: 0.05 }, true), run(make, dtype, { lr: 0.05 }, false)];
    expect(inside).toEqual(outside);
  });
});

test.each(schedules)("%s inside jit gives the same bits as outside", (_, makeSchedule) => {
  const take = (compiled: boolean): number[][] =>
    run((w, o) => adam(w, o), "float64", { lr: makeSchedule() }, compiled);
  expect(take(true)).toEqual(take(false));
});

describe("a jitted step", () => {
  const made = () => {
    const w = variable(tensor([3, -1], { dtype: "float64" }));
    const stepper = sgd([w], { lr: 0.5, momentum: 0.5 });
    const step = jit((scale: Tensor) => stepper.minimize(() => mean(mul(scale, square(w)))).value);
    return { w, stepper, step, one: tensor(1, { dtype: "float64" }) };
  };

  test("compiles once, also where the rate is set and moments are loaded", () => {
    const { w, stepper, step, one } = made();
    step(one);
    const saved = { state: stepper.stateDict(), w: w.value };
    stepper.lr = 0.25;
    const after = [step(one).item(), ...w.value.data()];
    w.assign(saved.w);
    stepper.loadStateDict(saved.state);
    expect(stepper.lr).toBe(0.5);
    stepper.lr = 0.25;
    expect([step(one).item(), ...w.value.data()]).toEqual(after);
    expectCompilations(step, 1);
  });

  test("compiles again for a schedule, and follows it", () => {
    const { w, stepper, step, one } = made();
    step(one);
    stepper.lr = constant(0);
    const before = [...w.value.data()];
    step(one);
    expect([...w.value.data()]).toEqual(before);
    stepper.lr = exponential(0.5, { factor: 0.5 });
    step(one);
    expect([...w.value.data()]).not.toEqual(before);
    expect(step.stats().compilations).toBe(3);
  });

  test("that is not finite throws, and moves nothing", () => {
    const { w, stepper, step, one } = made();
    step(one);
    const before = [[...w.value.data()], JSON.stringify(stepper.stateDict())];
    expect(() => step(tensor(Number.NaN, { dtype: "float64" })).item()).toThrow(
      /sgd: the gradient at \[0\] holds NaN or infinity, and nothing was updated/,
    );
    expect([[...w.value.data()], JSON.stringify(stepper.stateDict())]).toEqual(before);
    step(one);
    expect([...w.value.data()]).not.toEqual(before[0]);
  });
});
