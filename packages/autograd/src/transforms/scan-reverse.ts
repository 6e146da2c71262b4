import { isFloat } from "../dtype.js";
import type { Node } from "../graph.js";
import { zeros } from "../ops/create.js";
import { add } from "../ops/elementwise.js";
import { sizeOf } from "../shape.js";
import { Tensor } from "../tensor.js";
import { type Body, bits, dependences, leavesBelow, makeBody, once, standIn } from "./body.js";
import { pullBack } from "./reverse.js";
import type { ScanAttributes } from "./scan-run.js";
import { substitute } from "./substitute.js";
import { isTuple, type PullContext, type PullDirection } from "./tuple.js";

/** The scan of cotangents. Positions of carries, constants and scanned operands are each counted from their own first. */
interface ReversePart {
  readonly attributes: Omit<ScanAttributes, "length" | "reverse">;
  readonly constants: readonly number[];
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
  /** The body of the scan itself, which also gives what the cotangents need of a step: carries before it, and results on the way that are dear to compute. */
  readonly trail: Body | undefined;
  readonly reverse: ReversePart;
}

/** Applies a scan; handed in, for the derivatives of a scan are scans. */
export type ApplyScan = (attributes: ScanAttributes, operands: readonly Tensor[]) => Tensor[];

/**
 * Reverse mode of a scan: the scan is run once more with what the cotangents need of each step stacked too, and a scan in the other direction carries the cotangents of the
 * carries, sums up those of the constants, and stacks those of what was scanned. Compilers make one loop of the scan and the one with more stacks.
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
    trail === undefined ? [] : applyScan({ ...attributes, body: trail }, inputs).slice(body.outputs.length);
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
  const cotangentSteps = [
    ...carries.map((i) => cotangentOf.get(constantCount + i) ?? zerosLike(body.inputs[constantCount + i])),
    ...sums.map((sum, k) => {
      const part = cotangentOf.get(summed[k] ?? -1);
      return part === undefined ? sum : add(sum, part);
    }),
    ...stacked.map((i) => cotangentOf.get(first + i) ?? zerosLike(body.inputs[first + i])),
  ];
  // Forward mode goes through the steps once more anyway, and keeps nothing.
  const kept = direction === "reverse" ? keptResults(body, constantCount, cotangentSteps) : [];
  const places = kept.map((node) => standIn(node, "the derivative of a scan (a result of the step)"));
  const replacements = new Map(kept.map((node, i) => [node, places[i] ?? new Tensor(node)]));
  const next = (kept.length === 0 ? cotangentSteps : substitute(cotangentSteps, replacements)).map(({ node }) => node);

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
    ...places.map(({ node }) => node),
    ...scanned.map((i) => body.inputs[first + i]),
    ...seeded.map((i) => seeds[carryCount + i]?.node),
  ].flatMap((node) => node ?? []);
  return {
    trail:
      trailed.length + kept.length === 0
        ? undefined
        : makeBody(body.name, body.inputs, [
            ...body.outputs,
            ...trailed.flatMap((i) => body.inputs[constantCount + i] ?? []),
            ...kept,
          ]),
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

/** Operators that take an instruction or two: what they make is made again rather than kept. */
const cheap = new Set(["abs", "maximum", "minimum", "relu", "sign", "square", "where", "clip"]);

/** So many times as large as a step's largest input or output is what is kept of the step at most. */
const keptShare = 4;

/**
 * The results on the way through a step that its cotangents start from, where they are dear to compute and not much larger than what goes in and comes out: products, and
 * functions that are not linear. All else is computed again from them and from the carries; so is what is the same in all steps.
 */
function keptResults(body: Body, constantCount: number, cotangents: readonly Tensor[]): Node[] {
  const forward = nodesAbove(body.inputs.slice(constantCount), body.outputs);
  const limit = keptShare * Math.max(1, ...[...body.inputs, ...body.outputs].map(({ shape }) => sizeOf(shape)));
  const isDear = ({ primitive, dtype, symbolic, shape }: Node): boolean =>
    symbolic &&
    isFloat(dtype) &&
    sizeOf(shape) <= limit &&
    (primitive.name === "matmul" || primitive.expand !== undefined || primitive.linear === "none") &&
    !cheap.has(primitive.name);
  const kept = new Set<Node>();
  const seen = new Set<Node>(body.inputs);
  const stack = cotangents.map(({ node }) => node);
  for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
    if (seen.has(node)) continue;
    seen.add(node);
    if (forward.has(node) && isDear(node) && !isTuple(node.primitive)) kept.add(node);
    else stack.push(...node.inputs);
  }
  return [...kept].sort((a, b) => a.id - b.id);
}

/** The nodes on the way from some to others: what follows from the former, and leads to the latter. */
function nodesAbove(leaves: readonly Node[], roots: readonly Node[]): Set<Node> {
  const found = new Set<Node>();
  const stack = [...roots];
  for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
    if (found.has(node)) continue;
    found.add(node);
    stack.push(...node.inputs);
  }
  const above = new Set(leaves);
  for (const node of [...found].sort((a, b) => a.id - b.id)) {
    if (node.inputs.some((input) => above.has(input))) above.add(node);
  }
  return above;
}

/** The inputs that differ from step to step with those needed: carries move if they start from one, or come from one in a step. */
export function movingInputs(
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

const range = (start: number, end: number): number[] =>
  Array.from({ length: Math.max(0, end - start) }, (_, i) => start + i);
