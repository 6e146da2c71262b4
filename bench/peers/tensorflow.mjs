// The workloads in TensorFlow.js, on its WebAssembly backend: one thread, which is what it has in Node. It knows no float64.
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import * as tf from "@tensorflow/tfjs";
import { setWasmPaths } from "@tensorflow/tfjs-backend-wasm";

const layerNames = ["w1", "b1", "w2", "b2", "w3", "b3"];

const asTensor = ({ data, shape, dtype }) =>
  dtype === "float64" ? tf.tensor(Float32Array.from(data), shape) : tf.tensor(data, shape, dtype);

const batchesOf = (given, size, count) => {
  const [, ...rest] = given.shape;
  const each = size * rest.reduce((product, side) => product * side, 1);
  return Array.from({ length: count }, (_, i) =>
    tf.tensor(given.data.slice(i * each, (i + 1) * each), [size, ...rest], given.dtype),
  );
};

const variablesOf = (data, names) => names.map((name) => tf.variable(asTensor(data[name])));

/** Reads a scalar and lets it go. */
const take = (scalar) => {
  const [value] = scalar.dataSync();
  scalar.dispose();
  return value;
};

const squareSum = (values) => values.reduce((total, value) => total + value * value, 0);

const squaresOf = (tensors) => tensors.map((each) => squareSum(each.dataSync()));

const perceptron = (parameters, x, activation) => {
  const [w1, b1, w2, b2, w3, b3] = parameters;
  const dense = (h, w, b) => tf.add(tf.matMul(h, w), b);
  return dense(activation(dense(activation(dense(x, w1, b1)), w2, b2)), w3, b3);
};

const meanSquare = (output, target) => tf.mean(tf.square(tf.sub(output, target)));

const training = (parameters, optimizer, lossOf, inputs, targets) => ({
  step(i) {
    const k = i % inputs.length;
    return take(optimizer.minimize(() => lossOf(inputs[k], targets[k]), true, parameters));
  },
});

const softmaxClassifier = ({ data, cfg }) => {
  const [inputs, labels] = [data.x, data.onehot].map((given) => batchesOf(given, cfg.batch, cfg.nbatch));
  const [weights] = variablesOf(data, ["W"]);
  const loss = (x, y) => tf.losses.softmaxCrossEntropy(y, tf.matMul(x, weights, false, true));
  return training([weights], tf.train.sgd(cfg.lr), loss, inputs, labels);
};

/** Value and gradients of a function at given tensors, again and again. */
const evaluation = (f, operands) => {
  const evaluate = tf.valueAndGrads(f);
  let last = [];
  return {
    step() {
      tf.dispose(last);
      const { value, grads } = evaluate(operands);
      last = grads;
      return take(value);
    },
    check: () => squaresOf(last),
  };
};

const product = ({ data }) => {
  const [a, b] = [asTensor(data.a), asTensor(data.b)];
  let last;
  return {
    step() {
      last?.dispose();
      last = tf.matMul(a, b);
    },
    check() {
      const c = last.dataSync();
      return [c[0], c[c.length / 2 + 7], c[c.length - 1], squareSum(c)];
    },
  };
};

/** A 3 × 3 convolution as one matrix product: the WebAssembly backend has no gradient for the filters of its own. */
const convolution = (x, filters) => {
  const [count, height, width, channels] = x.shape;
  const features = filters.shape[3];
  const padded = tf.pad(x, [
    [0, 0],
    [1, 1],
    [1, 1],
    [0, 0],
  ]);
  const shifts = [0, 1, 2].flatMap((row) =>
    [0, 1, 2].map((column) => tf.slice(padded, [0, row, column, 0], [count, height, width, channels])),
  );
  const patches = tf.reshape(tf.concat(shifts, 3), [-1, 9 * channels]);
  return tf.reshape(tf.matMul(patches, tf.reshape(filters, [-1, features])), [count, height, width, features]);
};

const workloads = {
  W1: softmaxClassifier,
  W1b: softmaxClassifier,

  W2({ data, cfg }) {
    const [inputs, labels] = [data.x, data.onehot].map((given) => batchesOf(given, cfg.batch, cfg.nbatch));
    const parameters = variablesOf(data, layerNames);
    const loss = (x, y) => tf.losses.softmaxCrossEntropy(y, perceptron(parameters, x, tf.relu));
    return training(parameters, tf.train.adam(cfg.lr, cfg.b1, cfg.b2, cfg.eps), loss, inputs, labels);
  },

  W3({ data, cfg }) {
    const [inputs, labels] = [data.x, data.onehot].map((given) => batchesOf(given, cfg.batch, cfg.nbatch));
    const parameters = variablesOf(data, ["k1", "c1", "k2", "c2", "w", "b"]);
    const [k1, c1, k2, c2, w, b] = parameters;
    const block = (x, k, c) => tf.maxPool(tf.relu(tf.add(convolution(x, k), c)), 2, 2, "valid");
    const logits = (x) => tf.add(tf.matMul(tf.reshape(block(block(x, k1, c1), k2, c2), [-1, 1568]), w), b);
    const loss = (x, y) => tf.losses.softmaxCrossEntropy(y, logits(x));
    return training(parameters, tf.train.momentum(cfg.lr, cfg.momentum), loss, inputs, labels);
  },

  W4({ data, cfg }) {
    const [inputs, targets] = [data.x, data.t].map((given) => batchesOf(given, cfg.batch, cfg.nbatch));
    const parameters = variablesOf(data, layerNames);
    const loss = (x, t) => meanSquare(perceptron(parameters, x, tf.tanh), t);
    return training(parameters, tf.train.sgd(cfg.lr), loss, inputs, targets);
  },

  W5a({ data, cfg }) {
    const x = tf.variable(asTensor(data.x));
    const optimizer = tf.train.sgd(cfg.lr);
    const rosenbrock = () => {
      const [a, b] = [tf.slice(x, 0, cfg.n - 1), tf.slice(x, 1, cfg.n - 1)];
      return tf.sum(tf.add(tf.mul(100, tf.square(tf.sub(b, tf.square(a)))), tf.square(tf.sub(1, a))));
    };
    return {
      step: () => take(optimizer.minimize(rosenbrock, true, [x])),
      check() {
        const values = x.dataSync();
        return [values.reduce((total, value) => total + value, 0), values[0], values[50]];
      },
    };
  },

  W5b({ data, cfg }) {
    const [x0, , b0] = data.p.data;
    const evaluate = tf.valueAndGrads((x, a, b) => {
      let y = x;
      for (let k = 0; k < cfg.iters; k++) y = tf.add(tf.mul(tf.sin(y), a), b);
      return y;
    });
    let last;
    const step = (i) =>
      tf.tidy(() => {
        const { value, grads } = evaluate([x0, cfg.a0 + cfg.da * (i % cfg.period), b0].map((each) => tf.scalar(each)));
        last = grads.map((grad) => grad.dataSync()[0]);
        return value.dataSync()[0];
      });
    return { step, check: () => last };
  },

  W6({ data }) {
    const f = (a, b, c, d) => tf.sum(tf.mul(tf.tanh(tf.add(tf.mul(a, b), c)), tf.exp(tf.neg(tf.square(d)))));
    return evaluation(
      f,
      ["a", "b", "c", "d"].map((name) => asTensor(data[name])),
    );
  },

  W7_512: product,
  W7_1024: product,

  W7_attn({ data, cfg }) {
    const [q, k, v, g] = ["q", "k", "v", "g"].map((name) => asTensor(data[name]));
    const f = (query, key, value) => {
      const weights = tf.softmax(tf.mul(tf.matMul(query, key, false, true), cfg.scale));
      return tf.sum(tf.mul(tf.matMul(weights, value), g));
    };
    return evaluation(f, [q, k, v]);
  },

  W8_hvp({ data }) {
    const [parameters, along] = ["", "v_"].map((prefix) => layerNames.map((name) => asTensor(data[prefix + name])));
    const [x, t] = [asTensor(data.x), asTensor(data.t)];
    const gradient = tf.grads((...weights) => meanSquare(perceptron(weights, x, tf.tanh), t));
    const slope = (...weights) => tf.addN(gradient(weights).map((each, i) => tf.sum(tf.mul(each, along[i]))));
    const product = tf.grads(slope);
    let last = [];
    return {
      step() {
        tf.dispose(last);
        last = tf.tidy(() => product(parameters));
        return last[0].dataSync()[0];
      },
      check: () => squaresOf(last),
    };
  },

  /** Row by row: there is nothing that makes a Hessian. */
  W8_hess({ data, cfg }) {
    const [matrix, x] = [asTensor(data.A), asTensor(data.x)];
    const rows = tf.unstack(tf.eye(cfg.n));
    const image = (p) => tf.reshape(tf.matMul(matrix, tf.reshape(p, [cfg.n, 1])), [cfg.n]);
    const gradient = tf.grad((p) => tf.add(tf.sum(tf.square(tf.tanh(image(p)))), tf.mul(0.1, tf.sum(tf.pow(p, 4)))));
    let last;
    return {
      step() {
        last?.dispose();
        last = tf.tidy(() => tf.stack(rows.map((row) => tf.grad((p) => tf.sum(tf.mul(gradient(p), row)))(x))));
        return last.dataSync()[0];
      },
      check() {
        const values = last.dataSync();
        return [values[1], values[49 * cfg.n + 3], squareSum(values)];
      },
    };
  },
};

export const peer = {
  async init() {
    const require = createRequire(import.meta.url);
    const folder = dirname(require.resolve("@tensorflow/tfjs-backend-wasm/package.json"));
    setWasmPaths(`${join(folder, "dist")}/`);
    await tf.setBackend("wasm");
    await tf.ready();
    if (tf.getBackend() !== "wasm") throw new Error(`TensorFlow.js chose the backend ${tf.getBackend()}`);
  },
  workloads,
};
