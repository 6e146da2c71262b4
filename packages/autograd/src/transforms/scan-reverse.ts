import { isFloat } from "../dtype.js";
import type { Node } from "../graph.js";
import { zeros } from "../ops/create.js";
import { add } from "../ops/elementwise.js";
import { Tensor } from "../tensor.js";
import { bits, dependences, leavesBelow, makeBody, once, standIn } from "./body.js";
import { pullBack } from "./reverse.js";
import type { ScanAttributes } from "./scan-run.js";
import type { PullContext, PullDirection } from "./tuple.js";

/** A scan made of parts of another: which operands of that it takes, by position. */
interface Part {
  readonly attributes: Omit<ScanAttributes, "length" | "reverse">;
  readonly constants: readonly number[];
}

/** The scan that makes the carries before each step again, as stacks. */
interface TrailPart extends Part {
  readonly carries: readonly number[];
  readonly scanned: readonly number[];
}

/** The scan of cotangents. Positions of carries, constants and scanned operands are each counted from their own first. */
interface ReversePart extends Part {
  /** The carries that have a cotangent: the first carries. */
  readonly carries: readonly number[];
  /** The constants whose cotangents are summed up: the carries after those. */
  readonly summed: readonly number[];
  /** What is scanned: stacks of the trail, operands of the scan, cotangents of its stacks. */
  readonly scanned: readonly number[];
  readonly cotangents: readonly number[];
  /** The scanned operands whose cotangents are the stacks. */
  readonly stacked: readonly number[];
}

interface ReversePlan {
  readonly trail: TrailPart | undefined;
  readonly reverse: ReversePart;
}

/** Applies a scan; handed in, for the reverse of a scan is one. */
type ApplyScan = (attributes: ScanAttributes, operands: readonly Tensor[]) => Tensor[];

/**
 * Reverse mode of a scan: the carries before each step are made again and stacked, and a scan in the other direction carries the cotangents of the
 * carries, sums up those of the constants, and stacks those of what was scanned.
 */
export function pullScan(context: PullContext<ScanAttributes>, applyScan: ApplyScan): (Tensor | undefined)[] {
  const { inputs, attributes, cotangents, needed, direction } = context;
  const { body, constantCount, carryCount, length, reverse } = attributes;
  const given = cotangents.map((cotangent) => cotangent !== undefined);
  const key = `scan ${constantCount} ${carryCount} ${bits(given)} ${bits(needed)} ${direction}`;
  const plan = once(body, key, () => planReverse(attributes, given, needed, direction));
  const constants = inputs.slice(0, constantCount);
  const carries = inputs.slice(constantCount, constantCount + carryCount);
  const scanned = inputs.slice(constantCount + carryCount);
  const { trail, reverse: back } = plan;
  const stacks =
    trail === undefined
      ? []
      : applyScan({ ...trail.attributes, length, reverse }, [
          ...at(constants, trail.constants),
          ...at(carries, trail.carries),
          ...at(scanned, trail.scanned),
        ]).slice(trail.carries.length);
  const pulled = applyScan({ ...back.attributes, length, reverse: !reverse }, [
    ...at(constants, back.constants),
    ...back.carries.map((i) => cotangents[i] ?? zerosLike(carries[i])),
    ...at(constants, back.summed).map(zerosLike),
    ...stacks,
    ...at(scanned, back.scanned),
    ...back.cotangents.map((i) => cotangents[carryCount + i] ?? zerosLike(undefined)),
  ]);
  const result = new Array<Tensor | undefined>(inputs.length).fill(undefined);
  let next = 0;
  for (const i of back.carries) result[constantCount + i] = pulled[next++];
  for (const i of back.summed) result[i] = pulled[next++];
  for (const i of back.stacked) result[constantCount + carryCount + i] = pulled[next++];
  return result.map((cotangent, i) => (needed[i] ? cotangent : undefined));
}

const at = (tensors: readonly Tensor[], positions: readonly number[]): Tensor[] =>
  positions.flatMap((position) => tensors[position] ?? []);

const zerosLike = (x: { readonly shape: Tensor["shape"]; readonly dtype: Tensor["dtype"] } | undefined): Tensor =>
  zeros(x?.shape ?? [], { dtype: x?.dtype ?? "float32" });

function planReverse(
  { body, constantCount, carryCount }: ScanAttributes,
  given: readonly boolean[],
  needed: readonly boolean[],
  direction: PullDirection,
): ReversePlan {
  const first = constantCount + carryCount;
  const moving = movingInputs(body.outputs, dependences(body), needed, constantCount, carryCount);
  const isLeaf = (node: Node, i: number): boolean => moving.has(i) && isFloat(node.dtype);
  const positions = body.inputs.flatMap((node, i) => (isLeaf(node, i) ? [i] : []));
  const carries = positions.filter((i) => i >= constantCount && i < first).map((i) => i - constantCount);
  const summed = positions.filter((i) => i < constantCount);
  const stacked = positions.filter((i) => i >= first).map((i) => i - first);

  const seeds = body.outputs.map((output, i) => {
    const hasOne = i < carryCount ? carries.includes(i) : given[i] === true && isFloat(output.dtype);
    return hasOne ? standIn(output, "the derivative of a scan (a cotangent)") : undefined;
  });
  const outputs = body.outputs.map((node) => new Tensor(node));
  const leaves = positions.flatMap((i) => body.inputs[i] ?? []).map((node) => new Tensor(node));
  const pulled = pullBack(outputs, seeds, leaves, direction);
  const cotangentOf = new Map(positions.map((position, i) => [position, pulled[i]]));

  const sums = summed.map((i) => standIn(body.inputs[i] as Node, "the derivative of a scan (a sum)"));
  const next = [
    ...carries.map((i) => cotangentOf.get(constantCount + i) ?? zerosLike(body.inputs[constantCount + i])),
    ...sums.map((sum, k) => {
      const part = cotangentOf.get(summed[k] ?? -1);
      return part === undefined ? sum : add(sum, part);
    }),
    ...stacked.map((i) => cotangentOf.get(first + i) ?? zerosLike(body.inputs[first + i])),
  ].map(({ node }) => node);

  const used = leavesBelow(next);
  const isUsed = (node: Node | undefined): boolean => node !== undefined && used.has(node);
  const constants = range(0, constantCount).filter((i) => isUsed(body.inputs[i]));
  const trailed = range(0, carryCount).filter((i) => isUsed(body.inputs[constantCount + i]));
  const scanned = range(0, body.inputs.length - first).filter((i) => isUsed(body.inputs[first + i]));
  const seeded = range(0, body.outputs.length - carryCount).filter((i) => isUsed(seeds[carryCount + i]?.node));
  const inputs = [
    ...constants.map((i) => body.inputs[i]),
    ...carries.map((i) => seeds[i]?.node),
    ...sums.map(({ node }) => node),
    ...trailed.map((i) => body.inputs[constantCount + i]),
    ...scanned.map((i) => body.inputs[first + i]),
    ...seeded.map((i) => seeds[carryCount + i]?.node),
  ].flatMap((node) => node ?? []);
  return {
    trail: trailed.length === 0 ? undefined : planTrail({ body, constantCount, carryCount }, trailed),
    reverse: {
      attributes: {
        body: makeBody(`the derivative of ${body.name}`, inputs, next),
        constantCount: constants.length,
        carryCount: carries.length + summed.length,
      },
      constants,
      carries,
      summed,
      scanned,
      cotangents: seeded,
      stacked,
    },
  };
}

/** The inputs that differ from step to step with those needed: carries move if they start from one, or come from one in a step. */
function movingInputs(
  outputs: readonly Node[],
  dependsOn: readonly ReadonlySet<number>[],
  needed: readonly boolean[],
  constantCount: number,
  carryCount: number,
): Set<number> {
  const moving = new Set(needed.flatMap((isNeeded, i) => (isNeeded ? [i] : [])));
  for (let before = -1; before !== moving.size; ) {
    before = moving.size;
    for (let i = 0; i < carryCount; i++) {
      if (outputs[i] !== undefined && [...(dependsOn[i] ?? [])].some((k) => moving.has(k)))
        moving.add(constantCount + i);
    }
  }
  return moving;
}

/** The scan that stacks the carries before each step, of those that are asked for and those which these depend on. */
function planTrail(
  { body, constantCount, carryCount }: Pick<ScanAttributes, "body" | "constantCount" | "carryCount">,
  asked: readonly number[],
): TrailPart {
  const dependsOn = dependences(body);
  const first = constantCount + carryCount;
  const kept = new Set(asked);
  for (const i of kept) {
    for (const k of dependsOn[i] ?? []) if (k >= constantCount && k < first) kept.add(k - constantCount);
  }
  const carries = range(0, carryCount).filter((i) => kept.has(i));
  const takes = (k: number): boolean => carries.some((i) => dependsOn[i]?.has(k));
  const constants = range(0, constantCount).filter(takes);
  const scanned = range(first, body.inputs.length).filter(takes);
  const carryInputs = carries.map((i) => constantCount + i);
  const nodesAt = (nodes: readonly Node[], positions: readonly number[]): Node[] =>
    positions.flatMap((position) => nodes[position] ?? []);
  return {
    attributes: {
      body: makeBody(body.name, nodesAt(body.inputs, [...constants, ...carryInputs, ...scanned]), [
        ...nodesAt(body.outputs, carries),
        ...nodesAt(
          body.inputs,
          asked.map((i) => constantCount + i),
        ),
      ]),
      constantCount: constants.length,
      carryCount: carries.length,
    },
    constants,
    carries,
    scanned: scanned.map((i) => i - first),
  };
}

const range = (start: number, end: number): number[] =>
  Array.from({ length: Math.max(0, end - start) }, (_, i) => start + i);
