import { concat, neg, ones, type Tensor } from "@glissade/autograd";
import { type Draw, describeOperator } from "@glissade/autograd/testing";
import {
  cosineEmbeddingLoss,
  ctcLoss,
  hingeLoss,
  huberLoss,
  klDivergence,
  type ReductionOption,
  smoothL1Loss,
  tripletMarginLoss,
} from "@glissade/nn";

const reduction = (draw: Draw): ReductionOption => ({ reduction: draw.pick(["mean", "sum", "none"] as const) });

// Errors stay below the width, or above it: at the width the second derivative jumps.
for (const [name, loss] of [
  [
    "huberLoss",
    (x: Tensor, y: Tensor, width: number, options: ReductionOption) => huberLoss(x, y, { ...options, delta: width }),
  ],
  [
    "smoothL1Loss",
    (x: Tensor, y: Tensor, width: number, options: ReductionOption) => smoothL1Loss(x, y, { ...options, beta: width }),
  ],
] as const) {
  describeOperator(loss, {
    name,
    samples: (draw) => {
      const shape = draw.shape();
      const [low, high] = draw.pick([
        [-0.9, 0.9],
        [2, 4],
      ] as const);
      return [
        draw.tensor(shape, { min: low, max: high }),
        draw.tensor(shape, { min: -0.5, max: 0.5 }),
        draw.pick([1.45, 1.48]),
        reduction(draw),
      ];
    },
  });
}

describeOperator(hingeLoss, {
  samples: (draw) => {
    const shape = draw.shape();
    return [
      draw.tensor(shape, { kinks: [-1, 1] }),
      draw.tensor(shape, { dtype: "int32", min: -1, max: 1 }),
      reduction(draw),
    ];
  },
});

describeOperator(klDivergence, {
  samples: (draw) => {
    const shape = draw.shape({ minRank: 1 });
    const options = { reduction: draw.pick(["mean", "sum", "none", "batchmean"] as const), logTarget: draw.boolean() };
    return [draw.tensor(shape), draw.tensor(shape, { min: 0.2, max: 1 }), options];
  },
});

// With 1 behind one vector and −1 behind the other no two are parallel: there derivatives cancel but for rounding.
describeOperator(
  (a: Tensor, b: Tensor, targets: Tensor, options: ReductionOption & { margin: number }) => {
    const last = ones([...a.shape.slice(0, -1), 1], { dtype: "float32" });
    return cosineEmbeddingLoss(concat([a, last], { axis: -1 }), concat([b, neg(last)], { axis: -1 }), targets, options);
  },
  {
    name: "cosineEmbeddingLoss",
    samples: (draw) => {
      const shape = draw.shape({ minRank: 1, maxRank: 2, maxSide: 3 });
      const targets = draw.tensor(shape.slice(0, -1), { dtype: "int32", min: 0, max: 1 });
      const vector = () => draw.tensor(shape, { min: 0.3, max: 2 });
      return [vector(), vector(), targets, { margin: -1.5, ...reduction(draw) }];
    },
    except: { "what is no tensor is refused by a typed error": "the function around the loss reads a shape" },
  },
);

describeOperator(tripletMarginLoss, {
  samples: (draw) => {
    const shape = draw.shape({ minRank: 1, maxRank: 2, maxSide: 3 });
    const [a, near, far] = [
      [-2, -1],
      [0.5, 1.5],
      [3, 4],
    ].map(([min, max]) => draw.tensor(shape, { min: min!, max: max! }));
    return [a, near, far, { margin: 20, p: draw.pick([1, 2, 3]), ...reduction(draw) }];
  },
});

describeOperator(ctcLoss, {
  numRuns: 6,
  samples: (draw) => {
    const [T, N, C, S] = [2, draw.integer(1, 2), draw.integer(2, 3), draw.integer(1, 2)];
    const labels = draw.tensor([N, S], { dtype: "int32", min: 1, max: C - 1 });
    const inputLengths = draw.tensor([N], { dtype: "int32", min: 1, max: T });
    const targetLengths = draw.tensor([N], { dtype: "int32", min: 0, max: S });
    return [draw.tensor([T, N, C]), labels, inputLengths, targetLengths, { zeroInfinity: true, ...reduction(draw) }];
  },
});
