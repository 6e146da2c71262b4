import {
  cast,
  DTypeError,
  div,
  generator,
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
import { clipByGlobalNorm, minibatches, type StateDict, sgd, stepper } from "@glissade/optim";
import fc from "fast-check";
import { describe, expect, test } from "vitest";

const options = fc.record({
  lr: fc.oneof(
    fc.double({ min: 0, max: 0.2, noNaN: true }),
    fc.constant((step: Tensor) => div(0.1, sub(step, -1))),
  ),
  momentum: fc.constantFrom(0, 0.5, 0.9),
  dampening: fc.constantFrom(0, 0.25),
  weightDecay: fc.constantFrom(0, 0.01),
});

const n = 11;
const inputs = tensor(Float32Array.from({ length: n }, (_, i) => Math.sin(i)));
const data = { x: inputs, y: mul(inputs, 3) };

/** A model of one slope and one offset, with its stepper and batches. */
function training(settings: Parameters<typeof sgd>[1], shuffle: boolean) {
  const params = { w: variable([0], { name: "w" }), b: variable(tensor([1], { dtype: "float64" }), { name: "b" }) };
  const stepping = sgd(params, settings);
  const batches = minibatches(data, { batchSize: 4, shuffle, generator: generator(7) });
  const values = () => [params.w.value.item(), params.b.value.item()];
  const run = (steps: number): number[][] => {
    const seen: number[][] = [];
    while (seen.length < steps) {
      for (const { x, y } of batches) {
        stepping.minimize(() => mean(square(sub(sub(mul(x, params.w), y), mul(cast(params.b, "float32"), 0.5)))));
        seen.push(values());
        if (seen.length === steps) break;
      }
    }
    return seen;
  };
  return { params, stepping, batches, run };
}

test("saving at any step and loading gives the same bits as never stopping", () => {
  fc.assert(
    fc.property(options, fc.boolean(), fc.nat({ max: 12 }), (settings, shuffle, stop) => {
      const whole = training(settings, shuffle).run(15);
      const first = training(settings, shuffle);
      first.run(stop);
      const saved = {
        state: first.stepping.stateDict(),
        place: first.batches.state(),
        w: first.params.w.value,
        b: first.params.b.value,
      };
      first.run(2);

      const second = training(settings, shuffle);
      second.run(1);
      second.params.w.assign(saved.w);
      second.params.b.assign(saved.b);
      second.stepping.loadStateDict(saved.state);
      second.batches.setState(saved.place);
      expect(second.run(15 - stop)).toEqual(whole.slice(stop));
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
