/**
 * The testing kit: fast-check arbitraries of shapes and tensors, and the laws of operators. fast-check and, for `describeOperator`,
 * vitest are peer dependencies of this subpath alone.
 */
export type { Domain, Draw, Sampler, ShapeChoice, TensorChoice } from "../sampling.js";
export { broadcastable, drawn, shapes, type TensorsOptions, tensors } from "./arbitrary.js";
export { type DescribeOperatorOptions, describeOperator } from "./describe-operator.js";
export { type OperatorFunction, type OperatorLaw, type OperatorLawsOptions, operatorLaws } from "./operator-laws.js";
export { LawViolation } from "./violation.js";
