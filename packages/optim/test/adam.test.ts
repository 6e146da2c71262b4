import { add, dot, matmul, mul, square, sub, sum, tensor, ValueError, variable } from "@glissade/autograd";
import { adam, adamw } from "@glissade/optim";
import { describe, expect, test } from "vitest";

interface PlainOptions {
  readonly lr: number;
  readonly betas: readonly [number, number];
  readonly eps: number;
  readonly weightDecay: number;
  readonly amsgrad: boolean;
  readonly decoupled: boolean;
}

/** The algorithms of `torch.optim.Adam` and `AdamW`, from their documentation, on plain numbers; yields x after each step. */
function* plainAdam(
  start: readonly number[],
  gradient: (x: readonly number[]) => readonly number[],
  { lr, betas: [beta1, beta2], eps, weightDecay, amsgrad, decoupled }: PlainOptions,
): Generator<readonly number[], never> {
  const x = [...start];
  const [m, v, largest] = [x.map(() => 0), x.map(() => 0), x.map(() => 0)];
  for (let t = 1; ; t++) {
    const g = [...gradient(x)];
    for (let i = 0; i < x.length; i++) {
      if (decoupled) x[i] = x[i]! * (1 - lr * weightDecay);
      else g[i] = g[i]! + weightDecay * x[i]!;
      m[i] = beta1 * m[i]! + (1 - beta1) * g[i]!;
      v[i] = beta2 * v[i]! + (1 - beta2) * g[i]! ** 2;
      largest[i] = amsgrad ? Math.max(largest[i]!, v[i]!) : v[i]!;
      const root = Math.sqrt(largest[i]!) / Math.sqrt(1 - beta2 ** t) + eps;
      x[i] = x[i]! - ((lr / (1 - beta1 ** t)) * m[i]!) / root;
    }
    yield [...x];
  }
}

const plain: PlainOptions = {
  lr: 0.05,
  betas: [0.9, 0.999],
  eps: 1e-8,
  weightDecay: 0,
  amsgrad: false,
  decoupled: false,
};
const variants: Readonly<Record<string, PlainOptions>> = {
  adam: plain,
  "adam with weight decay": { ...plain, weightDecay: 0.1 },
  "adam with other betas and eps": { ...plain, betas: [0.5, 0.8], eps: 0.1 },
  "adam with amsgrad": { ...plain, amsgrad: true, betas: [0.9, 0.9] },
  adamw: { ...plain, decoupled: true, weightDecay: 0.01 },
  "adamw with amsgrad and more decay": { ...plain, decoupled: true, weightDecay: 0.3, amsgrad: true },
};

const float64 = { dtype: "float64" } as const;
const distance = (a: readonly number[], b: readonly number[]): number =>
  Math.max(...a.map((value, i) => Math.abs(value - b[i]!) / Math.max(1, Math.abs(value), Math.abs(b[i]!))));

describe.each(Object.entries(variants))(
  "%s follows PyTorch's formula for 100 steps",
  (_, { decoupled, ...options }) => {
    const make = decoupled ? adamw : adam;

    test("on a quadratic", () => {
      const a = [
        [3, 1],
        [1, 2],
      ];
      const gradient = (x: readonly number[]): number[] => a.map((row) => row[0]! * x[0]! + row[1]! * x[1]!);
      const x = variable(tensor([1, -2], float64));
      const stepper = make([x], options);
      const reference = plainAdam([1, -2], gradient, { ...options, decoupled });
      for (let step = 0; step < 100; step++) {
        stepper.minimize(() => mul(0.5, dot(x, matmul(tensor(a, float64), x))));
        expect(distance([...x.value.data()], reference.next().value)).toBeLessThan(1e-12);
      }
    });

    test("on Rosenbrock's function", () => {
      const gradient = ([x = 0, y = 0]: readonly number[]): number[] => [
        -2 * (1 - x) - 400 * x * (y - x * x),
        200 * (y - x * x),
      ];
      const params = { x: variable(tensor(-1.2, float64)), y: variable(tensor(1, float64)) };
      const stepper = make(params, options);
      const reference = plainAdam([-1.2, 1], gradient, { ...options, decoupled });
      for (let step = 0; step < 100; step++) {
        stepper.minimize(() => add(square(sub(1, params.x)), mul(100, square(sub(params.y, square(params.x))))));
        expect(distance([params.x.value.item(), params.y.value.item()], reference.next().value)).toBeLessThan(1e-12);
      }
    });

    test("and goes on from a saved state to the bit", () => {
      const training = () => {
        const w = variable(tensor([1, -2, 3]));
        const stepper = make([w], options);
        const step = (): number[] => {
          stepper.minimize(() => sum(square(sub(w, 0.5))));
          return [...w.value.data()];
        };
        return { w, stepper, step };
      };
      const first = training();
      for (let i = 0; i < 7; i++) first.step();
      const [state, w] = [first.stepper.stateDict(), first.w.value];
      const second = training();
      second.step();
      second.w.assign(w);
      second.stepper.loadStateDict(state);
      for (let i = 0; i < 5; i++) expect(second.step()).toEqual(first.step());
    });
  },
);

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
