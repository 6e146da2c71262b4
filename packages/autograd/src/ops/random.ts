import { asTensor } from "../convert.js";
import { type DType, type FloatDType, isFloat } from "../dtype.js";
import { DTypeError, ShapeError, ValueError } from "../errors.js";
import { keyFromSeed, type RandomKey, splitKey } from "../numbers/threefry.js";
import { apply } from "../primitive.js";
import { checkShape, type Shape, showShape } from "../shape.js";
import { scalar, type Tensor, type TensorLike, Variable } from "../tensor.js";
import { argmax } from "./arg-reduce.js";
import { neg, sub } from "./arithmetic.js";
import { less } from "./comparison.js";
import { add, mul } from "./elementwise.js";
import { log } from "./exponential.js";
import { type DrawAttributes, drawPrimitive, wordsOf } from "./random-draw.js";
import { checkState, type GeneratorState } from "./random-state.js";
import { take } from "./take.js";

/** Options of draws of real numbers. */
export interface RealDrawOptions {
  /** Default float32. */
  readonly dtype?: FloatDType | undefined;
}

/** A number, or a tensor that broadcasts with the draw and takes part in derivatives (reparameterisation). */
export type Parameter = TensorLike;

/**
 * A source of random numbers: a key, fixed by the seed, and a counter of what was drawn, kept in a Variable. Numbers are Threefry-2x32 of both
 * (J. Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", SC 2011): the same seed and the same draws give the same numbers everywhere.
 *
 * @example
 * const random = generator(42);
 * random.normal([2, 3]); // the same six numbers in every run
 */
export class Generator {
  #key: RandomKey;
  #splits: number;
  // float64 counts exactly to 2⁵³, and a Variable is what saved states and compiled steps know how to carry.
  readonly #counter = new Variable(scalar(0, "float64"), { name: "random counter", trainable: false });

  /** @internal */
  constructor(key: RandomKey) {
    this.#key = key;
    this.#splits = 0;
  }

  #draw(attributes: Omit<DrawAttributes, "key">): Tensor {
    const counter = this.#counter.value;
    const full = { ...attributes, key: this.#key };
    const drawn = apply(drawPrimitive, [counter], full);
    this.#counter.assign(add(counter, wordsOf(full)));
    return drawn;
  }

  /**
   * Uniform numbers in [min, max).
   *
   * @param options.min Default 0; a number or a tensor that broadcasts.
   * @param options.max Default 1; a number or a tensor that broadcasts.
   * @param options.dtype Default float32.
   * @throws ShapeError, ValueError for what is no shape; ValueError for bounds that are not finite or in the wrong order; DTypeError for a dtype
   * that is no float.
   * @example
   * generator(1).uniform([3], { min: -1, max: 1 });
   */
  uniform(
    shape: Shape,
    options: RealDrawOptions & { readonly min?: Parameter; readonly max?: Parameter } = {},
  ): Tensor {
    const { min = 0, max = 1, dtype = "float32" } = options;
    if (typeof min === "number" && typeof max === "number") checkInterval("uniform", min, max);
    const unit = this.#draw({ kind: "uniform", ...realDraw("uniform", shape, dtype) });
    // Two numbers subtracted as tensors would make a float32 width, too coarse for a float64 draw.
    const width = typeof min === "number" && typeof max === "number" ? max - min : sub(max, min);
    return min === 0 && max === 1 ? unit : add(mul(unit, width), min);
  }

  /**
   * Normal numbers, by inversion.
   *
   * @param options.mean Default 0; a number or a tensor that broadcasts.
   * @param options.std Standard deviation, 0 or more, default 1; a number or a tensor that broadcasts.
   * @param options.dtype Default float32.
   * @throws ShapeError, ValueError for what is no shape; ValueError for a negative or NaN std; DTypeError for a dtype that is no float.
   * @example
   * generator(1).normal([3], { mean: 5, std: 0.1 });
   */
  normal(
    shape: Shape,
    options: RealDrawOptions & { readonly mean?: Parameter; readonly std?: Parameter } = {},
  ): Tensor {
    const { mean = 0, std = 1, dtype = "float32" } = options;
    checkDeviation("normal", std);
    return shiftAndScale(this.#draw({ kind: "normal", ...realDraw("normal", shape, dtype) }), mean, std);
  }

  /**
   * Normal numbers given that they lie in [min, max].
   *
   * @param options.mean Default 0.
   * @param options.std Greater than 0, default 1.
   * @param options.min Default mean − 2 std.
   * @param options.max Default mean + 2 std.
   * @param options.dtype Default float32.
   * @throws ShapeError, ValueError for what is no shape; ValueError for a std that is not positive or bounds in the wrong order; DTypeError for a
   * dtype that is no float.
   * @example
   * generator(1).truncatedNormal([3], { std: 0.02 }); // within ±0.04
   */
  truncatedNormal(
    shape: Shape,
    options: RealDrawOptions & {
      readonly mean?: number;
      readonly std?: number;
      readonly min?: number;
      readonly max?: number;
    } = {},
  ): Tensor {
    const { mean = 0, std = 1, dtype = "float32" } = options;
    checkDeviation("truncatedNormal", std);
    if (std === 0) throw new ValueError("truncatedNormal: std is 0; it must be greater.");
    const { min = mean - 2 * std, max = mean + 2 * std } = options;
    if (!(min < max)) throw new ValueError(`truncatedNormal: min ${min} is not below max ${max}.`);
    const interval = { low: (min - mean) / std, high: (max - mean) / std };
    return shiftAndScale(
      this.#draw({ kind: "truncatedNormal", ...realDraw("truncatedNormal", shape, dtype), ...interval }),
      mean,
      std,
    );
  }

  /**
   * Integers in [min, max), all equally likely.
   *
   * @param options.min Default 0.
   * @param options.max At most 2³² above min.
   * @param options.dtype int32 (default), uint32 or uint8.
   * @throws ShapeError, ValueError for what is no shape; ValueError for bounds that are no integers, in the wrong order or too far apart;
   * DTypeError for another dtype.
   * @example
   * generator(1).randint([3], { min: 1, max: 7 }); // dice
   */
  randint(shape: Shape, options: { readonly min?: number; readonly max: number; readonly dtype?: DType }): Tensor {
    const { min = 0, max, dtype = "int32" } = options;
    checkShape("randint", shape);
    if (isFloat(dtype) || dtype === "bool")
      throw new DTypeError(`randint: dtype ${dtype} holds no integers; use int32, uint32 or uint8.`);
    if (!Number.isSafeInteger(min) || !Number.isSafeInteger(max) || min >= max || max - min > 2 ** 32) {
      throw new ValueError(`randint: [${min}, ${max}) is no range; min < max must be integers at most 2^32 apart.`);
    }
    return this.#draw({ kind: "integers", shape, dtype, low: min, high: max });
  }

  /**
   * True with probability p.
   *
   * @param options.p In [0, 1], default 0.5; a number or a tensor that broadcasts.
   * @returns bool.
   * @throws ShapeError, ValueError for what is no shape; ValueError for a number p outside [0, 1].
   * @example
   * generator(1).bernoulli([4], { p: 0.9 });
   */
  bernoulli(shape: Shape, { p = 0.5 }: { readonly p?: Parameter } = {}): Tensor {
    if (typeof p === "number" && !(p >= 0 && p <= 1))
      throw new ValueError(`bernoulli: p is ${p}; a probability lies in [0, 1].`);
    return less(this.uniform(shape), p);
  }

  /**
   * 0 … n − 1 in random order, or the slices of a tensor along its first axis in random order.
   *
   * @returns int32 [n], or a tensor like `x`.
   * @throws ValueError for an n that is no size; ShapeError for a scalar.
   * @example
   * generator(1).permutation(5);
   */
  permutation(x: TensorLike): Tensor {
    if (typeof x === "number") {
      if (!Number.isInteger(x) || x < 0 || x > 2 ** 31 - 1)
        throw new ValueError(`permutation: ${x} is no number of elements.`);
      return this.#draw({ kind: "permutation", shape: [x], dtype: "int32", low: 0, high: 0 });
    }
    const operand = asTensor("permutation", x);
    const [size] = operand.shape;
    if (size === undefined)
      throw new ShapeError(
        "permutation: a scalar tensor has nothing to permute; pass a number n or a tensor with axes.",
      );
    return take(operand, this.permutation(size), { axis: 0 });
  }

  /**
   * Classes 0 … n − 1 with probabilities softmax(logits), by the Gumbel-max trick (E. Gumbel 1954).
   *
   * @param shape The shape of the result; it ends with the shape of `logits` without its last axis.
   * @param options.logits Unnormalised log probabilities along the last axis.
   * @returns int32.
   * @throws ShapeError where the shape does not end so, or there is no class.
   * @example
   * generator(1).categorical([5], { logits: [0, 0, -Infinity] }); // zeros and ones
   */
  categorical(shape: Shape, { logits }: { readonly logits: TensorLike }): Tensor {
    checkShape("categorical", shape);
    const scores = asTensor("categorical", logits);
    const batch = scores.shape.slice(0, -1);
    const classes = scores.shape[scores.rank - 1] ?? 0;
    const end = shape.slice(shape.length - batch.length);
    if (classes === 0 || batch.length > shape.length || batch.some((side, i) => side !== end[i] && side !== 1)) {
      throw new ShapeError(
        `categorical: logits ${showShape(scores.shape)} have classes on their last axis and give draws of shape […, ${batch.join(", ")}], not ${showShape(shape)}.`,
      );
    }
    // u = 0 would give −∞ beside −∞: the middle of its interval in place of its end.
    const uniform = add(this.uniform([...shape, classes]), 2 ** -25);
    return argmax(add(scores, neg(log(neg(log(uniform))))), { axis: -1 });
  }

  /**
   * Generators of their own, independent of this one and of each other.
   *
   * @param count Default 2.
   * @throws ValueError for a count that is no integer of 0 or more.
   * @example
   * const [weights, noise] = generator(1).split();
   */
  split(count = 2): Generator[] {
    if (!Number.isSafeInteger(count) || count < 0) throw new ValueError(`split: ${count} is no number of generators.`);
    const keys = splitKey(this.#key, this.#splits + count).slice(this.#splits);
    this.#splits += count;
    return keys.map((key) => new Generator(key));
  }

  /**
   * Where the generator stands, as plain data: `setState` goes on from there exactly.
   *
   * @throws TransformError inside a transform that has no values.
   * @example
   * localStorage.setItem("random", JSON.stringify(random.state()));
   */
  state(): GeneratorState {
    return { key: [...this.#key], counter: this.#counter.value.item(), splits: this.#splits };
  }

  /**
   * Goes back, or on, to a saved state.
   *
   * @throws ValueError where `state` is none; the generator is then unchanged.
   * @example
   * random.setState(JSON.parse(saved));
   */
  setState(state: GeneratorState): void {
    const { key, counter, splits } = checkState(state);
    this.#key = key;
    this.#splits = splits;
    this.#counter.assign(scalar(counter, "float64"));
  }
}

/**
 * A source of random numbers from a seed. There is no global one: who draws holds a generator.
 *
 * @param seed A safe integer; seeds that differ give unrelated numbers.
 * @throws ValueError where the seed is no safe integer.
 * @example
 * const random = generator(42);
 * const noise = random.normal([3]);
 */
export function generator(seed: number): Generator {
  if (!Number.isSafeInteger(seed))
    throw new ValueError(`generator: seed ${String(seed)} is no integer that a number holds exactly.`);
  return new Generator(keyFromSeed(seed));
}

function realDraw(name: string, shape: Shape, dtype: DType): Omit<DrawAttributes, "key" | "kind"> {
  checkShape(name, shape);
  if (!isFloat(dtype))
    throw new DTypeError(`${name}: dtype ${String(dtype)} holds no real numbers; use float32 or float64.`);
  return { shape, dtype, low: 0, high: 1 };
}

const shiftAndScale = (z: Tensor, mean: Parameter, std: Parameter): Tensor => {
  const scaled = std === 1 ? z : mul(z, std);
  return mean === 0 ? scaled : add(scaled, mean);
};

function checkInterval(name: string, min: number, max: number): void {
  if (!(Number.isFinite(min) && Number.isFinite(max) && min <= max)) {
    throw new ValueError(`${name}: [${min}, ${max}) is no interval; min ≤ max must be finite.`);
  }
}

function checkDeviation(name: string, std: Parameter): void {
  if (typeof std === "number" && !(std >= 0 && std < Number.POSITIVE_INFINITY)) {
    throw new ValueError(`${name}: std is ${std}; a standard deviation is finite and not negative.`);
  }
}
