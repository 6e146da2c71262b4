import type { GraphBuilder, Value } from "../builder.js";
import { type Extent, type Extents, productOf } from "../extent.js";
import { reduced } from "./reductions.js";
import { fixedShape, NoCounterpart, type Rule, widened } from "./rule.js";

interface TakeAttributes {
  readonly axis: number;
  readonly shared: number;
}

const range = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, i) => from + i);

/** Indices as ONNX takes them. */
const asIndices = (b: GraphBuilder, x: Value): Value =>
  x.type === "int32" || x.type === "int64" ? x : b.cast(x, "int64");

/** Along one axis it is Gather; where x and the indices share axes, GatherND of x with its axis moved behind those. */
const take: Rule<TakeAttributes> = ({ b, inputs: [x, indices], attributes: { axis, shared }, type, shape }) => {
  if (shared === 0) return b.emit("Gather", [x, asIndices(b, indices)], { type, shape }, { axis: { int: axis } });
  const rank = x.shape.length;
  const between = range(shared, axis);
  const moved = b.transpose(x, [...range(0, shared), axis, ...between, ...range(axis + 1, rank)]);
  const places = b.reshape(b.cast(indices, "int64"), [...indices.shape, 1]);
  const gathered = b.emit(
    "GatherND",
    [moved, places],
    { type, shape: [...indices.shape, ...moved.shape.slice(shared + 1)] },
    { batch_dims: { int: shared } },
  );
  // The axes of the indices go behind those that stood before the axis.
  const own = indices.shape.length - shared;
  const behind = shared + own;
  return b.transpose(gathered, [
    ...range(0, shared),
    ...range(behind, behind + between.length),
    ...range(shared, behind),
    ...range(behind + between.length, shape.length),
  ]);
};

/** Zeros of a shape. */
const zerosOf = (b: GraphBuilder, x: Pick<Value, "type">, shape: Extents): Value =>
  b.expand(
    b.constant(
      x.type,
      shape.map(() => 1),
      [0],
    ),
    shape,
  );

/** Negative indices count from the end. */
function fromStart(b: GraphBuilder, indices: Value, size: number): Value {
  const places = b.cast(indices, "int64");
  const isNegative = b.map("Less", [places, b.scalar("int64", 0)], "bool");
  return b.where(isNegative, b.map("Add", [places, b.scalar("int64", size)]), places);
}

/** Adding up at the places of the indices: ScatterND onto zeros, with the axis first and the shared axes made one with it. */
const placeAt: Rule<TakeAttributes & { readonly size: number }> = (context) => {
  const { b, inputs, attributes, type, shape } = context;
  const { axis, shared, size } = attributes;
  const indices = inputs[1];
  const updates = type === "bool" ? b.cast(inputs[0], "int32") : widened(b, inputs[0]);
  const own = indices.shape.length - shared;
  const between = range(shared, axis);
  const rest = range(axis + own, updates.shape.length);
  const moved = b.transpose(updates, [...range(0, shared), ...range(axis, axis + own), ...between, ...rest]);
  const others = moved.shape.slice(shared + own);
  const examples = fixedShape(indices.shape.slice(0, shared));
  const count = examples.reduce((product, side) => product * side, 1);
  let places = fromStart(b, indices, size);
  if (shared > 0) {
    const offsets = b.constant(
      "int64",
      [...examples, ...new Array<number>(own).fill(1)],
      range(0, count).map((example) => example * size),
    );
    places = b.map("Add", [places, offsets]);
  }
  const flat = zerosOf(b, moved, [count * size, ...others]);
  const sums = b.emit("ScatterND", [flat, b.reshape(places, [...places.shape, 1]), moved], flat, {
    reduction: { string: "add" },
  });
  const apart = b.reshape(sums, [...examples, size, ...others]);
  const back = b.transpose(apart, [
    ...range(0, shared),
    ...range(shared + 1, shared + 1 + between.length),
    shared,
    ...range(shared + 1 + between.length, shape.length),
  ]);
  return b.cast(back, type);
};

interface AlongAttributes {
  readonly axis: number;
}

/** GatherElements goes through the indices' own places on the other axes, where both operands have the same sides. */
const takeAlongAxis: Rule<AlongAttributes> = ({ b, inputs: [x, indices], attributes: { axis }, type, shape }) =>
  b.emit("GatherElements", [x, asIndices(b, indices)], { type, shape }, { axis: { int: axis } });

const placeAlong: Rule<AlongAttributes> = ({ b, inputs, attributes: { axis }, type, shape }) => {
  const updates = widened(b, inputs[0]);
  const zeros = zerosOf(b, updates, shape);
  const sums = b.emit("ScatterElements", [zeros, asIndices(b, inputs[1]), updates], zeros, {
    axis: { int: axis },
    reduction: { string: "add" },
  });
  return b.cast(sums, type);
};

/** For each place the last index that names it, or −1: the greatest of the positions where the index is the place. */
const lastWriter: Rule<{ readonly size: number; readonly shared: number }> = (context) => {
  const { b, inputs, attributes, type } = context;
  const { size, shared } = attributes;
  const [indices] = inputs;
  const lead = indices.shape.slice(0, shared);
  const count = productOf(indices.shape.slice(shared));
  if (typeof count !== "number") throw new NoCounterpart("is done along the batch, whose size is open");
  if (count === 0) return b.expand(b.constant(type, lead.map((): number => 1).concat(1), [-1]), [...lead, size]);
  const flat: Extent[] = [...lead, 1, count];
  const at = b.reshape(fromStart(b, indices, size), flat);
  const places = b.constant("int64", [size, 1], range(0, size));
  const positions = b.constant("int64", [1, count], range(0, count));
  const written = b.where(b.map("Equal", [at, places], "bool"), positions, b.scalar("int64", -1));
  return b.cast(reduced(b, "ReduceMax", written, [shared + 1]), type);
};

/** Operators that take elements by index, and those that put them back. */
export const gatherRules: Readonly<Record<string, Rule>> = {
  take,
  placeAt,
  takeAlongAxis,
  placeAlong,
  lastWriter,
};
