import { isFloat } from "../dtype.js";
import { GradientError } from "../errors.js";
import { type Node, operandsOf, upcomingId } from "../graph.js";
import { unregisteredNodes } from "../lifetime.js";
import { neg } from "../ops/arithmetic.js";
import { wherePrimitive } from "../ops/where.js";
import { onBehalfOf } from "../origin.js";
import { apply } from "../primitive.js";
import { sameShape, showShape } from "../shape.js";
import { Tensor } from "../tensor.js";
import { cotangentSum, maskOf, negated } from "./cotangent-sum.js";
import { dependsOn, isTuple, type PullDirection, pickedIndex, type Replace } from "./tuple.js";
import { nodesSince } from "./walk.js";

/**
 * Reverse-mode differentiation (Griewank & Walther, Evaluating Derivatives, 2008, ch. 3): the cotangents of `leaves` from those of
 * `outputs`, as graph. Undefined for a leaf that the outputs do not depend on. Nodes older than the oldest leaf are
 * constants and never visited, and no walk recurses. In direction `transpose`, an operator on the way that is not linear in what depends
 * on the leaves is an error: transposing it would give a wrong derivative without a word.
 */
export function pullBack(
  outputs: readonly Tensor[],
  cotangents: readonly (Tensor | undefined)[],
  leaves: readonly Tensor[],
  direction: PullDirection = "reverse",
  replace?: Replace,
): (Tensor | undefined)[] {
  const order = dependents(outputs, leaves);
  const dependent = new Set(order);
  const gathered = new Map<Node, Tensor[]>();
  const gather = (node: Node, cotangent: Tensor): void => {
    const terms = gathered.get(node);
    if (terms === undefined) gathered.set(node, [cotangent]);
    else terms.push(cotangent);
  };
  const total = (node: Node): Tensor | undefined => {
    const terms = gathered.get(node);
    return terms && cotangentSum(terms, direction);
  };
  const take = (node: Node): Tensor | undefined => {
    const cotangent = total(node);
    gathered.delete(node);
    return cotangent;
  };
  // The results of one tuple are pulled back together, when the walk comes to the tuple.
  const tuples = new Map<Node, Tensor[][]>();
  const gatherPart = (tuple: Node, index: number, cotangent: Tensor): void => {
    const parts = tuples.get(tuple) ?? [];
    parts[index] = [...(parts[index] ?? []), cotangent];
    tuples.set(tuple, parts);
  };
  /** Takes what was gathered for the operands of a tuple whose rule goes on adding to it. */
  const takeGathered = ({ primitive, inputs }: Node): (Tensor | undefined)[] => {
    const accumulates = direction === "reverse" && isTuple(primitive) && primitive.tuple.accumulates === true;
    return inputs.map((input) => {
      return accumulates && dependent.has(input) ? take(input) : undefined;
    });
  };
  const pullNode = (node: Node, cotangent: Tensor): readonly (Tensor | undefined)[] => {
    if (direction !== "transpose") return applyRule(node, cotangent, direction);
    refuseNonlinear(node, dependent);
    return transposed(node, cotangent, dependent);
  };
  return unregisteredNodes(() => {
    for (const [i, output] of outputs.entries()) {
      const cotangent = cotangents[i];
      if (cotangent !== undefined && isFloat(output.dtype)) gather(output.node, cotangent);
    }
    const isLeaf = new Set(leaves.map((leaf) => leaf.node));
    for (let i = order.length - 1; i >= 0; i--) {
      const node = order[i];
      if (node === undefined || isLeaf.has(node)) continue;
      const cotangents = tuples.get(node)?.map((terms) => cotangentSum(terms, direction));
      const cotangent = take(node);
      if (cotangent === undefined && cotangents === undefined) continue;
      const index = pickedIndex(node);
      const tuple = node.inputs[0];
      if (index !== undefined && tuple !== undefined && cotangent !== undefined) {
        gatherPart(tuple, index, cotangent);
        continue;
      }
      const parts = onBehalfOf("derivative", node, () =>
        cotangent === undefined
          ? pullTuple(node, cotangents ?? [], dependent, direction, takeGathered(node), replace)
          : pullNode(node, cotangent),
      );
      for (let k = 0; k < parts.length; k++) {
        const part = parts[k];
        const input = node.inputs[k];
        if (part !== undefined && input !== undefined && dependent.has(input)) {
          checkCotangent(node, k, input, part);
          gather(input, part);
        }
      }
    }
    return leaves.map((leaf) => total(leaf.node));
  });
}

/** The float nodes on a way from a leaf to an output, inputs first. */
function dependents(outputs: readonly Tensor[], leaves: readonly Tensor[]): Node[] {
  const oldest = leaves.reduce((id, leaf) => Math.min(id, leaf.node.id), Number.POSITIVE_INFINITY);
  const dependent = new Set<Node>();
  for (const leaf of leaves) dependent.add(leaf.node);
  return nodesSince(outputs, oldest).filter((node) => {
    if (!dependent.has(node) && !dependsOn(node, dependent)) return false;
    if (!isFloat(node.dtype)) return false;
    dependent.add(node);
    return true;
  });
}

/**
 * The parts of a cotangent in a forward rule. A negation goes last, where the sum of cotangents makes a difference of it, and a mask comes after a factor: what is masked
 * may be 0 · ∞.
 */
function transposed(node: Node, cotangent: Tensor, dependent: ReadonlySet<Node>): readonly (Tensor | undefined)[] {
  const operands = node.inputs.filter((input) => dependent.has(input));
  const isOnly = operands.length === 1;
  const masked = isOnly && isScaling(node, operands[0]) ? maskOf(cotangent) : undefined;
  if (masked !== undefined) {
    const parts = transposed(node, masked.x, dependent);
    return parts.map((part, i) => (part && node.inputs[i] === operands[0] ? masked.mask(part) : part));
  }
  const positive = isOnly ? negated(cotangent) : undefined;
  const since = upcomingId();
  return applyRule(node, positive ?? cotangent, "transpose").map((part) => {
    const opposite = part && withoutSign(part, since);
    if (positive === undefined) return opposite === undefined ? part : neg(opposite);
    return opposite ?? (part && neg(part));
  });
}

/** Whether an operator multiplies the elements of its operand by others. */
const isScaling = ({ primitive, shape }: Node, operand: Node | undefined): boolean =>
  primitive.element !== undefined &&
  primitive !== wherePrimitive &&
  primitive.linear !== "jointly" &&
  operand !== undefined &&
  sameShape(operand.shape, shape);

/** −x where x is made since `since` by linear operators of one operand from a negation. */
function withoutSign(x: Tensor, since: number): Tensor | undefined {
  const { primitive, inputs, attributes, id } = x.node;
  const [input] = inputs;
  if (id < since || input === undefined) return undefined;
  const own = negated(x);
  if (own !== undefined || inputs.length > 1 || primitive.linear !== "jointly" || isTuple(primitive)) return own;
  const inner = withoutSign(new Tensor(input), since);
  return inner && apply(primitive, [inner], attributes);
}

function applyRule(node: Node, cotangent: Tensor, direction: PullDirection): readonly (Tensor | undefined)[] {
  const { name, transpose } = node.primitive;
  const vjp = direction === "transpose" && transpose !== undefined ? transpose : node.primitive.vjp;
  if ("none" in vjp) {
    throw new GradientError(
      `grad: ${name} has no derivative: ${vjp.none}. Wrap it in stopGradient(…) if it should count as a constant, or give a rule with customGradient.`,
    );
  }
  return vjp({
    inputs: operandsOf(node.inputs.map((input) => new Tensor(input))),
    output: new Tensor(node),
    attributes: node.attributes,
    cotangent,
  });
}

function pullTuple(
  node: Node,
  cotangents: readonly (Tensor | undefined)[],
  dependent: ReadonlySet<Node>,
  direction: PullDirection,
  gathered: readonly (Tensor | undefined)[],
  replace: Replace | undefined,
): readonly (Tensor | undefined)[] {
  const { primitive, inputs, attributes } = node;
  if (!isTuple(primitive)) throw new Error(`${primitive.name} has one result`);
  return primitive.tuple.pull({
    inputs: inputs.map((input) => new Tensor(input)),
    output: new Tensor(node),
    attributes,
    cotangents: primitive.tuple.results(attributes).map((_, i) => cotangents[i]),
    needed: inputs.map((input) => dependent.has(input)),
    direction,
    gathered,
    replace,
  });
}

function checkCotangent(node: Node, operand: number, input: Node, cotangent: Tensor): void {
  if (sameShape(cotangent.shape, input.shape) && cotangent.dtype === input.dtype) return;
  throw new GradientError(
    `grad: the vjp of ${node.primitive.name} made a cotangent of shape ${showShape(cotangent.shape)} and dtype ${cotangent.dtype} for operand ${operand}, ` +
      `which has shape ${showShape(input.shape)} and dtype ${input.dtype}. A cotangent has the shape and dtype of its operand.`,
  );
}

function refuseNonlinear(node: Node, dependent: ReadonlySet<Node>): void {
  const { linear, name } = node.primitive;
  if (linear === "jointly") return;
  const operands = node.inputs.flatMap((input, i) => (dependent.has(input) ? [i] : []));
  if (linear === "separately" && operands.length === 1) return;
  if (Array.isArray(linear) && operands.every((operand) => linear.includes(operand))) return;
  throw new GradientError(
    `jvp: a vjp rule is not linear in its cotangent: it applies ${name} to it. Rules multiply, add, reshape and select cotangents; ` +
      "give customGradient a jvp of its own otherwise.",
  );
}
