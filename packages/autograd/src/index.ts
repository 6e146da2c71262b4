/** Everything of `@glissade/autograd`, with the common operators as methods of `Tensor` too. */
export * from "./functions.js";
export { Tensor } from "./methods.js";
