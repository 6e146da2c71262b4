import type { Law } from "../trial.js";
import {
  awkwardValues,
  badAxesRefused,
  badOperandsRefused,
  otherDTypesHandled,
  shapesAreInferred,
  zeroSize,
} from "./awkward.js";
import { batching, gradientBatching } from "./batching.js";
import { awkwardCompiling, compiling, gradientCompiling, zeroSizeCompiling } from "./compiling.js";
import { broadcasting, elementByElement, propagatesNaN } from "./elementwise.js";
import { determinism, laziness } from "./evaluation.js";
import { adjoint, definedOnDomain, forwardRule, reverseRule } from "./first-order.js";
import { inference, inputsUnchanged, linearity } from "./kernels.js";
import { kinks } from "./kinks.js";
import { precision } from "./precision.js";
import { forwardOverReverse, secondOrder, symmetry } from "./second-order.js";
import { threadCounts } from "./threads.js";

/** Every law, in the order in which they are tried: a new one is written in a file of this folder and listed here. */
export const laws: readonly Law[] = [
  inference,
  inputsUnchanged,
  determinism,
  laziness,
  definedOnDomain,
  reverseRule,
  forwardRule,
  adjoint,
  kinks,
  secondOrder,
  symmetry,
  forwardOverReverse,
  linearity,
  broadcasting,
  elementByElement,
  propagatesNaN,
  awkwardValues,
  zeroSize,
  precision,
  batching,
  gradientBatching,
  compiling,
  awkwardCompiling,
  zeroSizeCompiling,
  gradientCompiling,
  threadCounts,
  shapesAreInferred,
  otherDTypesHandled,
  badOperandsRefused,
  badAxesRefused,
];
