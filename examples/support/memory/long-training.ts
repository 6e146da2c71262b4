/**
 * Trains the network of `digits` for as many steps as the first argument says, and writes the memory that it takes, every 200 steps or as many as the second one
 * says, to standard output as JSON. With a third argument, "synchronous", the loop never returns to the event loop, where finalizers run. A process of its own, started
 * with --expose-gc, so that nothing else is in the memory.
 */
import { generator, jit, type Tensor } from "@glissade/autograd";
import { crossEntropy, Linear, ReLU, Sequential } from "@glissade/nn";
import { minibatches, sgd } from "@glissade/optim";
import { loadMnist } from "../mnist.js";
import { digitTensors } from "../mnist-tensors.js";

const [steps = 20_000, period = 200] = process.argv.slice(2, 4).map(Number);
const isSynchronous = process.argv[4] === "synchronous";
const random = generator(1);
const model = new Sequential(
  new Linear(784, 128, { generator: random }),
  new ReLU(),
  new Linear(128, 10, { generator: random }),
);
const optimizer = sgd(model.parameters(), { lr: 0.02, momentum: 0.9 });
const batches = minibatches(digitTensors(loadMnist().train), {
  batchSize: 128,
  shuffle: true,
  generator: random,
  dropLast: true,
});
const step = jit(
  (images: Tensor, labels: Tensor) =>
    optimizer.minimize(() => crossEntropy(model.forward(images.div(255).sub(0.13)), labels)).value,
);

/** Megabytes of the process, and of JavaScript's objects in it. */
interface Level {
  readonly resident: number;
  readonly heap: number;
}

const levels: Level[] = [];
let loss = Number.NaN;
let done = 0;
while (done < steps) {
  for (const { images, labels } of batches) {
    loss = step(images, labels).item();
    done++;
    if (done % period === 0) {
      collect();
      if (!isSynchronous) await turn();
      levels.push(level());
    }
    if (done === steps) break;
  }
}
console.log(JSON.stringify({ steps, period, levels, loss, compilations: step.stats().compilations }));

/** What is garbage is not growth. */
function collect(): void {
  globalThis.gc?.();
}

/** Lets buffers be released whose owners have been collected. */
async function turn(): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 20));
  collect();
}

function level(): Level {
  const { rss, heapUsed } = process.memoryUsage();
  return { resident: rss / 2 ** 20, heap: heapUsed / 2 ** 20 };
}
