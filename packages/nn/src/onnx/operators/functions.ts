import type { GraphBuilder, Value } from "../builder.js";
import { isReal, NoCounterpart, type Rule, widened } from "./rule.js";

/** A function of real numbers that ONNX has. */
const function_ =
  (operator: string): Rule =>
  ({ b, inputs: [x] }) =>
    b.map(operator, [x]);

/** A function of one operand as a formula; `c` makes constants of its type. */
const formula =
  (build: (b: GraphBuilder, x: Value, c: (value: number) => Value) => Value): Rule =>
  ({ b, inputs: [x], type }) => {
    const wide = widened(b, x);
    return b.cast(
      build(b, wide, (value) => b.scalar(wide.type, value)),
      type,
    );
  };

/** Integers are whole already. */
const rounding =
  (operator: string): Rule =>
  ({ b, inputs: [x] }) =>
    isReal(x) ? b.map(operator, [x]) : x;

const trunc: Rule = ({ b, inputs: [x] }) =>
  isReal(x) ? b.map("Mul", [b.map("Sign", [x]), b.map("Floor", [b.map("Abs", [x])])]) : x;

const bounded = (b: GraphBuilder, x: Value, least: Value, greatest: Value): Value =>
  b.emit("Clip", [x, least, greatest], x);

const sigmoid = (b: GraphBuilder, x: Value): Value => b.map("Sigmoid", [x]);

/** Φ(x) = (1 + erf(x / √2)) / 2 */
const normalCdf = (b: GraphBuilder, x: Value, c: (value: number) => Value): Value =>
  b.map("Mul", [b.map("Add", [b.map("Erf", [b.map("Mul", [x, c(Math.SQRT1_2)])]), c(1)]), c(0.5)]);

/** eˣ − 1 = tanh(x / 2) (eˣ + 1): without the difference, which cancels for small x. */
const expm1 = (b: GraphBuilder, x: Value, c: (value: number) => Value): Value =>
  b.map("Mul", [b.map("Tanh", [b.map("Mul", [x, c(0.5)])]), b.map("Add", [b.map("Exp", [x]), c(1)])]);

/** log(1 + x) = 2 artanh(x / (2 + x)), which keeps the figures of a small x; for others the logarithm itself. */
function log1p(b: GraphBuilder, x: Value, c: (value: number) => Value): Value {
  const isSmall = b.map("Less", [b.map("Abs", [x]), c(0.5)], "bool");
  const small = b.where(isSmall, x, c(0));
  const series = b.map("Mul", [b.map("Atanh", [b.map("Div", [small, b.map("Add", [small, c(2)])])]), c(2)]);
  return b.where(isSmall, series, b.map("Log", [b.map("Add", [x, c(1)])]));
}

/** A factor of formula: the attributes of ONNX's activations are float32, which is not enough for float64. */
const real32 =
  <A>(single: Rule<A>, double: Rule<A>): Rule<A> =>
  (context) =>
    context.type === "float64" ? double(context) : single(context);

const hardSigmoid = real32(
  ({ b, inputs: [x] }) => b.emit("HardSigmoid", [x], x, { alpha: { float: 1 / 6 }, beta: { float: 0.5 } }),
  formula((b, x, c) => b.map("Div", [bounded(b, b.map("Add", [x, c(3)]), c(0), c(6)), c(6)])),
);

interface Leaky {
  readonly slope: number;
}

const leakyRelu: Rule<Leaky> = real32<Leaky>(
  ({ b, inputs: [x], attributes: { slope } }) => b.emit("LeakyRelu", [x], x, { alpha: { float: slope } }),
  ({ b, inputs: [x], attributes: { slope } }) =>
    b.where(b.map("Greater", [x, b.scalar(x.type, 0)], "bool"), x, b.map("Mul", [x, b.scalar(x.type, slope)])),
);

interface ExponentialUnit {
  readonly alpha: number;
  readonly scale: number;
  readonly rate: number;
}

/** ELU, CELU and SELU are one operator here: scale · x right of 0, scale · alpha · (e^(rate · x) − 1) left of it. */
const exponentialUnit: Rule<ExponentialUnit> = real32<ExponentialUnit>(
  ({ b, inputs: [x], attributes: { alpha, scale, rate } }) => {
    if (scale !== 1) return b.emit("Selu", [x], x, { alpha: { float: alpha }, gamma: { float: scale } });
    return b.emit(rate === 1 ? "Elu" : "Celu", [x], x, { alpha: { float: alpha } });
  },
  (context) => {
    const { alpha, scale, rate } = context.attributes;
    return formula((b, x, c) => {
      const isRight = b.map("Greater", [x, c(0)], "bool");
      const left = b.map("Mul", [expm1(b, b.map("Mul", [b.map("Min", [x, c(0)]), c(rate)]), c), c(scale * alpha)]);
      return b.where(isRight, b.map("Mul", [x, c(scale)]), left);
    })(context);
  },
);

/** ONNX has it from opset 20 on. */
const gelu =
  (approximate: "none" | "tanh"): Rule =>
  (context) => {
    const { b, inputs } = context;
    if (b.opset >= 20) return b.emit("Gelu", [inputs[0]], inputs[0], { approximate: { string: approximate } });
    return formula((graph, x, c) => {
      if (approximate === "none") return graph.map("Mul", [x, normalCdf(graph, x, c)]);
      const cubic = graph.map("Add", [graph.map("Mul", [graph.map("Mul", [x, x]), c(0.044715)]), c(1)]);
      const steep = graph.map("Mul", [graph.map("Mul", [x, c(2 * Math.sqrt(2 / Math.PI))]), cubic]);
      return graph.map("Mul", [x, sigmoid(graph, steep)]);
    })(context);
  };

/** sin(πx) / (πx); ONNX has no operator for its derivatives. */
const sinc: Rule<{ readonly order: number }> = (context) => {
  const { order } = context.attributes;
  if (order !== 0) throw new NoCounterpart("is a derivative of the sinc function");
  return formula((b, x, c) => {
    const isZero = b.map("Equal", [x, c(0)], "bool");
    const angle = b.map("Mul", [b.where(isZero, c(1), x), c(Math.PI)]);
    return b.where(isZero, c(1), b.map("Div", [b.map("Sin", [angle]), angle]));
  })(context);
};

const itself: Rule = ({ inputs: [x] }) => x;

/** Functions of one operand. */
export const functionRules: Readonly<Record<string, Rule>> = {
  alias: itself,
  stopGradient: itself,
  after: itself,
  checkedIndices: itself,
  neg: formula((b, x) => b.map("Neg", [x])),
  abs: formula((b, x) => b.map("Abs", [x])),
  sign: formula((b, x) => b.map("Sign", [x])),
  square: formula((b, x) => b.map("Mul", [x, x])),
  reciprocal: function_("Reciprocal"),
  sqrt: function_("Sqrt"),
  rsqrt: formula((b, x) => b.map("Reciprocal", [b.map("Sqrt", [x])])),
  cbrt: formula((b, x, c) => b.map("Mul", [b.map("Sign", [x]), b.map("Pow", [b.map("Abs", [x]), c(1 / 3)])])),
  exp: function_("Exp"),
  exp2: formula((b, x, c) => b.map("Pow", [c(2), x])),
  expm1: formula(expm1),
  log: function_("Log"),
  log2: formula((b, x, c) => b.map("Div", [b.map("Log", [x]), c(Math.LN2)])),
  log10: formula((b, x, c) => b.map("Div", [b.map("Log", [x]), c(Math.LN10)])),
  log1p: formula(log1p),
  sin: function_("Sin"),
  cos: function_("Cos"),
  tan: function_("Tan"),
  asin: function_("Asin"),
  acos: function_("Acos"),
  atan: function_("Atan"),
  sinh: function_("Sinh"),
  cosh: function_("Cosh"),
  tanh: function_("Tanh"),
  asinh: function_("Asinh"),
  acosh: function_("Acosh"),
  atanh: function_("Atanh"),
  floor: rounding("Floor"),
  ceil: rounding("Ceil"),
  round: rounding("Round"),
  trunc,
  erf: function_("Erf"),
  erfc: formula((b, x, c) => b.map("Sub", [c(1), b.map("Erf", [x])])),
  normalCdf: formula(normalCdf),
  normalPdf: formula((b, x, c) =>
    b.map("Mul", [b.map("Exp", [b.map("Mul", [b.map("Mul", [x, x]), c(-0.5)])]), c(1 / Math.sqrt(2 * Math.PI))]),
  ),
  sinc,
  sigmoid: function_("Sigmoid"),
  logSigmoid: formula((b, x) => b.map("Neg", [b.map("Softplus", [b.map("Neg", [x])])])),
  softplus: function_("Softplus"),
  relu: formula((b, x) => b.map("Relu", [x])),
  relu6: formula((b, x, c) => bounded(b, x, c(0), c(6))),
  hardTanh: formula((b, x, c) => bounded(b, x, c(-1), c(1))),
  hardSigmoid,
  hardSwish: (context) => context.b.map("Mul", [context.inputs[0], hardSigmoid({ ...context, attributes: undefined })]),
  softsign: function_("Softsign"),
  tanhshrink: formula((b, x) => b.map("Sub", [x, b.map("Tanh", [x])])),
  silu: formula((b, x) => b.map("Mul", [x, sigmoid(b, x)])),
  mish: formula((b, x) => b.map("Mul", [x, b.map("Tanh", [b.map("Softplus", [x])])])),
  gelu: gelu("none"),
  tanhGelu: gelu("tanh"),
  leakyRelu,
  elu: exponentialUnit,
};
