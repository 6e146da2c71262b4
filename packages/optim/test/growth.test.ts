import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { matmul, mean, mul, square, sub, sum, type Tensor, tensor, variable, zeros } from "@glissade/autograd";
import { gradientDescentSync, minibatches, randomLocalSearchSync, sgd } from "@glissade/optim";
import { expect, test, vi } from "vitest";

vi.setConfig({ testTimeout: 120_000 });

setFlagsFromString("--expose-gc");
const collect: unknown = runInNewContext("gc");

/** Memory in use after a collection, in MiB. */
function used(): number {
  if (typeof collect === "function") collect();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return (heapUsed + arrayBuffers) / 2 ** 20;
}

/** How far memory grows, at most, between an early look and the later ones. */
function growth(steps: number, step: (i: number) => void): number {
  let early = 0;
  let most = 0;
  for (let i = 0; i <= steps; i++) {
    step(i);
    if (i === steps / 10) early = used();
    else if (i > 0 && i % (steps / 4) === 0) most = Math.max(most, used());
  }
  return most - early;
}

/** MiB: an unread graph of up to 10,000 nodes may be waiting at one look and not at the other; seen are 1 to 5. */
const bound = 12;

test("20,000 steps of sgd that nobody reads do not grow", () => {
  const w = variable(zeros([10]));
  const stepper = sgd([w], { lr: 0.01, momentum: 0.9, weightDecay: 1e-3 });
  expect(growth(20_000, () => void stepper.minimize(() => sum(square(sub(w, 1)))))).toBeLessThan(bound);
  expect(w.value.data()[0]).toBeCloseTo(1, 2);
});

test("20,000 shuffled batches with a step on each do not grow", () => {
  const data = { x: zeros([1000, 8]), y: zeros([1000]) };
  const batches = minibatches(data, { batchSize: 32, shuffle: true });
  const w = variable(zeros([8]));
  const stepper = sgd([w], { lr: (step) => mul(step, 1e-6) });
  let iterator = batches[Symbol.iterator]();
  const nextBatch = () => {
    let { value } = iterator.next();
    if (value === undefined) {
      iterator = batches[Symbol.iterator]();
      value = iterator.next().value;
    }
    return value ?? expect.unreachable();
  };
  const step = (): void => {
    const { x, y } = nextBatch();
    stepper.minimize(() => mean(square(sub(matmul(x, w), y))));
  };
  expect(growth(20_000, step)).toBeLessThan(bound);
});

test.each(["gradientDescent", "randomLocalSearch"])("20,000 iterations of %s do not grow", (road) => {
  const f = ({ w }: { readonly w: Tensor; readonly unread: Tensor }): Tensor => sum(square(sub(w, 1)));
  const x0 = { w: zeros([10]), unread: tensor([1, 2]) };
  const seen: number[] = [];
  const callback = ({ iteration }: { readonly iteration: number }): void => {
    if (iteration === 2000 || (iteration > 0 && iteration % 5000 === 0)) seen.push(used());
  };
  const options = { stepSize: 1e-4, iterations: 20_000, recordEvery: 20_000, callback };
  const { history } =
    road === "gradientDescent" ? gradientDescentSync(f, x0, options) : randomLocalSearchSync(f, x0, options);
  expect(history).toHaveLength(2);
  expect(Math.max(...seen) - seen[0]!).toBeLessThan(bound);
});
