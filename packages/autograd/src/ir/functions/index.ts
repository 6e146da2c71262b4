export { exp, exp2, expm1 } from "./exponential.js";
export { acosh, asinh, atanh, cosh, sinh, tanh } from "./hyperbolic.js";
export { log, log1p, log2, log10 } from "./logarithm.js";
export { logaddexp, logSigmoid, sigmoid, softplus } from "./logistic.js";
export { cos, sin, tan } from "./trigonometric.js";
