import { std } from "@glissade/autograd";
import { describeOperator } from "@glissade/autograd/testing";

describeOperator(std, {
  name: "std without elements",
  laws: ["zero-size inputs handled"],
  samples: (draw) => [draw.tensor(draw.shape({ minRank: 1 })), { axis: 0, keepDims: draw.boolean() }],
});
