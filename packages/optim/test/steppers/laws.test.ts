import {
  add,
  equal,
  generator,
  mul,
  type Shape,
  ShapeError,
  square,
  sub,
  sum,
  type Tensor,
  tensor,
  ValueError,
  variable,
  variableGrads,
  where,
} from "@glissade/autograd";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Entry, steppers, type Weights } from "./stepper-table.js";

type Gradients = { readonly [name: string]: Tensor };

const shapesFor = ({ matricesOnly = false }: Entry): Record<string, Shape> =>
  matricesOnly ? { a: [2, 3], x: [3, 2] } : { a: [2, 3], b: [4], x: [] };

const draw = (shape: Shape, seed: number, dtype: "float32" | "float64"): Tensor =>
  generator(seed).normal(shape, { dtype });

const weightsFor = (entry: Entry, seed: number, dtype: "float32" | "float64"): Weights =>
  Object.fromEntries(
    Object.entries(shapesFor(entry)).map(([name, shape], i) => [
      name,
      variable(draw(shape, seed + i, dtype), { name }),
    ]),
  );

const gradientsFor = (entry: Entry, seed: number, dtype: "float32" | "float64"): Gradients =>
  Object.fromEntries(
    Object.entries(shapesFor(entry)).map(([name, shape], i) => [name, draw(shape, seed + 7 * i, dtype)]),
  );

/** The bits of what the Variables hold. */
const read = (weights: Weights): Record<string, number[]> =>
  Object.fromEntries(Object.entries(weights).map(([name, each]) => [name, [...each.value.data()]]));

/** Some steps on gradients drawn from the seed, starting with number `from`. */
function run(
  entry: Entry,
  weights: Weights,
  stepper: ReturnType<Entry["make"]>,
  seed: number,
  steps: readonly number[],
) {
  const dtype = weights.a?.dtype === "float64" ? "float64" : "float32";
  for (const i of steps) stepper.step(gradientsFor(entry, seed + 100 * i, dtype));
  return read(weights);
}

const upTo = (count: number, from = 0): number[] => Array.from({ length: count - from }, (_, i) => from + i);

const draws = {
  seed: fc.integer({ min: 0, max: 1e6 }),
  dtype: fc.constantFrom("float32" as const, "float64" as const),
  lr: fc.double({ min: 1e-3, max: 0.5, noNaN: true }),
};

/** Runs a property over few draws: there are many entries. */
const check = <T>(arbitrary: fc.Arbitrary<T>, law: (drawn: T) => void, numRuns = 8): void =>
  fc.assert(fc.property(arbitrary, law), { numRuns });

describe.each(steppers)("$name", (entry) => {
  const { make } = entry;

  test("goes downhill", () => {
    const weights = weightsFor(entry, 5, "float64");
    const loss = (): Tensor =>
      Object.values(weights).reduce((total, w) => add(total, sum(square(sub(w, 0.3)))), tensor(0));
    const stepper = make(weights, { lr: 0.02 });
    const before = loss().item();
    for (let i = 0; i < 60; i++) stepper.minimize(loss);
    expect(loss().item()).toBeLessThan(before);
  });

  test("is a function of its gradients, keeps dtypes, and minimises by the gradients of the loss", () => {
    check(fc.record(draws), ({ seed, dtype, lr }) => {
      const [a, b] = [weightsFor(entry, seed, dtype), weightsFor(entry, seed, dtype)];
      const [byHand, minimizing] = [make(a, { lr }), make(b, { lr })];
      const loss = (weights: Weights) => (): Tensor =>
        Object.values(weights).reduce((total, w) => add(total, sum(mul(w, square(w)))), tensor(0, { dtype }));
      for (let i = 0; i < 4; i++) {
        byHand.step(variableGrads(loss(a), a).grads);
        minimizing.minimize(loss(b));
      }
      expect(read(a)).toEqual(read(b));
      for (const each of Object.values(a)) expect(each.value.dtype).toBe(dtype);
    });
  });

  test("saved at any step and resumed gives the same bits", () => {
    check(fc.record({ ...draws, stop: fc.nat({ max: 8 }) }), ({ seed, dtype, lr, stop }) => {
      const whole = weightsFor(entry, seed, dtype);
      const all = run(entry, whole, make(whole, { lr }), seed, upTo(8));

      const first = weightsFor(entry, seed, dtype);
      const stepper = make(first, { lr });
      run(entry, first, stepper, seed, upTo(stop));
      const saved = {
        state: stepper.stateDict(),
        values: Object.entries(first).map(([k, w]) => [k, w.value] as const),
      };
      run(entry, first, stepper, seed, [77]);

      const second = weightsFor(entry, seed + 1, dtype);
      const resumed = make(second, { lr });
      run(entry, second, resumed, seed, [78]);
      for (const [name, value] of saved.values) second[name]?.assign(value);
      resumed.loadStateDict(saved.state);
      expect(run(entry, second, resumed, seed, upTo(8, stop))).toEqual(all);
    });
  });

  test("with a rate of 0 moves nothing", () => {
    check(fc.record(draws), ({ seed, dtype }) => {
      const weights = weightsFor(entry, seed, dtype);
      const before = read(weights);
      expect(run(entry, weights, make(weights, { lr: 0 }), seed, upTo(5))).toEqual(before);
    });
  });

  test("a rate set before each step is what a schedule of it gives", () => {
    check(
      fc.record({ ...draws, rates: fc.array(draws.lr, { minLength: 5, maxLength: 5 }) }),
      ({ seed, dtype, rates }) => {
        const [a, b] = [weightsFor(entry, seed, dtype), weightsFor(entry, seed, dtype)];
        const scheduled = make(a, { lr: (step) => rateAt(rates, step) });
        const set = make(b, { lr: rates[0] ?? 0 });
        for (const i of upTo(5)) {
          set.lr = rates[i] ?? 0;
          expect(scheduled.lr).toBe(set.lr);
          run(entry, a, scheduled, seed, [i]);
          run(entry, b, set, seed, [i]);
        }
        expect(read(a)).toEqual(read(b));
      },
    );
  });

  test("leaves Variables that are not trainable where they are", () => {
    const weights = weightsFor(entry, 3, "float32");
    const stepper = make(weights, { lr: 0.1 });
    const { a, x } = weights;
    if (a !== undefined) a.trainable = false;
    const before = read(weights);
    const after = run(entry, weights, stepper, 3, upTo(4));
    expect(after.a).toEqual(before.a);
    expect(x && [...x.value.data()]).not.toEqual(before.x);
  });

  if (!entry.coupled)
    test("steps each Variable by itself", () => {
      check(fc.record(draws), ({ seed, dtype, lr }) => {
        const [together, alone] = [weightsFor(entry, seed, dtype), weightsFor(entry, seed, dtype)];
        run(entry, together, make(together, { lr }), seed, upTo(4));
        for (const [name, each] of Object.entries(alone)) {
          const stepper = make({ [name]: each }, { lr });
          for (const i of upTo(4)) {
            const gradient = gradientsFor(entry, seed + 100 * i, dtype)[name];
            if (gradient !== undefined) stepper.step({ [name]: gradient });
          }
        }
        expect(read(alone)).toEqual(read(together));
      });
    });

  describe("a gradient that is not finite", () => {
    const bad = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
    /** Gradients one of whose elements is bad: known ones, or ones that are still to be computed. */
    const spoiled = (seed: number, value: number, lazy: boolean): Gradients => {
      const gradients = gradientsFor(entry, seed, "float32");
      const { x } = gradients;
      const data = x?.data() ?? new Float32Array(0);
      data[data.length - 1] = value;
      const known = tensor(data, { shape: x?.shape ?? [] });
      return { ...gradients, x: lazy ? mul(known, 1) : known };
    };

    if (!entry.takesNotFinite)
      test("is an error, at once or when it is read, and nothing moves", () => {
        check(
          fc.record({ seed: draws.seed, value: fc.constantFrom(...bad), lazy: fc.boolean() }),
          ({ seed, value, lazy }) => {
            const weights = weightsFor(entry, seed, "float32");
            const stepper = make(weights, { lr: 0.1 });
            run(entry, weights, stepper, seed, upTo(3));
            const before = { values: read(weights), state: JSON.stringify(stepper.stateDict()) };
            const act = (): void => {
              stepper.step(spoiled(seed, value, lazy));
              read(weights);
            };
            expect(act).toThrow(ValueError);
            expect({ values: read(weights), state: JSON.stringify(stepper.stateDict()) }).toEqual(before);
          },
        );
      });

    test("is skipped under skipNotFinite as if it had not come", () => {
      check(
        fc.record({ seed: draws.seed, value: fc.constantFrom(...bad), at: fc.nat({ max: 4 }) }),
        ({ seed, value, at }) => {
          const [clean, hit] = [weightsFor(entry, seed, "float32"), weightsFor(entry, seed, "float32")];
          const options = { lr: (step: Tensor) => add(0.01, mul(0.01, step)), skipNotFinite: true };
          run(entry, clean, make(clean, options), seed, upTo(5));
          const stepper = make(hit, options);
          for (const i of upTo(5)) {
            if (i === at) stepper.step(spoiled(seed, value, false));
            run(entry, hit, stepper, seed, [i]);
          }
          expect(read(hit)).toEqual(read(clean));
        },
      );
    });
  });

  test("refuses gradients of another structure or shape, and changes nothing", () => {
    const weights = weightsFor(entry, 1, "float32");
    const stepper = make(weights, { lr: 0.1 });
    const before = read(weights);
    const good = gradientsFor(entry, 1, "float32");
    const { x: _, ...fewer } = good;
    expect(() => stepper.step(fewer)).toThrow(ValueError);
    expect(() => stepper.step({ ...good, a: tensor([1, 2]) })).toThrow(ShapeError);
    expect(read(weights)).toEqual(before);
  });

  test.each([-1, Number.NaN, Number.POSITIVE_INFINITY])(
    "refuses the rate %s, as a number and from a schedule",
    (lr) => {
      const weights = weightsFor(entry, 1, "float32");
      expect(() => make(weights, { lr })).toThrow(ValueError);
      const before = read(weights);
      const scheduled = make(weights, { lr: (step) => add(mul(step, 0), lr) });
      expect(() => run(entry, weights, scheduled, 1, upTo(1))).toThrow(/lr must be a finite number of 0 or more/);
      expect(read(weights)).toEqual(before);
    },
  );
});

test("no stepper takes up the state of another", () => {
  const names = steppers.filter(({ make }) => make.length > 0);
  for (const one of names) {
    for (const other of names) {
      const [a, b] = [one, other].map((entry) => {
        const weights = weightsFor({ ...entry, matricesOnly: true }, 1, "float32");
        return entry.make(weights, { lr: 0.1 });
      });
      const [mine, theirs] = [a?.stateDict() ?? {}, b?.stateDict() ?? {}];
      const same = structureOf(mine) === structureOf(theirs);
      if (same) continue;
      expect(() => a?.loadStateDict(theirs)).toThrow(ValueError);
      expect(JSON.stringify(a?.stateDict())).toBe(JSON.stringify(mine));
    }
  }
});

/** The keys of a state in order, without its values. */
const structureOf = (state: object): string => JSON.stringify(state).replace(/[-\d.e+[\],]+/g, "");

/** rates[step], in the graph. */
function rateAt(rates: readonly number[], step: Tensor): Tensor {
  return rates.reduce<Tensor>(
    (chosen, rate, i) => where(equal(step, i), tensor(rate, { dtype: "float64" }), chosen),
    mul(step, 0),
  );
}
