/** What a function costs, for those who look into it. */
export { type Cost, costOf, type KernelCost } from "./cost.js";
