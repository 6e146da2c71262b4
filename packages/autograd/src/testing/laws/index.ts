import type { Law } from "../trial.js";
import { awkwardValues, badOperandsRefused, otherDTypesHandled, shapesAreInferred, zeroSize } from "./awkward.js";
import { batching, gradientBatching } from "./batching.js";
import { broadcasting, elementByElement, propagatesNaN } from "./elementwise.js";
import { determinism, laziness } from "./evaluation.js";
import { adjoint, reverseRule } from "./first-order.js";
import { inference, inputsUnchanged, linearity } from "./kernels.js";
import { precision } from "./precision.js";
import { secondOrder, symmetry } from "./second-order.js";

/** Every law, in the order in which they are tried: a new one is written in a file of this folder and listed here. */
export const laws: readonly Law[] = [
  inference,
  inputsUnchanged,
  determinism,
  laziness,
  reverseRule,
  adjoint,
  secondOrder,
  symmetry,
  linearity,
  broadcasting,
  elementByElement,
  propagatesNaN,
  awkwardValues,
  zeroSize,
  precision,
  batching,
  gradientBatching,
  shapesAreInferred,
  otherDTypesHandled,
  badOperandsRefused,
];
