import { isTensorLike } from "../convert.js";
import type { TensorLike } from "../tensor.js";

/** Whether an argument in the place of an optional operand holds the options: an object that is nothing a tensor can be made of. */
export const isOptions = <O extends object>(value: TensorLike | O | undefined): value is O =>
  typeof value === "object" && value !== null && !isTensorLike(value);
