import { add, generator, type Tensor } from "@glissade/autograd";
import { type Draw, describeOperator } from "@glissade/autograd/testing";
import * as nn from "@glissade/nn";
import { describe } from "vitest";

/** The shape of scores of a few classes, labels that fit, and some options. */
function classified(draw: Draw, maxRank: number) {
  const classes = draw.integer(2, 4);
  const lead = draw.shape({ maxRank: maxRank - 1, maxSide: 3 });
  const shape = lead.length === 0 ? [classes] : [...lead.slice(0, 1), classes, ...lead.slice(1)];
  const labels = draw.tensor(lead, { dtype: "int32", min: 0, max: classes - 1 });
  return { shape, labels, options: draw.pick([plainMean, sums])(draw, classes) };
}

/** The mean divides by the weights of the targets: with one example they cancel, and so do their derivatives, but for rounding. */
const plainMean = (draw: Draw, classes: number) => ({
  reduction: "mean" as const,
  ignoreIndex: -100,
  weight: Array.from({ length: classes }, () => draw.integer(1, 4) / 2),
});

const sums = (draw: Draw, classes: number) => ({
  reduction: draw.pick(["sum", "none"] as const),
  ignoreIndex: draw.pick([-100, 0]),
  weight: draw.tensor([classes], { min: 0.5, max: 2 }),
});

const pairwise = (draw: Draw, choice: { min?: number; max?: number } = {}) => {
  const shape = draw.shape();
  const reduction = draw.pick(["mean", "sum", "none"] as const);
  return [draw.tensor(shape, choice), draw.tensor(shape, choice), { reduction }];
};

describe("class indices", () => {
  describeOperator(nn.crossEntropy, {
    samples: (draw) => {
      const { shape, labels, options } = classified(draw, 3);
      return [draw.tensor(shape), labels, { ...options, labelSmoothing: draw.pick([0, 0.1]) }];
    },
  });

  describeOperator(nn.nllLoss, {
    samples: (draw) => {
      const { shape, labels, options } = classified(draw, 3);
      return [draw.tensor(shape, { max: 0 }), labels, options];
    },
  });
});

describe("probabilities", () => {
  describeOperator(nn.crossEntropy, {
    samples: (draw) => {
      const { shape, options } = classified(draw, 3);
      const { ignoreIndex, ...rest } = options;
      const targets = draw.tensor(shape, { min: 0, max: 1 });
      return [draw.tensor(shape), targets, { ...rest, labelSmoothing: draw.pick([0, 0.1]) }];
    },
  });
});

// Whole numbers with a little beside them: with a margin of 1/2 no violation comes close to the kink at 0.
describeOperator(
  (scores: Tensor, base: Tensor, labels: Tensor, options: nn.MultiMarginLossOptions) =>
    nn.multiMarginLoss(add(scores, base), labels, options),
  {
    name: "multiMarginLoss",
    samples: (draw) => {
      const { shape, labels, options } = classified(draw, 2);
      const { ignoreIndex, ...rest } = options;
      const base = draw.tensor(shape, { dtype: "int32", min: -3, max: 3 });
      const p = draw.pick([1, 2] as const);
      return [draw.tensor(shape, { min: -0.2, max: 0.2 }), base, labels, { ...rest, p, margin: 0.5 }];
    },
    except: { "what is no tensor is refused by a typed error": "the function around the loss adds first" },
  },
);

describeOperator(nn.mseLoss, { samples: (draw) => pairwise(draw) });
describeOperator(nn.l1Loss, { samples: (draw) => pairwise(draw) });
describeOperator(nn.bceWithLogits, { samples: (draw) => pairwise(draw) });
describeOperator(nn.binaryCrossEntropy, { samples: (draw) => pairwise(draw, { min: 0.05, max: 0.95 }) });

/** A layer whose parameters are given, so that the laws differentiate with respect to them too. */
function linear(x: Tensor, weight: Tensor, bias: Tensor): Tensor {
  const [outFeatures = 0, inFeatures = 0] = weight.shape;
  const layer = new nn.Linear(inFeatures, outFeatures, { dtype: weight.dtype === "float64" ? "float64" : "float32" });
  layer.weight.assign(weight);
  layer.bias?.assign(bias);
  return layer.forward(x);
}

const drawLinear = (draw: Draw): Tensor[] => {
  const [inFeatures, outFeatures] = [draw.integer(1, 3), draw.integer(1, 3)];
  const x = draw.tensor([...draw.shape({ maxRank: 2 }), inFeatures]);
  return [x, draw.tensor([outFeatures, inFeatures]), draw.tensor([outFeatures])];
};

const assigned = "a Variable cannot hold a tensor that vmap maps over";

describeOperator(linear, {
  name: "Linear",
  samples: drawLinear,
  except: {
    "vmap(f) ≡ a loop": assigned,
    "vmap(grad f) ≡ a loop of gradients": assigned,
    "what is no tensor is refused by a typed error": "the function around the layer reads the shape of its weight",
    "integers and booleans are taken, or refused by a typed error": "a Variable holds floats",
  },
});

const layer = new nn.Sequential(
  new nn.Flatten({ startAxis: -2 }),
  new nn.Linear(6, 4, { generator: generator(1), dtype: "float64" }),
  new nn.Tanh(),
  new nn.Dropout().eval(),
  new nn.Linear(4, 2, { generator: generator(2), dtype: "float64" }),
);

describeOperator((x: Tensor) => layer.forward(x), {
  name: "Sequential",
  samples: (draw) => [draw.tensor([...draw.shape({ maxRank: 1 }), 2, 3])],
  except: {
    "float32 ≈ float64": "its parameters are float64",
    "inferred shape and dtype ≡ what the kernel made": "its parameters make a float64 result of a float32 input",
  },
});
