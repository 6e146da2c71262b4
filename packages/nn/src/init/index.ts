/**
 * First values of parameters. Each function takes a shape and gives a tensor; those that draw take a `generator`, and without one
 * a fresh random seed for every call: there is no global seed. Scales follow PyTorch's `torch.nn.init`.
 */
export { constant, normal, ones, truncatedNormal, uniform, zeros } from "./fill.js";
export { orthogonal } from "./orthogonal.js";
export { gain, kaimingNormal, kaimingUniform, xavierNormal, xavierUniform } from "./variance.js";
