import { all, definePrimitive, isComputed, isFinite, type Tensor, ValueError } from "@glissade/autograd";

/** A gradient with its place, for messages. */
export interface PlacedGradient {
  readonly place: string;
  readonly gradient: Tensor;
}

interface Attributes {
  readonly operator: string;
  readonly places: readonly string[];
}

const refuse = (operator: string, place: string): never => {
  throw new ValueError(
    `${operator}: ${place} holds NaN or infinity, and nothing was updated. Look for the cause in the loss, lower the rate, clip, or set skipNotFinite.`,
  );
};

/**
 * The first operand, on condition that all others, bool scalars, hold: a step that hangs on its result is taken back as a whole where one does not. An
 * operator rather than a read, for nothing is computed when a step is taken, and inside a compiled step nothing can be read.
 */
const requireFinite = definePrimitive<Attributes>("requireFinite", {
  linear: [0],
  infer: ({ inputs: [value] }) => value,
  run({ inputs: [value, ...flags], attributes: { operator, places } }) {
    const bad = flags.findIndex(({ data }) => data[0] === 0);
    return bad < 0 ? value.data : refuse(operator, places[bad] ?? "a gradient");
  },
  vjp: ({ inputs: [, ...flags], cotangent }) => [cotangent, ...flags.map(() => undefined)],
  batch: { none: "a step is taken for all examples together" },
});

/**
 * `value`, which can be computed only if all gradients are finite. Those that are computed already are looked at now.
 *
 * @throws ValueError naming the place: now, or from the read that computes `value`.
 */
export function whereFinite(operator: string, value: Tensor, gradients: readonly PlacedGradient[]): Tensor {
  const unknown = gradients.filter(({ gradient }) => !isComputed(gradient));
  for (const { place, gradient } of gradients) {
    if (isComputed(gradient) && !gradient.data().every((element) => Number.isFinite(element))) refuse(operator, place);
  }
  if (unknown.length === 0) return value;
  const flags = unknown.map(({ gradient }) => all(isFinite(gradient)));
  return requireFinite(value, ...flags, { operator, places: unknown.map(({ place }) => place) });
}
