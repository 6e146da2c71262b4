// The workloads of the comparison, each the fastest way that Glissade has of writing it: one jitted step, state in Variables.
// `export default { name, init(options), workloads }`: a workload takes `{ data, cfg }` (typed arrays with shapes, and settings) and gives `{ step(i), check?() }`. A step returns
// its loss as a number, and leaves nothing for later. Runs on the built packages: `npm run build` first.
import { register } from "node:module";

register("./built-packages.mjs", import.meta.url);
const autograd = await import("@glissade/autograd");
const { crossEntropy, mseLoss } = await import("@glissade/nn");
const { adam, sgd } = await import("@glissade/optim");

const {
  add,
  conv2d,
  exp,
  hessian,
  hvp,
  init,
  jit,
  matmul,
  maxPool2d,
  mul,
  neg,
  pow,
  realize,
  relu,
  reshape,
  sin,
  slice,
  softmax,
  square,
  sub,
  sum,
  swapaxes,
  tanh,
  tensor,
  transpose,
  valueAndGrad,
  variable,
  variableGrads,
} = autograd;

/** @typedef {{ data: Float32Array | Float64Array | Int32Array, shape: number[], dtype: string }} Given */

/** @param {Given} given */
const asTensor = ({ data, shape }) => tensor(data, { shape });

/** The rows of a tensor in batches. @param {Given} given @param {number} size @param {number} count */
const batchesOf = ({ data, shape }, size, count) => {
  const [, ...rest] = shape;
  const each = size * rest.reduce((product, side) => product * side, 1);
  return Array.from({ length: count }, (_, i) =>
    tensor(data.slice(i * each, (i + 1) * each), { shape: [size, ...rest] }),
  );
};

/** @param {Record<string, Given>} data @param {readonly string[]} names */
const variablesOf = (data, names) => names.map((name) => variable(asTensor(data[name])));

const layerNames = ["w1", "b1", "w2", "b2", "w3", "b3"];

/** Three dense layers. */
const perceptron = (parameters, x, activation) => {
  const [w1, b1, w2, b2, w3, b3] = parameters;
  const dense = (h, w, b) => add(matmul(h, w), b);
  return dense(activation(dense(activation(dense(x, w1, b1)), w2, b2)), w3, b3);
};

/** The sum of squares of each tensor. */
const squaresOf = (tensors) =>
  tensors.map((each) => each.data().reduce((total, value) => total + Number(value) * Number(value), 0));

/** A jitted step of a stepper over batches. */
const training = (parameters, stepper, lossOf, inputs, targets) => {
  const step = jit((x, y) => {
    const { value, grads } = variableGrads(() => lossOf(x, y), parameters);
    stepper.step(grads);
    return value;
  });
  return { step: (i) => step(inputs[i % inputs.length], targets[i % targets.length]).item() };
};

const softmaxClassifier = ({ data, cfg }) => {
  const weights = variable(asTensor(data.W));
  const inputs = batchesOf(data.x, cfg.batch, cfg.nbatch);
  const labels = batchesOf(data.y, cfg.batch, cfg.nbatch);
  const loss = (x, y) => crossEntropy(matmul(x, transpose(weights.value)), y);
  return training([weights], sgd([weights], { lr: cfg.lr }), loss, inputs, labels);
};

const product = ({ data }) => {
  const [a, b] = [asTensor(data.a), asTensor(data.b)];
  const multiply = jit((x, y) => matmul(x, y));
  let last;
  return {
    step() {
      last = multiply(a, b);
      realize(last);
    },
    check() {
      const c = last.data();
      return [c[0], c[c.length / 2 + 7], c[c.length - 1], ...squaresOf([last])];
    },
  };
};

const workloads = {
  W1: softmaxClassifier,
  W1b: softmaxClassifier,

  W2({ data, cfg }) {
    const parameters = variablesOf(data, layerNames);
    const stepper = adam(parameters, { lr: cfg.lr, betas: [cfg.b1, cfg.b2], eps: cfg.eps });
    const loss = (x, y) => crossEntropy(perceptron(parameters, x, relu), y);
    const inputs = batchesOf(data.x, cfg.batch, cfg.nbatch);
    return training(parameters, stepper, loss, inputs, batchesOf(data.y, cfg.batch, cfg.nbatch));
  },

  W3({ data, cfg }) {
    // Images with one channel lie the same in both layouts; filters and the dense layer are turned once.
    const filters = (name) => variable(transpose(asTensor(data[name]), { axes: [3, 2, 0, 1] }));
    const bias = (name) => variable(reshape(asTensor(data[name]), [-1, 1, 1]));
    const dense = transpose(reshape(asTensor(data.w), [7, 7, 32, 10]), { axes: [2, 0, 1, 3] });
    const parameters = [
      filters("k1"),
      bias("c1"),
      filters("k2"),
      bias("c2"),
      variable(reshape(dense, [1568, 10])),
      variable(asTensor(data.b)),
    ];
    const [k1, c1, k2, c2, w, b] = parameters;
    const block = (x, k, c) => maxPool2d(relu(add(conv2d(x, k, { padding: "same" }), c)), { kernelSize: 2 });
    const images = { ...data.x, shape: [data.x.shape[0], 1, 28, 28] };
    const loss = (x, y) =>
      crossEntropy(add(matmul(reshape(block(block(x, k1, c1), k2, c2), [cfg.batch, 1568]), w), b), y);
    const stepper = sgd(parameters, { lr: cfg.lr, momentum: cfg.momentum });
    const labels = batchesOf(data.y, cfg.batch, cfg.nbatch);
    return training(parameters, stepper, loss, batchesOf(images, cfg.batch, cfg.nbatch), labels);
  },

  W4({ data, cfg }) {
    const parameters = variablesOf(data, layerNames);
    const loss = (x, t) => mseLoss(perceptron(parameters, x, tanh), t);
    const inputs = batchesOf(data.x, cfg.batch, cfg.nbatch);
    const targets = batchesOf(data.t, cfg.batch, cfg.nbatch);
    return training(parameters, sgd(parameters, { lr: cfg.lr }), loss, inputs, targets);
  },

  W5a({ data, cfg }) {
    const x = variable(asTensor(data.x));
    const rosenbrock = (p) => {
      const a = slice(p, { start: [0], stop: [cfg.n - 1] });
      const b = slice(p, { start: [1], stop: [cfg.n] });
      return sum(add(mul(100, square(sub(b, square(a)))), square(sub(1, a))));
    };
    const step = jit(() => {
      const { value, grads } = variableGrads(() => rosenbrock(x.value), [x]);
      x.assign(sub(x.value, mul(cfg.lr, grads[0])));
      return value;
    });
    return {
      step: () => step().item(),
      check() {
        const values = x.value.data();
        return [values.reduce((total, each) => total + each, 0), values[0], values[50]];
      },
    };
  },

  W5b({ data, cfg }) {
    const [x0, , b0] = data.p.data;
    const scalar = (value) => tensor(new Float64Array([value]), { shape: [] });
    const iterate = (x, a, b) => {
      let y = x;
      for (let k = 0; k < cfg.iters; k++) y = add(mul(sin(y), a), b);
      return y;
    };
    const evaluate = jit((x, a, b) => valueAndGrad(iterate, { argnums: [0, 1, 2] })(x, a, b));
    const [x, b] = [scalar(x0), scalar(b0)];
    const factors = Array.from({ length: cfg.period }, (_, i) => scalar(cfg.a0 + cfg.da * i));
    let last;
    return {
      step(i) {
        last = evaluate(x, factors[i % cfg.period], b);
        return last.value.item();
      },
      check: () => last.grads.map((grad) => grad.item()),
    };
  },

  W6({ data }) {
    const operands = ["a", "b", "c", "d"].map((name) => asTensor(data[name]));
    const f = (a, b, c, d) => sum(mul(tanh(add(mul(a, b), c)), exp(neg(square(d)))));
    const evaluate = jit((a, b, c, d) => valueAndGrad(f, { argnums: [0, 1, 2, 3] })(a, b, c, d));
    let last;
    return {
      step() {
        last = evaluate(...operands);
        return last.value.item();
      },
      check: () => squaresOf(last.grads),
    };
  },

  W7_512: product,
  W7_1024: product,

  W7_attn({ data, cfg }) {
    const [q, k, v, g] = ["q", "k", "v", "g"].map((name) => asTensor(data[name]));
    const loss = (query, key, value, weight) => {
      const scores = mul(matmul(query, swapaxes(key, -1, -2)), cfg.scale);
      return sum(mul(matmul(softmax(scores, { axis: -1 }), value), weight));
    };
    const evaluate = jit((...given) => valueAndGrad(loss, { argnums: [0, 1, 2] })(...given));
    let last;
    return {
      step() {
        last = evaluate(q, k, v, g);
        return last.value.item();
      },
      check: () => squaresOf(last.grads),
    };
  },

  W8_hvp({ data }) {
    const parameters = layerNames.map((name) => asTensor(data[name]));
    const vectors = layerNames.map((name) => asTensor(data[`v_${name}`]));
    const [x, t] = [asTensor(data.x), asTensor(data.t)];
    const loss = (weights) => mseLoss(perceptron(weights, x, tanh), t);
    const product = jit((weights, along) => hvp(loss, [weights], [along]));
    let last;
    return {
      step() {
        last = product(parameters, vectors);
        return last[0].data()[0];
      },
      check: () => squaresOf(last),
    };
  },

  W8_hess({ data, cfg }) {
    const [matrix, x] = [asTensor(data.A), asTensor(data.x)];
    const f = (a) => (p) => add(sum(square(tanh(matmul(a, p)))), mul(0.1, sum(pow(p, 4))));
    const evaluate = jit((a, p) => hessian(f(a))(p));
    let last;
    return {
      step() {
        last = evaluate(matrix, x);
        return last.data()[0];
      },
      check() {
        const values = last.data();
        return [values[1], values[49 * cfg.n + 3], ...squaresOf([last])];
      },
    };
  },
};

export default {
  name: "glissade",
  /** Options: `--threads=2` (default: the machine's), `--deterministic`, `--blas=openblas`. */
  async init({ threads, deterministic, blas } = {}) {
    const { threads: ready, blas: used } = await init({
      ...(threads !== undefined && { threads: Number(threads) }),
      ...(deterministic !== undefined && { deterministic: true }),
      ...(blas !== undefined && { blas }),
    });
    const name = threads === undefined ? "glissade" : `glissade-${ready}t`;
    return { name: used.name === "none" ? name : `${name}-${used.name}` };
  },
  workloads,
  missing: {},
};
