import {
  DTypeError,
  generator,
  matmul,
  mean,
  mul,
  ShapeError,
  square,
  sub,
  sum,
  type Tensor,
  tensor,
  variable,
} from "@glissade/autograd";
import {
  clipByGlobalNorm,
  minibatches,
  type PlateauSchedule,
  type Schedule,
  type StateDict,
  sgd,
  stepper,
} from "@glissade/optim";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { schedules } from "./schedules/schedule-table.js";
import { steppers } from "./steppers/stepper-table.js";

const n = 11;
const random = generator(4);
const inputs = random.normal([n, 3], { dtype: "float64" });
const data = { x: inputs, y: matmul(inputs, random.normal([3, 2], { dtype: "float64" })) };

const isPlateau = (schedule: Schedule): schedule is PlateauSchedule => "setState" in schedule;

/** A linear model with a stepper, a schedule and batches. */
function training(entry: (typeof steppers)[number], makeSchedule: () => Schedule, shuffle: boolean) {
  const weights = {
    a: variable(
      tensor(
        [
          [1, 2],
          [0, 1],
          [-1, 3],
        ],
        { dtype: "float64" },
      ),
    ),
    x: variable(
      tensor(
        [
          [1, 0.5],
          [-0.5, 1],
        ],
        { dtype: "float64" },
      ),
    ),
  };
  const lr = makeSchedule();
  const stepping = entry.make(weights, { lr });
  const batches = minibatches(data, { batchSize: 4, shuffle, generator: generator(7) });
  const run = (steps: number): number[][] => {
    const seen: number[][] = [];
    while (seen.length < steps) {
      for (const { x, y } of batches) {
        const loss = (): Tensor => mean(square(sub(matmul(matmul(x, weights.a), weights.x), y)));
        const { value } = stepping.minimize(loss);
        if (isPlateau(lr)) lr.step(value);
        seen.push([...weights.a.value.data(), ...weights.x.value.data()]);
        if (seen.length === steps) break;
      }
    }
    return seen;
  };
  return { weights, lr, stepping, batches, run };
}

const steps = 9;

test("saving at any step and loading gives the same bits as never stopping: all steppers, schedules and batches", () => {
  const drawn = fc.record({
    entry: fc.constantFrom(...steppers),
    schedule: fc.constantFrom(...schedules),
    shuffle: fc.boolean(),
    stop: fc.nat({ max: steps }),
  });
  fc.assert(
    fc.property(drawn, ({ entry, schedule: [, makeSchedule], shuffle, stop }) => {
      const make = () => training(entry, makeSchedule, shuffle);
      const whole = make().run(steps);
      const first = make();
      first.run(stop);
      const saved = {
        state: first.stepping.stateDict(),
        place: first.batches.state(),
        lr: isPlateau(first.lr) ? first.lr.state() : undefined,
        values: [first.weights.a.value, first.weights.x.value] as const,
      };
      first.run(2);

      const second = make();
      second.run(1);
      second.weights.a.assign(saved.values[0]);
      second.weights.x.assign(saved.values[1]);
      second.stepping.loadStateDict(saved.state);
      second.batches.setState(saved.place);
      if (saved.lr !== undefined && isPlateau(second.lr)) second.lr.setState(saved.lr);
      expect(second.run(steps - stop)).toEqual(whole.slice(stop));
    }),
  );
});

describe("a state", () => {
  const make = (settings?: Parameters<typeof sgd>[1]) => {
    const w = variable([1, 2], { name: "w" });
    return { w, stepping: sgd({ w }, settings) };
  };

  test("is a plain tree of tensors and numbers", () => {
    const { stepping } = make({ lr: 0.5, momentum: 0.9 });
    stepping.step({ w: tensor([1, 1]) });
    const { sgd: own } = stepping.stateDict();
    expect([own?.step, own?.groups[0]?.lr]).toEqual([1, 0.5]);
    expect(JSON.parse(JSON.stringify(own?.groups[0]?.state))).toEqual([{ trace: { w: [1, 1] } }]);
  });

  test("is a snapshot", () => {
    const { stepping } = make({ momentum: 0.9 });
    const before = stepping.stateDict();
    stepping.step({ w: tensor([1, 1]) });
    expect(JSON.stringify(before.sgd?.groups[0]?.state)).toBe('[{"trace":{"w":[0,0]}}]');
  });

  test("restores a fixed rate, over a schedule too", () => {
    const saved = make({ lr: 0.5 }).stepping.stateDict();
    const { stepping } = make({ lr: (step) => mul(step, 2) });
    stepping.loadStateDict(saved);
    expect(stepping.lr).toBe(0.5);
  });

  test("of something else is refused, and nothing changes", () => {
    const { w, stepping } = make({ lr: 0.5, momentum: 0.9 });
    stepping.step({ w: tensor([1, 1]) });
    const before = JSON.stringify(stepping.stateDict());
    const load = (state: unknown) => () => Reflect.apply(stepping.loadStateDict, stepping, [state]);
    const withState = (state: unknown, lr: unknown = 0.1): unknown => ({ sgd: { step: 5, groups: [{ lr, state }] } });
    const other = stepper({ w }, { transform: clipByGlobalNorm(1), name: "clipped" }).stateDict();

    expect(load(undefined)).toThrow(
      /sgd.loadStateDict: the state is undefined; expected what stateDict\(\) of a stepper named sgd gave/,
    );
    expect(load(other)).toThrow(/sgd.loadStateDict: the state is of clipped; expected/);
    expect(load({ sgd: { step: 1, groups: [] } })).toThrow(/the state has 0 parameter groups, and the stepper 1/);
    expect(load({ sgd: { step: -1, groups: [{ state: [] }] } })).toThrow(
      /sgd.loadStateDict: step must be a whole number of 0 or more, not -1/,
    );
    expect(load({ sgd: { step: 1, groups: [null] } })).toThrow(/groups\[0\] is null, not an object/);
    expect(load(make({ momentum: 0.9, lr: () => 1 }).stepping.stateDict())).toThrow(
      /groups\[0\] was saved under a schedule/,
    );
    expect(load(make().stepping.stateDict())).toThrow(
      /groups\[0\].state has the structure \[\], and the stepper's own state \[\{trace: \{w: \*\}\}\]/,
    );
    expect(load(withState([{ trace: { w: tensor([1]) } }]))).toThrow(ShapeError);
    expect(load(withState([{ trace: { w: tensor([1, 2], { dtype: "float64" }) } }]))).toThrow(DTypeError);
    expect(load(withState([{ trace: { w: tensor([1, 2]) } }], -1))).toThrow(
      /groups\[0\].lr must be a finite number of 0 or more, not -1/,
    );
    expect(JSON.stringify(stepping.stateDict())).toBe(before);
  });

  test("goes from one stepper to another with groups", () => {
    const both = () => {
      const [a, b] = [variable([1]), variable([2])];
      const stepping = sgd(
        [
          { variables: a, lr: 0.1 },
          { variables: [b], momentum: 0.5 },
        ],
        { lr: 0.2 },
      );
      const step = () => stepping.minimize(() => sum(mul(square(a), square(b))));
      return { a, b, stepping, step };
    };
    const first = both();
    first.step();
    const saved: StateDict = first.stepping.stateDict();
    const [a, b] = [first.a.value, first.b.value];
    first.step();
    const second = both();
    second.a.assign(a);
    second.b.assign(b);
    second.stepping.loadStateDict(saved);
    second.step();
    expect([second.a.value.item(), second.b.value.item()]).toEqual([first.a.value.item(), first.b.value.item()]);
  });
});
