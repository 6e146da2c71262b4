import type { Tensor } from "../tensor.js";
import { type Body, batchBody, dependences, inlineBody, pullBody, resultsOf, runBody } from "./body.js";
import { applyTuple, defineTuple, type TuplePrimitive } from "./tuple.js";

/** A body applied to operands: what a jitted function is inside a transform. */
const callPrimitive: TuplePrimitive<Body> = defineTuple<Body>("call", {
  results: resultsOf,
  reaches: dependences,
  accumulates: true,
  run: ({ inputs, attributes: body }) => runBody(body, inputs),
  pull({ inputs, attributes: body, cotangents, needed, direction, gathered }) {
    const given = cotangents.map((cotangent) => cotangent !== undefined);
    const sofar = gathered.map((cotangent) => cotangent !== undefined);
    const derived = pullBody(body, given, needed, direction, sofar);
    const starts = gathered.filter((cotangent) => cotangent !== undefined);
    const offered = [...inputs, ...starts, ...cotangents.filter((cotangent) => cotangent !== undefined)];
    const results = callBody(
      derived.body,
      derived.taken.flatMap((position) => offered[position] ?? []),
    );
    return derived.places.map((place) => (place === undefined ? undefined : results[place]));
  },
  batch: ({ inputs, batched, size, attributes: body }) =>
    applyTuple(callPrimitive, inputs, batchBody(body, batched, size)),
  inline: (inputs, body) => inlineBody(body, inputs),
});

/** The outputs of a body for operands like its inputs, as one step of the graph. */
export const callBody = (body: Body, operands: readonly Tensor[]): Tensor[] =>
  body.outputs.length === 0 ? [] : applyTuple(callPrimitive, operands, body);
