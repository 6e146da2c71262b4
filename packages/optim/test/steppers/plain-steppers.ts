/**
 * The update rules of `torch.optim`'s documentation and source, and of the papers where PyTorch has none, on plain numbers: written from them, and
 * apart from the package's code. Each takes the start and all options, and gives a function from a gradient to the next point.
 */
export type Plain<O> = (start: readonly number[], options: O) => (gradient: readonly number[]) => readonly number[];

export const zeros = (x: readonly number[]): number[] => x.map(() => 0);

export interface PlainSgd {
  readonly lr: number;
  readonly momentum: number;
  readonly dampening: number;
  readonly nesterov: boolean;
  readonly weightDecay: number;
}

export const sgd: Plain<PlainSgd> = (start, { lr, momentum, dampening, nesterov, weightDecay }) => {
  let x = [...start];
  let buffer: number[] | undefined;
  return (gradient) => {
    const decayed = gradient.map((g, i) => g + weightDecay * x[i]!);
    let direction = decayed;
    if (momentum !== 0) {
      buffer = buffer === undefined ? decayed : buffer.map((b, i) => momentum * b + (1 - dampening) * decayed[i]!);
      const filled = buffer;
      direction = nesterov ? decayed.map((g, i) => g + momentum * filled[i]!) : filled;
    }
    x = x.map((value, i) => value - lr * direction[i]!);
    return x;
  };
};

export interface PlainAdam {
  readonly lr: number;
  readonly betas: readonly [number, number];
  readonly eps: number;
  readonly weightDecay: number;
  readonly amsgrad?: boolean;
  readonly decoupled?: boolean;
}

export const adam: Plain<PlainAdam> = (start, options) => {
  const { lr, betas, eps, weightDecay, amsgrad = false, decoupled = false } = options;
  const [beta1, beta2] = betas;
  const x = [...start];
  const [m, v, largest] = [zeros(x), zeros(x), zeros(x)];
  let t = 0;
  return (gradient) => {
    t++;
    for (let i = 0; i < x.length; i++) {
      let g = gradient[i]!;
      if (decoupled) x[i] = x[i]! * (1 - lr * weightDecay);
      else g += weightDecay * x[i]!;
      m[i] = beta1 * m[i]! + (1 - beta1) * g;
      v[i] = beta2 * v[i]! + (1 - beta2) * g * g;
      largest[i] = amsgrad ? Math.max(largest[i]!, v[i]!) : v[i]!;
      const root = Math.sqrt(largest[i]!) / Math.sqrt(1 - beta2 ** t) + eps;
      x[i] = x[i]! - ((lr / (1 - beta1 ** t)) * m[i]!) / root;
    }
    return [...x];
  };
};

export const nadam: Plain<PlainAdam & { readonly momentumDecay: number }> = (start, options) => {
  const { lr, betas, eps, weightDecay, momentumDecay, decoupled = false } = options;
  const [beta1, beta2] = betas;
  const x = [...start];
  const [m, v] = [zeros(x), zeros(x)];
  let t = 0;
  let product = 1;
  return (gradient) => {
    t++;
    const mu = beta1 * (1 - 0.5 * 0.96 ** (t * momentumDecay));
    const next = beta1 * (1 - 0.5 * 0.96 ** ((t + 1) * momentumDecay));
    product *= mu;
    for (let i = 0; i < x.length; i++) {
      let g = gradient[i]!;
      if (decoupled) x[i] = x[i]! * (1 - lr * weightDecay);
      else g += weightDecay * x[i]!;
      m[i] = beta1 * m[i]! + (1 - beta1) * g;
      v[i] = beta2 * v[i]! + (1 - beta2) * g * g;
      const root = Math.sqrt(v[i]! / (1 - beta2 ** t)) + eps;
      x[i] = x[i]! - (lr * (1 - mu) * g) / (1 - product) / root;
      x[i] = x[i]! - (lr * next * m[i]!) / (1 - product * next) / root;
    }
    return [...x];
  };
};

export const radam: Plain<PlainAdam> = (start, { lr, betas, eps, weightDecay, decoupled = false }) => {
  const [beta1, beta2] = betas;
  const x = [...start];
  const [m, v] = [zeros(x), zeros(x)];
  let t = 0;
  return (gradient) => {
    t++;
    const longest = 2 / (1 - beta2) - 1;
    const length = longest - (2 * t * beta2 ** t) / (1 - beta2 ** t);
    for (let i = 0; i < x.length; i++) {
      let g = gradient[i]!;
      if (decoupled) x[i] = x[i]! * (1 - lr * weightDecay);
      else g += weightDecay * x[i]!;
      m[i] = beta1 * m[i]! + (1 - beta1) * g;
      v[i] = beta2 * v[i]! + (1 - beta2) * g * g;
      const corrected = m[i]! / (1 - beta1 ** t);
      if (length > 5) {
        const rectification = Math.sqrt(
          ((length - 4) * (length - 2) * longest) / ((longest - 4) * (longest - 2) * length),
        );
        x[i] = x[i]! - (lr * corrected * rectification * Math.sqrt(1 - beta2 ** t)) / (Math.sqrt(v[i]!) + eps);
      } else x[i] = x[i]! - lr * corrected;
    }
    return [...x];
  };
};

export const adamax: Plain<PlainAdam> = (start, { lr, betas, eps, weightDecay }) => {
  const [beta1, beta2] = betas;
  const x = [...start];
  const [m, u] = [zeros(x), zeros(x)];
  let t = 0;
  return (gradient) => {
    t++;
    for (let i = 0; i < x.length; i++) {
      const g = gradient[i]! + weightDecay * x[i]!;
      m[i] = beta1 * m[i]! + (1 - beta1) * g;
      u[i] = Math.max(beta2 * u[i]!, Math.abs(g) + eps);
      x[i] = x[i]! - ((lr / (1 - beta1 ** t)) * m[i]!) / u[i]!;
    }
    return [...x];
  };
};

export interface PlainAdagrad {
  readonly lr: number;
  readonly lrDecay: number;
  readonly initialAccumulator: number;
  readonly eps: number;
  readonly weightDecay: number;
}

export const adagrad: Plain<PlainAdagrad> = (start, { lr, lrDecay, initialAccumulator, eps, weightDecay }) => {
  const x = [...start];
  const sum = x.map(() => initialAccumulator);
  let t = 0;
  return (gradient) => {
    t++;
    for (let i = 0; i < x.length; i++) {
      const g = gradient[i]! + weightDecay * x[i]!;
      sum[i] = sum[i]! + g * g;
      x[i] = x[i]! - ((lr / (1 + (t - 1) * lrDecay)) * g) / (Math.sqrt(sum[i]!) + eps);
    }
    return [...x];
  };
};

export interface PlainAdadelta {
  readonly lr: number;
  readonly rho: number;
  readonly eps: number;
  readonly weightDecay: number;
}

export const adadelta: Plain<PlainAdadelta> = (start, { lr, rho, eps, weightDecay }) => {
  const x = [...start];
  const [v, u] = [zeros(x), zeros(x)];
  return (gradient) => {
    for (let i = 0; i < x.length; i++) {
      const g = gradient[i]! + weightDecay * x[i]!;
      v[i] = rho * v[i]! + (1 - rho) * g * g;
      const delta = (Math.sqrt(u[i]! + eps) / Math.sqrt(v[i]! + eps)) * g;
      u[i] = rho * u[i]! + (1 - rho) * delta * delta;
      x[i] = x[i]! - lr * delta;
    }
    return [...x];
  };
};

export interface PlainRmsprop {
  readonly lr: number;
  readonly alpha: number;
  readonly eps: number;
  readonly weightDecay: number;
  readonly momentum: number;
  readonly centered: boolean;
}

export const rmsprop: Plain<PlainRmsprop> = (start, { lr, alpha, eps, weightDecay, momentum, centered }) => {
  const x = [...start];
  const [v, mean, buffer] = [zeros(x), zeros(x), zeros(x)];
  return (gradient) => {
    for (let i = 0; i < x.length; i++) {
      const g = gradient[i]! + weightDecay * x[i]!;
      v[i] = alpha * v[i]! + (1 - alpha) * g * g;
      mean[i] = alpha * mean[i]! + (1 - alpha) * g;
      const scaled = g / (Math.sqrt(centered ? v[i]! - mean[i]! ** 2 : v[i]!) + eps);
      buffer[i] = momentum * buffer[i]! + scaled;
      x[i] = x[i]! - lr * buffer[i]!;
    }
    return [...x];
  };
};

export interface PlainRprop {
  readonly lr: number;
  readonly etas: readonly [number, number];
  readonly stepSizes: readonly [number, number];
}

export const rprop: Plain<PlainRprop> = (start, { lr, etas, stepSizes }) => {
  const x = [...start];
  const [previous, sizes] = [zeros(x), x.map(() => lr)];
  return (gradient) => {
    for (let i = 0; i < x.length; i++) {
      let g = gradient[i]!;
      const product = g * previous[i]!;
      const factor = product > 0 ? etas[1] : product < 0 ? etas[0] : 1;
      sizes[i] = Math.min(Math.max(sizes[i]! * factor, stepSizes[0]), stepSizes[1]);
      if (product < 0) g = 0;
      x[i] = x[i]! - Math.sign(g) * sizes[i]!;
      previous[i] = g;
    }
    return [...x];
  };
};

export interface PlainAsgd {
  readonly lr: number;
  readonly lambd: number;
  readonly alpha: number;
  readonly t0: number;
  readonly weightDecay: number;
}

/** The points; `average` is handed each average. */
export const asgd =
  (average: (mean: readonly number[]) => void): Plain<PlainAsgd> =>
  (start, { lr, lambd, alpha, t0, weightDecay }) => {
    const x = [...start];
    const mean = zeros(x);
    let [t, eta, mu] = [0, lr, 1];
    return (gradient) => {
      t++;
      for (let i = 0; i < x.length; i++) {
        const g = gradient[i]! + weightDecay * x[i]!;
        x[i] = x[i]! * (1 - lambd * eta) - eta * g;
        mean[i] = mu === 1 ? x[i]! : mean[i]! + mu * (x[i]! - mean[i]!);
      }
      eta = lr / (1 + lambd * lr * t) ** alpha;
      mu = 1 / Math.max(1, t - t0);
      average(mean);
      return [...x];
    };
  };
