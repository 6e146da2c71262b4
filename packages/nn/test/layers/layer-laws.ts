import { cast, type FloatDType, type Tensor, tensor } from "@glissade/autograd";
import { type Draw, describeOperator } from "@glissade/autograd/testing";
import type { Module } from "@glissade/nn";
import { readConfigureGlobal } from "fast-check";

/** A layer whose laws are tried as a function of its inputs and of its parameters. */
export interface LayerUnderTest<S, M extends Module> {
  /** What the layer is made of: sizes and options. */
  readonly settings: (draw: Draw) => S;
  readonly make: (settings: S, dtype: FloatDType) => M;
  readonly inputs: (draw: Draw, settings: S) => readonly Tensor[];
  readonly forward: (layer: M, inputs: readonly Tensor[], settings: S) => Tensor;
  /** Cases for each law, unless the environment says more; default 30: the operators that layers are made of have laws of their own. */
  readonly numRuns?: number;
  /** Laws that do not hold, by name, with the reason. */
  readonly except?: Readonly<Record<string, string>>;
}

const assigned = "a Variable cannot hold a tensor that vmap maps over";

/** Tries the laws: parameters are drawn like inputs, and put into a layer made for the call. */
export function describeLayer<S, M extends Module>(
  name: string,
  { settings, make, inputs, forward, numRuns = 30, except = {} }: LayerUnderTest<S, M>,
): void {
  const asFunction = (chosen: S, inputCount: number, ...tensors: Tensor[]): Tensor => {
    const layer = make(chosen, tensors.at(-1)?.dtype === "float64" ? "float64" : "float32");
    for (const [i, parameter] of layer.parameters().entries()) parameter.assign(tensors[inputCount + i]!);
    return forward(layer, tensors.slice(0, inputCount), chosen);
  };
  describeOperator(asFunction, {
    name,
    numRuns: readConfigureGlobal().numRuns ?? numRuns,
    samples: (draw) => {
      const chosen = settings(draw);
      const given = inputs(draw, chosen);
      const parameters = make(chosen, "float32").parameters();
      const drawn = parameters.map(({ shape }) => draw.tensor(shape, { min: -2, max: 2 }));
      return [chosen, given.length, ...given, ...drawn];
    },
    except: {
      "vmap(f) ≡ a loop": assigned,
      "vmap(grad f) ≡ a loop of gradients": assigned,
      "what is no tensor is refused by a typed error": "the function around the layer counts its operands",
      "integers and booleans are taken, or refused by a typed error": "a parameter of the layer holds floats",
      ...except,
    },
  });
}

/** Puts sin(1), sin(2), … into the parameters, so that biases of 0 and factors of 1 hide no fault. Returns their values by name. */
export function fillParameters(layer: Module): Record<string, Float64Array> {
  let at = 0;
  const filled: Record<string, Float64Array> = {};
  for (const [name, parameter] of layer.namedParameters()) {
    const values = Float64Array.from({ length: parameter.size }, () => Math.sin(++at));
    parameter.assign(cast(tensor(values, { shape: parameter.shape }), parameter.dtype));
    filled[name] = values;
  }
  return filled;
}

/** A float64 tensor of cos(1), cos(2), … */
export const waves = (shape: readonly number[], scale = 1): Tensor =>
  tensor(
    Float64Array.from({ length: shape.reduce((size, side) => size * side, 1) }, (_, i) => scale * Math.cos(i + 1)),
    { shape },
  );

/** The greatest difference between a tensor and numbers, in units of 1 plus the greatest of the numbers; Infinity where the counts differ. */
export function distance(found: Tensor, expected: ArrayLike<number>): number {
  const values = found.data();
  if (values.length !== expected.length) return Number.POSITIVE_INFINITY;
  let [worst, scale] = [0, 1];
  for (let i = 0; i < values.length; i++) {
    const gap = Math.abs(values[i]! - expected[i]!);
    worst = Number.isNaN(gap) ? Number.POSITIVE_INFINITY : Math.max(worst, gap);
    scale = Math.max(scale, Math.abs(expected[i]!));
  }
  return worst / scale;
}
