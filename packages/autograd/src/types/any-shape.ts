import type { Shape } from "../shape.js";

/**
 * `Shape`, as type parameters and `infer` ask for it. With `Shape` itself the compiler makes an array type anew for every tuple that it compares, with all its
 * methods; and beside `[]` a literal is inferred as `[2, 3]`, which is what a tensor's shape is, not as `readonly [2, 3]`.
 */
export type AnyShape = Shape | [];

/** A shape as `[2, 3]`, however it is written, or `Shape` where not even its rank is known. Then patterns without `readonly` match it, and nothing is compared. */
export type Known<S extends Shape> = number extends S["length"] ? Shape : [...S];
