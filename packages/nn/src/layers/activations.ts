/** Activations as modules, for `Sequential` and for printing; in `forward` the functions do as well. All keep the shape. */
import {
  celu,
  elu,
  gelu,
  hardSigmoid,
  hardSwish,
  hardTanh,
  leakyRelu,
  logSigmoid,
  mish,
  relu,
  relu6,
  type ShapeOf,
  selu,
  sigmoid,
  silu,
  softplus,
  softsign,
  type Tensor,
  type TensorLike,
  tanh,
  tanhshrink,
} from "@glissade/autograd";
import { Module } from "../module.js";
import { checkNumber } from "../operand.js";
import type { ShapeRule } from "../shapes/chain.js";

/** What every class here says before anything else: lists of different layers are compared by it first, which is cheap. */
type Keeps = ShapeRule<"keep", []>;

/**
 * `relu` as a module: max(0, x).
 *
 * @example
 * new Sequential(new Linear(4, 8), new ReLU());
 */
export class ReLU extends Module {
  /** Keeps the shape: for the compiler, nothing at run time. */
  declare readonly shapes?: Keeps;
  forward<X extends TensorLike>(x: X): Tensor<ShapeOf<X>> {
    return relu(x);
  }
}

/**
 * `relu6` as a module: min(max(0, x), 6).
 *
 * @example
 * new ReLU6().forward([7]).toArray(); // [6]
 */
export class ReLU6 extends Module {
  /** Keeps the shape: for the compiler, nothing at run time. */
  declare readonly shapes?: Keeps;
  forward<X extends TensorLike>(x: X): Tensor<ShapeOf<X>> {
    return relu6(x);
  }
}

/**
 * `leakyRelu` as a module: x where it is positive, else slope · x.
 *
 * @param options.negativeSlope Default 0.01.
 * @throws ValueError where the slope is no finite number.
 * @example
 * new LeakyReLU({ negativeSlope: 0.1 }).forward([-1]).toArray(); // [-0.1]
 */
export class LeakyReLU extends Module {
  /** Keeps the shape: for the compiler, nothing at run time. */
  declare readonly shapes?: Keeps;
  readonly negativeSlope: number;

  constructor({ negativeSlope = 0.01 }: { readonly negativeSlope?: number } = {}) {
    super();
    checkNumber("LeakyReLU", "negativeSlope", negativeSlope);
    this.negativeSlope = negativeSlope;
  }

  forward<X extends TensorLike>(x: X): Tensor<ShapeOf<X>> {
    return leakyRelu(x, { negativeSlope: this.negativeSlope });
  }
}

/**
 * `elu` as a module: x where it is positive, else α (eˣ − 1).
 *
 * @param options.alpha α, default 1.
 * @throws ValueError where α is no finite number.
 * @example
 * new ELU().forward([0, 2]).toArray(); // [0, 2]
 */
export class ELU extends Module {
  /** Keeps the shape: for the compiler, nothing at run time. */
  declare readonly shapes?: Keeps;
  readonly alpha: number;

  constructor({ alpha = 1 }: { readonly alpha?: number } = {}) {
    super();
    checkNumber("ELU", "alpha", alpha);
    this.alpha = alpha;
  }

  forward<X extends TensorLike>(x: X): Tensor<ShapeOf<X>> {
    return elu(x, { alpha: this.alpha });
  }
}

/**
 * `celu` as a module: x where it is positive, else α (e^(x/α) − 1).
 *
 * @param options.alpha α, default 1.
 * @throws ValueError where α is no finite number.
 * @example
 * new CELU({ alpha: 2 }).forward([0, 2]).toArray(); // [0, 2]
 */
export class CELU extends Module {
  /** Keeps the shape: for the compiler, nothing at run time. */
  declare readonly shapes?: Keeps;
  readonly alpha: number;

  constructor({ alpha = 1 }: { readonly alpha?: number } = {}) {
    super();
    checkNumber("CELU", "alpha", alpha);
    this.alpha = alpha;
  }

  forward<X extends TensorLike>(x: X): Tensor<ShapeOf<X>> {
    return celu(x, { alpha: this.alpha });
  }
}

/**
 * `selu` as a module.
 *
 * @example
 * new SELU().forward([0]).toArray(); // [0]
 */
export class SELU extends Module {
  /** Keeps the shape: for the compiler, nothing at run time. */
  declare readonly shapes?: Keeps;
  forward<X extends TensorLike>(x: X): Tensor<ShapeOf<X>> {
    return selu(x);
  }
}

/**
 * `gelu` as a module: x Φ(x).
 *
 * @param options.approximate "none" (default) uses the error function, "tanh" its approximation.
 * @example
 * new GELU().forward([0]).toArray(); // [0]
 */
export class GELU extends Module {
  /** Keeps the shape: for the compiler, nothing at run time. */
  declare readonly shapes?: Keeps;
  readonly approximate: "none" | "tanh";

  constructor({ approximate = "none" }: { readonly approximate?: "none" | "tanh" } = {}) {
    super();
    this.approximate = approximate;
  }

  forward<X extends TensorLike>(x: X): Tensor<ShapeOf<X>> {
    return gelu(x, { approximate: this.approximate });
  }
}

/**
 * `silu` as a module: x σ(x), also called swish.
 *
 * @example
 * new SiLU().forward([0]).toArray(); // [0]
 */
export class SiLU extends Module {
  /** Keeps the shape: for the compiler, nothing at run time. */
  declare readonly shapes?: Keeps;
  forward<X extends TensorLike>(x: X): Tensor<ShapeOf<X>> {
    return silu(x);
  }
}

/**
 * `mish` as a module: x tanh(softplus(x)).
 *
 * @example
 * new Mish().forward([0]).toArray(); // [0]
 */
export class Mish extends Module {
  /** Keeps the shape: for the compiler, nothing at run time. */
  declare readonly shapes?: Keeps;
  forward<X extends TensorLike>(x: X): Tensor<ShapeOf<X>> {
    return mish(x);
  }
}

/**
 * `sigmoid` as a module: 1 / (1 + e⁻ˣ).
 *
 * @example
 * new Sigmoid().forward([0]).toArray(); // [0.5]
 */
export class Sigmoid extends Module {
  /** Keeps the shape: for the compiler, nothing at run time. */
  declare readonly shapes?: Keeps;
  forward<X extends TensorLike>(x: X): Tensor<ShapeOf<X>> {
    return sigmoid(x);
  }
}

/**
 * `logSigmoid` as a module: −log(1 + e⁻ˣ).
 *
 * @example
 * new LogSigmoid().forward([0]).toArray(); // [-0.693]
 */
export class LogSigmoid extends Module {
  /** Keeps the shape: for the compiler, nothing at run time. */
  declare readonly shapes?: Keeps;
  forward<X extends TensorLike>(x: X): Tensor<ShapeOf<X>> {
    return logSigmoid(x);
  }
}

/**
 * `tanh` as a module.
 *
 * @example
 * new Tanh().forward([0]).toArray(); // [0]
 */
export class Tanh extends Module {
  /** Keeps the shape: for the compiler, nothing at run time. */
  declare readonly shapes?: Keeps;
  forward<X extends TensorLike>(x: X): Tensor<ShapeOf<X>> {
    return tanh(x);
  }
}

/**
 * `softplus` as a module: log(1 + eˣ).
 *
 * @example
 * new Softplus().forward([0]).toArray(); // [0.693]
 */
export class Softplus extends Module {
  /** Keeps the shape: for the compiler, nothing at run time. */
  declare readonly shapes?: Keeps;
  forward<X extends TensorLike>(x: X): Tensor<ShapeOf<X>> {
    return softplus(x);
  }
}

/**
 * `softsign` as a module: x / (1 + |x|).
 *
 * @example
 * new Softsign().forward([1]).toArray(); // [0.5]
 */
export class Softsign extends Module {
  /** Keeps the shape: for the compiler, nothing at run time. */
  declare readonly shapes?: Keeps;
  forward<X extends TensorLike>(x: X): Tensor<ShapeOf<X>> {
    return softsign(x);
  }
}

/**
 * `tanhshrink` as a module: x − tanh(x).
 *
 * @example
 * new Tanhshrink().forward([0]).toArray(); // [0]
 */
export class Tanhshrink extends Module {
  /** Keeps the shape: for the compiler, nothing at run time. */
  declare readonly shapes?: Keeps;
  forward<X extends TensorLike>(x: X): Tensor<ShapeOf<X>> {
    return tanhshrink(x);
  }
}

/**
 * `hardTanh` as a module: x kept between −1 and 1.
 *
 * @example
 * new HardTanh().forward([-3, 0.5]).toArray(); // [-1, 0.5]
 */
export class HardTanh extends Module {
  /** Keeps the shape: for the compiler, nothing at run time. */
  declare readonly shapes?: Keeps;
  forward<X extends TensorLike>(x: X): Tensor<ShapeOf<X>> {
    return hardTanh(x);
  }
}

/**
 * `hardSigmoid` as a module: x / 6 + 1/2 kept between 0 and 1.
 *
 * @example
 * new HardSigmoid().forward([0, 9]).toArray(); // [0.5, 1]
 */
export class HardSigmoid extends Module {
  /** Keeps the shape: for the compiler, nothing at run time. */
  declare readonly shapes?: Keeps;
  forward<X extends TensorLike>(x: X): Tensor<ShapeOf<X>> {
    return hardSigmoid(x);
  }
}

/**
 * `hardSwish` as a module: x · hardSigmoid(x).
 *
 * @example
 * new HardSwish().forward([3]).toArray(); // [3]
 */
export class HardSwish extends Module {
  /** Keeps the shape: for the compiler, nothing at run time. */
  declare readonly shapes?: Keeps;
  forward<X extends TensorLike>(x: X): Tensor<ShapeOf<X>> {
    return hardSwish(x);
  }
}
