/** Everything of `@glissade/autograd`, with the common operators as methods of `Tensor` too, and large graphs compiled without being asked. */
import "./backends/implicit.js";

export * from "./functions.js";
export { Tensor } from "./methods.js";
