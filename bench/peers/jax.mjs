// The workloads in jax-js, on its WebAssembly device: jitted, one thread (it has no others in Node). A use consumes an array; `.ref` is one use more.

// Node 20 has no Float16Array, and jax-js asks for one wherever it is given a Float64Array.
globalThis.Float16Array ??= class Float16Array {};
const jax = await import("@jax-js/jax");
const { grad, hessian, jit, jvp, lax, nn, numpy: np, valueAndGrad } = jax;

const layerNames = ["w1", "b1", "w2", "b2", "w3", "b3"];

const dtypes = { int32: np.int32, float32: np.float32, float64: np.float64 };
const asArray = ({ data, shape, dtype }) => np.array(data, { shape, dtype: dtypes[dtype] });

const batchesOf = ({ data, shape, dtype }, size, count) => {
  const [, ...rest] = shape;
  const each = size * rest.reduce((product, side) => product * side, 1);
  return Array.from({ length: count }, (_, i) =>
    asArray({ data: data.slice(i * each, (i + 1) * each), shape: [size, ...rest], dtype }),
  );
};

const parametersOf = (data, names, prefix = "") => names.map((name) => asArray(data[prefix + name]));
const again = (arrays) => arrays.map((array) => array.ref);
const discard = (arrays) => {
  for (const array of arrays) array.dispose();
};
const ready = (arrays) => Promise.all(arrays.map((array) => array.blockUntilReady()));

const squareSum = (values) => values.reduce((total, value) => total + value * value, 0);
const squaresOf = (arrays) => arrays.map((array) => squareSum(array.ref.dataSync()));

const perceptron = ([w1, b1, w2, b2, w3, b3], x, activation) => {
  const dense = (h, w, b) => np.matmul(h, w).add(b);
  return dense(activation(dense(activation(dense(x, w1, b1)), w2, b2)), w3, b3);
};
const meanSquare = (output, target) => np.square(output.sub(target)).mean();
const crossEntropy = (logits, onehot) =>
  nn
    .logSoftmax(logits)
    .mul(onehot)
    .sum()
    .mul(-1 / onehot.shape[0]);

/** Steps over batches: `update` takes the state and a batch, and gives the next state and the loss. */
const training = async (initial, update, inputs, targets) => {
  await ready([...inputs, ...targets]);
  const step = jit(update);
  let state = initial;
  return {
    step(i) {
      const k = i % inputs.length;
      const [next, loss] = step(state, inputs[k].ref, targets[k].ref);
      state = next;
      return loss.item();
    },
  };
};

/** Plain descent on a list of parameters. */
const descent = (lossOf, rate) => (state, x, y) => {
  const [loss, grads] = valueAndGrad(lossOf)(again(state), x, y);
  return [state.map((parameter, i) => parameter.sub(grads[i].mul(rate))), loss];
};

const softmaxClassifier = ({ data, cfg }) => {
  const [inputs, labels] = [data.x, data.onehot].map((given) => batchesOf(given, cfg.batch, cfg.nbatch));
  const loss = ([weights], x, y) => crossEntropy(np.matmul(x, weights.transpose()), y);
  return training([asArray(data.W)], descent(loss, cfg.lr), inputs, labels);
};

/** Value and gradients of a function at given arrays, again and again. */
const evaluation = async (f, operands, argnums) => {
  await ready(operands);
  const evaluate = jit(valueAndGrad(f, { argnums }));
  let last = [];
  return {
    async step() {
      discard(last);
      const [value, grads] = evaluate(...again(operands));
      last = grads;
      await ready(last);
      return value.item();
    },
    check: () => squaresOf(last),
  };
};

const product = async ({ data }) => {
  const [a, b] = [asArray(data.a), asArray(data.b)];
  await ready([a, b]);
  let last;
  return {
    async step() {
      last?.dispose();
      last = np.matmul(a.ref, b.ref);
      await last.blockUntilReady();
    },
    check() {
      const c = last.ref.dataSync();
      return [c[0], c[c.length / 2 + 7], c[c.length - 1], squareSum(c)];
    },
  };
};

const workloads = {
  W1: softmaxClassifier,
  W1b: softmaxClassifier,

  W2({ data, cfg }) {
    const [inputs, labels] = [data.x, data.onehot].map((given) => batchesOf(given, cfg.batch, cfg.nbatch));
    const parameters = parametersOf(data, layerNames);
    const zeros = () => layerNames.map((name) => np.zeros(data[name].shape));
    const loss = (weights, x, y) => crossEntropy(perceptron(weights, x, nn.relu), y);
    const update = ({ weights, means, squares, powers }, x, y) => {
      const [value, grads] = valueAndGrad(loss)(again(weights), x, y);
      const [p1, p2] = [powers[0].mul(cfg.b1), powers[1].mul(cfg.b2)];
      const [c1, c2] = [np.subtract(1, p1.ref), np.subtract(1, p2.ref)];
      const m = means.map((mean, i) => mean.mul(cfg.b1).add(grads[i].ref.mul(1 - cfg.b1)));
      const v = squares.map((each, i) => each.mul(cfg.b2).add(np.square(grads[i]).mul(1 - cfg.b2)));
      const next = weights.map((weight, i) => {
        const scale = np.sqrt(v[i].ref.div(c2.ref)).add(cfg.eps);
        return weight.sub(m[i].ref.div(c1.ref).mul(cfg.lr).div(scale));
      });
      discard([c1, c2]);
      return [{ weights: next, means: m, squares: v, powers: [p1, p2] }, value];
    };
    const state = { weights: parameters, means: zeros(), squares: zeros(), powers: [np.array(1), np.array(1)] };
    return training(state, update, inputs, labels);
  },

  W3({ data, cfg }) {
    // Channels first is the layout it has: filters and the dense layer are turned once.
    const images = { ...data.x, shape: [data.x.shape[0], 1, 28, 28] };
    const [inputs, labels] = [images, data.onehot].map((given) => batchesOf(given, cfg.batch, cfg.nbatch));
    const filters = (name) => asArray(data[name]).transpose([3, 2, 0, 1]);
    const bias = (name) => asArray(data[name]).reshape([-1, 1, 1]);
    const dense = asArray(data.w).reshape([7, 7, 32, 10]).transpose([2, 0, 1, 3]).reshape([1568, 10]);
    const parameters = [filters("k1"), bias("c1"), filters("k2"), bias("c2"), dense, asArray(data.b)];
    const pool = (x) => lax.reduceWindow(x, np.max, [2, 2], [2, 2]);
    const block = (x, k, c) => pool(nn.relu(lax.convGeneralDilated(x, k, [1, 1], "SAME").add(c)));
    const loss = ([k1, c1, k2, c2, w, b], x, y) =>
      crossEntropy(np.matmul(block(block(x, k1, c1), k2, c2).reshape([-1, 1568]), w).add(b), y);
    const update = ({ weights, velocities }, x, y) => {
      const [value, grads] = valueAndGrad(loss)(again(weights), x, y);
      const next = velocities.map((velocity, i) => velocity.mul(cfg.momentum).add(grads[i]));
      const moved = weights.map((weight, i) => weight.sub(next[i].ref.mul(cfg.lr)));
      return [{ weights: moved, velocities: next }, value];
    };
    const velocities = parameters.map((each) => np.zeros(each.shape));
    return training({ weights: parameters, velocities }, update, inputs, labels);
  },

  W4({ data, cfg }) {
    const [inputs, targets] = [data.x, data.t].map((given) => batchesOf(given, cfg.batch, cfg.nbatch));
    const loss = (weights, x, t) => meanSquare(perceptron(weights, x, np.tanh), t);
    return training(parametersOf(data, layerNames), descent(loss, cfg.lr), inputs, targets);
  },

  W5a({ data, cfg }) {
    let x = asArray(data.x);
    const rosenbrock = (p) => {
      const [a, b] = [p.ref.slice([0, cfg.n - 1]), p.slice([1, cfg.n])];
      return np
        .square(b.sub(np.square(a.ref)))
        .mul(100)
        .add(np.square(np.subtract(1, a)))
        .sum();
    };
    const update = jit((p) => {
      const [value, slope] = valueAndGrad(rosenbrock)(p.ref);
      return [p.sub(slope.mul(cfg.lr)), value];
    });
    return {
      step() {
        const [next, value] = update(x);
        x = next;
        return value.item();
      },
      check() {
        const values = x.ref.dataSync();
        return [values.reduce((total, value) => total + value, 0), values[0], values[50]];
      },
    };
  },

  W5b({ data, cfg }) {
    const [x0, , b0] = data.p.data;
    const iterate = (x, a, b) => {
      let y = x;
      for (let k = 0; k < cfg.iters; k++) y = np.sin(y).mul(a.ref).add(b.ref);
      discard([a, b]);
      return y;
    };
    const evaluate = jit(valueAndGrad(iterate, { argnums: [0, 1, 2] }));
    const scalar = (value) => np.array([value], { dtype: np.float64, shape: [] });
    let last = [];
    return {
      step(i) {
        discard(last);
        const [value, grads] = evaluate(scalar(x0), scalar(cfg.a0 + cfg.da * (i % cfg.period)), scalar(b0));
        last = grads;
        return value.item();
      },
      check: () => last.map((each) => each.ref.dataSync()[0]),
    };
  },

  W6({ data }) {
    const f = (a, b, c, d) =>
      np
        .tanh(a.mul(b).add(c))
        .mul(np.exp(np.negative(np.square(d))))
        .sum();
    return evaluation(f, parametersOf(data, ["a", "b", "c", "d"]), [0, 1, 2, 3]);
  },

  W7_512: product,
  W7_1024: product,

  W7_attn({ data, cfg }) {
    const f = (q, k, v, g) => {
      const weights = nn.softmax(np.matmul(q, k.transpose([0, 1, 3, 2])).mul(cfg.scale));
      return np.matmul(weights, v).mul(g).sum();
    };
    return evaluation(f, parametersOf(data, ["q", "k", "v", "g"]), [0, 1, 2]);
  },

  async W8_hvp({ data }) {
    const [parameters, along] = [parametersOf(data, layerNames), parametersOf(data, layerNames, "v_")];
    const [x, t] = [asArray(data.x), asArray(data.t)];
    await ready([...parameters, ...along, x, t]);
    const product = jit((weights, direction, input, target) => {
      const loss = (p) => meanSquare(perceptron(p, input.ref, np.tanh), target.ref);
      return jvp((p) => grad(loss)(p), [weights], [direction])[1];
    });
    let last = [];
    return {
      async step() {
        discard(last);
        last = product(again(parameters), again(along), x.ref, t.ref);
        await ready(last);
        return last[0].ref.dataSync()[0];
      },
      check: () => squaresOf(last),
    };
  },

  W8_hess({ data, cfg }) {
    const [matrix, x] = [asArray(data.A), asArray(data.x)];
    const f = (a) => (p) => {
      const quartic = np.square(np.square(p.ref)).sum().mul(0.1);
      return np
        .square(np.tanh(np.matmul(a.ref, p)))
        .sum()
        .add(quartic);
    };
    const evaluate = jit((a, p) => hessian(f(a))(p));
    let last;
    return {
      step() {
        last?.dispose();
        last = evaluate(matrix.ref, x.ref);
        return last.ref.dataSync()[0];
      },
      check() {
        const values = last.ref.dataSync();
        return [values[1], values[49 * cfg.n + 3], squareSum(values)];
      },
    };
  },
};

export const peer = {
  async init() {
    await jax.init("wasm");
    jax.defaultDevice("wasm");
  },
  workloads,
};
