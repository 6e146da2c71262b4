import { type Shape, sum, type Tensor, tensor, type Variable, variable, zeros } from "@glissade/autograd";
import {
  adamw,
  type CommonOptions,
  chain,
  clipByValue,
  defineStepper,
  gradientDescent,
  gradientDescentSync,
  minibatches,
  minibatchGradientDescentSync,
  oneCycle,
  prefetch,
  type RoadResult,
  reduceOnPlateau,
  type Schedule,
  type Stepper,
  type StepSizeSweepResult,
  scale,
  sgd,
  stepper,
  stepSizeSweep,
  trace,
} from "@glissade/optim";
import { expectTypeOf, test } from "vitest";

interface Params {
  readonly w: Tensor;
  readonly b: Tensor;
}
type Matrix = Tensor<readonly [10, 3], "float32">;
type Vector<N extends number> = Tensor<readonly [N], "float32">;
type Labels = Tensor<readonly [10], "int32">;
declare const matrix: Matrix;
declare const labels: Labels;
declare const two: Vector<2>;
declare const three: Vector<3>;
declare const w: Variable<readonly [2], "float32">;
declare const layer: Variable<readonly [3], "float32">;
const start: Params = { w: zeros([2]), b: zeros([]) };
const loss = ({ w }: Params): Tensor => sum(w);

test("a road keeps the type of its parameters", () => {
  expectTypeOf(gradientDescentSync(loss, start, { stepSize: 1 })).toEqualTypeOf<RoadResult<Params>>();
  expectTypeOf(gradientDescent(loss, start, { stepSize: 1 })).resolves.toEqualTypeOf<RoadResult<Params>>();
  expectTypeOf(stepSizeSweep(loss, start)).resolves.toEqualTypeOf<StepSizeSweepResult<Params>>();
  // @ts-expect-error a step size is wanted
  void gradientDescent(loss, start, {});
  // @ts-expect-error there is no such gradient
  void gradientDescent(loss, start, { stepSize: 1, gradient: "magic" });
});

test("a batch has the structure and dtypes of the data", () => {
  const data: { x: Matrix; labels: readonly [Labels] } = { x: matrix, labels: [labels] };
  for (const batch of minibatches(data, { batchSize: 2 })) {
    expectTypeOf(batch.x).toEqualTypeOf<Tensor<Shape, "float32">>();
    expectTypeOf(batch.labels[0]).toEqualTypeOf<Tensor<Shape, "int32">>();
  }
  minibatchGradientDescentSync(
    (params: Params, batch) => {
      expectTypeOf(batch.x).toEqualTypeOf<Tensor<Shape, "float32">>();
      return loss(params);
    },
    start,
    data,
    { stepSize: 1 },
  );
  // @ts-expect-error a batch size is wanted
  minibatches(data, {});
});

test("a stepper takes gradients in the form of its Variables", () => {
  const stepping = sgd({ w, layers: [layer] }, { lr: 0.1 });
  expectTypeOf(stepping).toEqualTypeOf<
    Stepper<{ w: Variable<readonly [2], "float32">; layers: Variable<readonly [3], "float32">[] }>
  >();
  stepping.step({ w: two, layers: [three] });
  // @ts-expect-error the layers are missing
  stepping.step({ w: two });
  // @ts-expect-error another shape
  stepping.step({ w: three, layers: [three] });
});

test("groups are named as PyTorch names them, and have the options of their stepper", () => {
  const grouped = adamw([{ params: { w }, lr: 0.1, weightDecay: 0 }, { params: [layer] }, { variables: layer }], {
    betas: [0.9, 0.95],
    skipNotFinite: true,
  });
  grouped.step([{ w: two }, [three], three]);
  // @ts-expect-error a group's gradient of another shape
  grouped.step([{ w: three }, [three], three]);
  // @ts-expect-error adamw has no momentum
  adamw([{ params: [layer], momentum: 0.9 }]);
  // @ts-expect-error nor at the top
  adamw([layer], { momentum: 0.9 });
  // @ts-expect-error single groups are not skipped
  adamw([{ params: [layer], skipNotFinite: true }]);
});

test("steppers of one's own have options of their own", () => {
  const own = defineStepper<CommonOptions & { readonly limit?: number }>("own", {
    transform: ({ limit = 1 }) => clipByValue(limit),
  });
  expectTypeOf(own([w], { limit: 2 })).toEqualTypeOf<Stepper<(typeof w)[]>>();
  // @ts-expect-error there is no such option
  own([w], { limits: 2 });
});

test("a schedule is of numbers and of tensors", () => {
  const lr = oneCycle(0.1, { steps: 10 });
  expectTypeOf(lr(3)).toBeNumber();
  expectTypeOf(lr(tensor(3))).toEqualTypeOf<Tensor>();
  expectTypeOf(reduceOnPlateau(0.1)).toExtend<Schedule>();
});

test("batches of a source are what it loads", async () => {
  const source = { length: 10, load: async (indices: Int32Array) => ({ first: indices[0] }) };
  for await (const batch of minibatches(source, { batchSize: 2, prefetch: 2 })) {
    expectTypeOf(batch).toEqualTypeOf<{ first: number | undefined }>();
  }
  for await (const value of prefetch([Promise.resolve("a")])) expectTypeOf(value).toBeString();
});

test("groups of Variables have groups of gradients", () => {
  const grouped = sgd([
    { variables: { w }, lr: 0.1 },
    { variables: [layer], momentum: 0.9 },
  ]);
  grouped.step([{ w: two }, [three]]);
  // @ts-expect-error gradients of the second group are missing
  grouped.step([{ w: two }]);
});

test("the rate reads as a number and is set to a number or a schedule", () => {
  const stepping = stepper([variable([1])], { transform: chain(trace({ momentum: 0.9 }), scale(2)) });
  expectTypeOf(stepping.lr).toEqualTypeOf<number>();
  stepping.lr = (step) => step;
  expectTypeOf(stepping.minimize(() => tensor(1)).value).toEqualTypeOf<Tensor>();
});
