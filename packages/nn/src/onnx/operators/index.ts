import { arithmeticRules } from "./arithmetic.js";
import { functionRules } from "./functions.js";
import { gatherRules } from "./gathers.js";
import { movementRules } from "./movement.js";
import { productRules } from "./products.js";
import { reductionRules } from "./reductions.js";
import type { Rule } from "./rule.js";
import { runningRules } from "./running.js";

/** How each operator of the graph is written in operators of ONNX, by its name. */
export const rules: ReadonlyMap<string, Rule> = new Map(
  Object.entries({
    ...arithmeticRules,
    ...functionRules,
    ...movementRules,
    ...reductionRules,
    ...productRules,
    ...gatherRules,
    ...runningRules,
  }),
);
