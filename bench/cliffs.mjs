// Where other libraries fall off a cliff: each hard case beside its easy neighbour, by turns in one process, per operation.
// usage: node cliffs.mjs SECONDS ROUNDS: prints JSON.
import { register } from "node:module";
import { medianOf } from "./statistics.mjs";

register("./built-packages.mjs", import.meta.url);
const { add, div, exp, jit, log, matmul, mul, realize, sum, tensor, transpose } = await import("@glissade/autograd");

/** @typedef {{ run: () => void, operations: number }} Trial */

/** Positive numbers about one, the same each time. */
const filled = (shape, Numbers = Float32Array) => {
  const size = shape.reduce((product, side) => product * side, 1);
  return tensor(
    new Numbers(size).map((_, i) => 0.5 + ((i * 7919) % 1009) / 1009),
    { shape },
  );
};

/** @returns {Trial} */
const trial = (f, operands, operations) => {
  const step = jit(f);
  return { run: () => realize(step(...operands)), operations };
};

const product = (rows, inner, columns, Numbers = Float32Array) =>
  trial(matmul, [filled([rows, inner], Numbers), filled([inner, columns], Numbers)], rows * inner * columns);

const turned = (f) => trial(f, [filled([256, 256]), filled([256, 256])], 256 ** 3);

const MAP_SIZE = 1 << 14; // both arrays stay in the cache: arithmetic is what is timed
const MAP_LENGTH = 32;

/** A chain of multiplications and additions with one other operator in the middle. @param {(x: object) => object} middle */
const chain = (middle, Numbers = Float32Array) => {
  const f = (x) => {
    let y = x;
    for (let k = 0; k < MAP_LENGTH; k++) y = k === MAP_LENGTH / 2 ? middle(y) : add(mul(y, 0.75), 0.25);
    return y;
  };
  return trial(f, [filled([MAP_SIZE], Numbers)], MAP_SIZE * MAP_LENGTH);
};
const plain = () => chain((y) => add(mul(y, 0.5), 0.5));

const square = () => product(256, 256, 256);

/** A float64 vector has half the elements: its operations count twice. @param {Trial} each */
const byBytes = ({ run, operations }) => ({ run, operations: 2 * operations });

/** @type {{ name: string, neighbour: string, hard: () => Trial, easy: () => Trial }[]} */
const cases = [
  {
    name: "256 × 3073 · 3073 × 10",
    neighbour: "… × 8",
    hard: () => product(256, 3073, 10),
    easy: () => product(256, 3073, 8),
  },
  { name: "odd M: 255 × 256 · 256 × 256", neighbour: "256³", hard: () => product(255, 256, 256), easy: square },
  { name: "prime K: 256 × 257 · 257 × 256", neighbour: "256³", hard: () => product(256, 257, 256), easy: square },
  { name: "Aᵀ·B, 256³", neighbour: "A·B", hard: () => turned((a, b) => matmul(transpose(a), b)), easy: square },
  { name: "A·Bᵀ, 256³", neighbour: "A·B", hard: () => turned((a, b) => matmul(a, transpose(b))), easy: square },
  { name: "one exp in a fused map of 32", neighbour: "none", hard: () => chain(exp), easy: plain },
  { name: "one log in a fused map of 32", neighbour: "none", hard: () => chain(log), easy: plain },
  { name: "one division in a fused map of 32", neighbour: "none", hard: () => chain((y) => div(1, y)), easy: plain },
  {
    name: "full sum of 10⁶",
    neighbour: "sums of rows of 1000 × 1000",
    hard: () => trial((x) => sum(x), [filled([1_000_000])], 1e6),
    easy: () => trial((x) => sum(x, { axis: 1 }), [filled([1000, 1000])], 1e6),
  },
  {
    name: "float64 product 256³, by bytes",
    neighbour: "float32",
    hard: () => byBytes(product(256, 256, 256, Float64Array)),
    easy: square,
  },
  {
    name: "float64 map with exp, by bytes",
    neighbour: "float32",
    hard: () => byBytes(chain(exp, Float64Array)),
    easy: () => chain(exp),
  },
];

/** Nanoseconds an operation over one window. @param {Trial} each @param {number} seconds */
function costOf({ run, operations }, seconds) {
  const start = performance.now();
  let runs = 0;
  let passed = 0;
  do {
    run();
    runs++;
    passed = performance.now() - start;
  } while (passed < seconds * 1000);
  return (passed * 1e6) / runs / operations;
}

const [seconds, rounds] = process.argv.slice(2).map(Number);
const rows = cases.map(({ name, neighbour, hard, easy }) => {
  const pair = [hard(), easy()];
  const costs = pair.map(() => /** @type {number[]} */ ([]));
  for (let round = -1; round < rounds; round++) {
    pair.forEach((each, i) => {
      const cost = costOf(each, seconds);
      if (round >= 0) costs[i].push(cost); // the first window warms up
    });
  }
  const [cost, neighbourCost] = costs.map(medianOf);
  return { name, neighbour, cost, neighbourCost, ratio: cost / neighbourCost };
});
process.stdout.write(JSON.stringify(rows));
process.exit(0);
