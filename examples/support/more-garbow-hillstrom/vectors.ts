import { add, concat, reshape, slice, type Tensor, tensor } from "@glissade/autograd";

/** From x, of shape [n], to the residuals, of shape [m]. */
export type ResidualFunction = (x: Tensor) => Tensor;

/** A float64 vector. */
export const column = (values: ArrayLike<number>): Tensor => tensor(Float64Array.from(values));

/** 1, 2, … n. */
export const times = (n: number): Tensor => column(Array.from({ length: n }, (_, i) => i + 1));

/** One number of x, of shape [1]. */
export const at = (x: Tensor, i: number): Tensor => slice(x, { start: [i], stop: [i + 1] });

/** The numbers from one place on up to another. */
export const part = (x: Tensor, start: number, stop: number): Tensor => slice(x, { start: [start], stop: [stop] });

/** Every second, third, … number from a place on. */
export const strided = (x: Tensor, start: number, step: number): Tensor => slice(x, { start: [start], step: [step] });

export const join = (...parts: readonly Tensor[]): Tensor => concat(parts.map((each) => reshape(each, [-1])));

export const total = (first: Tensor, ...rest: readonly Tensor[]): Tensor =>
  rest.reduce((sum, term) => add(sum, term), first);

/** Residuals one by one, from the numbers of x one by one. */
export const scalars =
  (f: (...x: Tensor[]) => readonly Tensor[]): ResidualFunction =>
  (x) =>
    join(...f(...Array.from({ length: x.size }, (_, i) => at(x, i))));
