/** The rules that PyTorch does not have, from their papers, on plain numbers. */
import { type Plain, type PlainAdam, zeros } from "./plain-steppers.js";

/** Zhuang et al. 2020, algorithm 2, with eps outside the root too and decoupled decay, as in the authors' code. */
export const adabelief: Plain<PlainAdam> = (start, { lr, betas, eps, weightDecay }) => {
  const [beta1, beta2] = betas;
  const x = [...start];
  const [m, s] = [zeros(x), zeros(x)];
  let t = 0;
  return (gradient) => {
    t++;
    for (let i = 0; i < x.length; i++) {
      const g = gradient[i]!;
      x[i] = x[i]! * (1 - lr * weightDecay);
      m[i] = beta1 * m[i]! + (1 - beta1) * g;
      s[i] = beta2 * s[i]! + (1 - beta2) * (g - m[i]!) ** 2 + eps;
      x[i] = x[i]! - (lr * m[i]!) / (1 - beta1 ** t) / (Math.sqrt(s[i]! / (1 - beta2 ** t)) + eps);
    }
    return [...x];
  };
};

/** Chen et al. 2023, algorithm 2. */
export const lion: Plain<Pick<PlainAdam, "lr" | "betas" | "weightDecay">> = (start, { lr, betas, weightDecay }) => {
  const [beta1, beta2] = betas;
  const x = [...start];
  const m = zeros(x);
  return (gradient) => {
    for (let i = 0; i < x.length; i++) {
      const g = gradient[i]!;
      const direction = Math.sign(beta1 * m[i]! + (1 - beta1) * g) + weightDecay * x[i]!;
      m[i] = beta2 * m[i]! + (1 - beta2) * g;
      x[i] = x[i]! - lr * direction;
    }
    return [...x];
  };
};

const norm = (x: readonly number[]): number => Math.sqrt(x.reduce((sum, each) => sum + each * each, 0));

/** You et al. 2020, algorithm 2, with one layer. */
export const lamb: Plain<PlainAdam> = (start, { lr, betas, eps, weightDecay }) => {
  const [beta1, beta2] = betas;
  const x = [...start];
  const [m, v] = [zeros(x), zeros(x)];
  let t = 0;
  return (gradient) => {
    t++;
    const direction = x.map((value, i) => {
      const g = gradient[i]!;
      m[i] = beta1 * m[i]! + (1 - beta1) * g;
      v[i] = beta2 * v[i]! + (1 - beta2) * g * g;
      return m[i]! / (1 - beta1 ** t) / (Math.sqrt(v[i]! / (1 - beta2 ** t)) + eps) + weightDecay * value;
    });
    const [size, length] = [norm(x), norm(direction)];
    const ratio = size > 0 && length > 0 ? size / length : 1;
    for (let i = 0; i < x.length; i++) x[i] = x[i]! - lr * ratio * direction[i]!;
    return [...x];
  };
};
