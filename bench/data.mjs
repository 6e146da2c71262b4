// What the workloads compute with: seeded data, initial weights and settings. The same numbers on every machine: only exact arithmetic makes them.

/** @typedef {{ data: Float32Array | Float64Array | Int32Array, shape: number[], dtype: "float32" | "float64" | "int32" }} Given */
/** @typedef {{ arrays: Record<string, Given>, cfg: Record<string, number> }} Task */

/** Uniform numbers in [0, 1): mulberry32 (Tommy Ettinger, public domain). @param {number} seed */
function uniformFrom(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Nearly normal: the sum of four uniform numbers, with variance one. @param {() => number} uniform */
const normalOf = (uniform) => () => (uniform() + uniform() + uniform() + uniform() - 2) * Math.sqrt(3);

/** @param {number} seed */
const normalFrom = (seed) => normalOf(uniformFrom(seed));

/** @param {number[]} shape @param {(i: number) => number} valueAt @returns {Given} */
const float32 = (shape, valueAt) => {
  const size = shape.reduce((product, side) => product * side, 1);
  return { data: new Float32Array(size).map((_, i) => valueAt(i)), shape, dtype: "float32" };
};

/** @param {number[]} shape @param {(i: number) => number} valueAt @returns {Given} */
const float64 = (shape, valueAt) => ({
  data: new Float64Array(shape[0]).map((_, i) => valueAt(i)),
  shape,
  dtype: "float64",
});

/**
 * Points round one mean a class, as `x`, with their classes as `y` and `onehot`.
 *
 * @param {number} seed
 * @param {{ count: number, features: number, noise: number, apart: number, ones?: boolean }} options `ones`: a last column of ones
 */
function classes(seed, { count, features, noise, apart, ones = false }) {
  const uniform = uniformFrom(seed);
  const normal = normalOf(uniform);
  const columns = features + (ones ? 1 : 0);
  const means = new Float32Array(10 * features).map(() => normal() * apart);
  const [x, y, onehot] = [new Float32Array(count * columns), new Int32Array(count), new Float32Array(count * 10)];
  for (let i = 0; i < count; i++) {
    const label = Math.floor(uniform() * 10);
    y[i] = label;
    onehot[i * 10 + label] = 1;
    for (let j = 0; j < features; j++) {
      x[i * columns + j] = means[label * features + j] + noise * (uniform() + uniform() - 1) * 2.449489742783178;
    }
    if (ones) x[i * columns + features] = 1;
  }
  return {
    x: { data: x, shape: [count, columns], dtype: /** @type {const} */ ("float32") },
    y: { data: y, shape: [count], dtype: /** @type {const} */ ("int32") },
    onehot: { data: onehot, shape: [count, 10], dtype: /** @type {const} */ ("float32") },
  };
}

/** @param {number} seed @param {number} batch @param {number} nbatch @returns {Task} */
function softmaxClassifier(seed, batch, nbatch) {
  const given = classes(seed, { count: batch * nbatch, features: 3072, noise: 0.25, apart: 0.03, ones: true });
  const normal = normalFrom(seed + 1);
  return { arrays: { ...given, W: float32([10, 3073], () => normal() * 1e-4) }, cfg: { batch, nbatch, lr: 0.01 } };
}

/** @param {number} seed @param {number} side @returns {Task} */
function product(seed, side) {
  const normal = normalFrom(seed);
  const operand = () => float32([side, side], normal);
  return { arrays: { a: operand(), b: operand() }, cfg: { n: side, flop: 2 * side ** 3 } };
}

/** @returns {Task} */
function perceptron() {
  const given = classes(2001, { count: 16 * 128, features: 784, noise: 0.5, apart: 0.1 });
  const normal = normalFrom(2002);
  /** @param {number} from @param {number} to */
  const weights = (from, to) => float32([from, to], () => normal() * Math.sqrt(2 / from));
  /** @param {number} size */
  const zeros = (size) => float32([size], () => 0);
  const [w1, w2, w3] = [weights(784, 256), weights(256, 128), weights(128, 10)];
  const arrays = { ...given, w1, b1: zeros(256), w2, b2: zeros(128), w3, b3: zeros(10) };
  return { arrays, cfg: { batch: 128, nbatch: 16, lr: 1e-3, b1: 0.9, b2: 0.999, eps: 1e-7 } };
}

/** Images as [count, height, width, channels], filters as [height, width, in, out]. @returns {Task} */
function convolutional() {
  const given = classes(3001, { count: 8 * 64, features: 784, noise: 0.5, apart: 0.2 });
  const normal = normalFrom(3002);
  const x = { ...given.x, shape: [8 * 64, 28, 28, 1] };
  const k1 = float32([3, 3, 1, 16], () => normal() * Math.sqrt(2 / 9));
  const k2 = float32([3, 3, 16, 32], () => normal() * Math.sqrt(2 / 144));
  const w = float32([1568, 10], () => normal() * Math.sqrt(1 / 1568));
  const [c1, c2, b] = [16, 32, 10].map((size) => float32([size], () => 0));
  return { arrays: { ...given, x, k1, c1, k2, c2, w, b }, cfg: { batch: 64, nbatch: 8, lr: 0.002, momentum: 0.9 } };
}

/** @returns {Task} */
function moons() {
  const uniform = uniformFrom(4001);
  const normal = normalOf(uniform);
  const count = 32 * 32;
  const [x, t] = [new Float32Array(2 * count), new Float32Array(count)];
  for (let i = 0; i < count; i++) {
    const upper = uniform() < 0.5;
    const angle = Math.PI * uniform();
    x[2 * i] = (upper ? Math.cos(angle) : 1 - Math.cos(angle)) + 0.1 * normal();
    x[2 * i + 1] = (upper ? Math.sin(angle) : 0.5 - Math.sin(angle)) + 0.1 * normal();
    t[i] = upper ? -1 : 1;
  }
  /** @param {number[]} shape @param {number} scale */
  const drawn = (shape, scale) => float32(shape, () => (scale === 0 ? 0 : normal() * scale));
  /** @type {Record<string, Given>} */
  const arrays = {
    x: { data: x, shape: [count, 2], dtype: "float32" },
    t: { data: t, shape: [count, 1], dtype: "float32" },
  };
  for (const [name, from, to, scale] of /** @type {const} */ ([
    ["1", 2, 16, 0.7],
    ["2", 16, 16, 0.25],
    ["3", 16, 1, 0.25],
  ])) {
    arrays[`w${name}`] = drawn([from, to], scale);
    arrays[`b${name}`] = drawn([to], 0);
  }
  return { arrays, cfg: { batch: 32, nbatch: 32, lr: 0.05 } };
}

/** @returns {Task} */
function attention() {
  const normal = normalFrom(7003);
  const drawn = (scale = 1) => float32([4, 4, 128, 32], () => normal() * scale);
  return { arrays: { q: drawn(), k: drawn(), v: drawn(), g: drawn(0.01) }, cfg: { scale: 1 / Math.sqrt(32) } };
}

/** @returns {Task} */
function hessianProduct() {
  const normal = normalFrom(8001);
  /** @param {string} prefix */
  const weights = (prefix) => {
    /** @type {Record<string, Given>} */
    const drawn = {};
    for (const [name, from, to, scale, shift] of /** @type {const} */ ([
      ["1", 20, 64, 0.2, 0.1],
      ["2", 64, 64, 0.12, 0.1],
      ["3", 64, 1, 0.12, 0],
    ])) {
      drawn[`${prefix}w${name}`] = float32([from, to], () => normal() * scale);
      drawn[`${prefix}b${name}`] = float32([to], () => (shift === 0 ? 0 : normal() * shift));
    }
    return drawn;
  };
  const drawn = { ...weights(""), ...weights("v_") };
  return { arrays: { x: float32([64, 20], normal), t: float32([64, 1], normal), ...drawn }, cfg: {} };
}

/** @type {Record<string, { title: string, unit: string, make: () => Task }>} */
export const workloads = {
  W1: {
    title: "softmax classifier 10 × 3073, batch 256, SGD",
    unit: "steps/s",
    make: () => softmaxClassifier(1001, 256, 16),
  },
  W1b: { title: "the same, full batch 5,000", unit: "steps/s", make: () => softmaxClassifier(1003, 5000, 1) },
  W2: { title: "MLP 784-256-128-10, batch 128, Adam", unit: "steps/s", make: perceptron },
  W3: { title: "small CNN, batch 64, momentum", unit: "steps/s", make: convolutional },
  W4: { title: "two moons, MLP 2-16-16-1, batch 32, SGD", unit: "steps/s", make: moons },
  W5a: {
    title: "Rosenbrock n = 100, one step of descent, float64",
    unit: "evals/s",
    make: () => {
      const uniform = uniformFrom(5001);
      return { arrays: { x: float64([100], () => Math.fround(uniform() * 2 - 1)) }, cfg: { lr: 1e-4, n: 100 } };
    },
  },
  W5b: {
    title: "x ← sin(x)·a + b, 333 times, gradient, float64",
    unit: "evals/s",
    make: () => ({
      arrays: { p: float64([3], (i) => [0.5, 0.9, 0.3][i]) },
      cfg: { iters: 333, a0: 0.9, da: 1 / 1024, period: 16 },
    }),
  },
  W6: {
    title: "Σ tanh(ab + c)·exp(−d²), 10⁶ elements, value and 4 gradients",
    unit: "evals/s",
    make: () => {
      const normal = normalFrom(6001);
      const entries = ["a", "b", "c", "d"].map((name) => [name, float32([1e6], normal)]);
      return { arrays: Object.fromEntries(entries), cfg: { n: 1e6 } };
    },
  },
  W7_512: { title: "product 512 × 512", unit: "GFLOP/s", make: () => product(7001, 512) },
  W7_1024: { title: "product 1024 × 1024", unit: "GFLOP/s", make: () => product(7002, 1024) },
  W7_attn: { title: "attention B4 H4 T128 D32, value and gradients", unit: "steps/s", make: attention },
  W8_hvp: { title: "Hessian-vector product, MLP 20-64-64-1", unit: "products/s", make: hessianProduct },
  W8_hess: {
    title: "full Hessian, n = 50",
    unit: "Hessians/s",
    make: () => {
      const normal = normalFrom(8002);
      return { arrays: { A: float32([50, 50], () => normal() * 0.2), x: float32([50], normal) }, cfg: { n: 50 } };
    },
  },
};
