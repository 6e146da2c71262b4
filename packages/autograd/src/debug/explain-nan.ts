import { describeValue } from "../convert.js";
import type { DType, Storage } from "../dtype.js";
import { ValueError } from "../errors.js";
import { type Node, placeholder } from "../graph.js";
import { realizeNodes } from "../lifetime.js";
import { describeOrigin, nameOfNode, originOf, recordingOrigins } from "../origin.js";
import { currentScope } from "../scope.js";
import { type Shape, showShape } from "../shape.js";
import { computedValue, scalar, Tensor } from "../tensor.js";
import { collectAll } from "../transforms/argument-form.js";
import { type Trace, trace } from "../transforms/trace.js";
import { evaluate, type Fault, findFault, type NodeValues, sourcesOf } from "./fault.js";
import { gradientsOf } from "./gradients.js";
import { rangeOf, showRange, type ValueRange } from "./ranges.js";

/** A tensor near a fault. */
export interface FaultOperand {
  /** The operator that made it, or the name of an argument or Variable, with the source line where there is one. */
  readonly origin: string;
  readonly shape: Shape;
  readonly dtype: DType;
  readonly range: ValueRange;
}

/** Where the first NaN or infinity came from; `String(report)` says it in words. */
export interface FaultReport extends FaultOperand {
  readonly found: true;
  readonly kind: "NaN" | "Infinity";
  /** In the function itself, or in a derivative of it: one that it takes, or that of its scalar result. */
  readonly phase: "forward" | "backward";
  /** The operator that made it; undefined where it was in an argument, a Variable or a constant from the start. */
  readonly operator: string | undefined;
  /** Of a fault in a derivative or batching rule: the operator that the rule belongs to. */
  readonly ruleOf: string | undefined;
  /** "file:line:column" of the call from outside the library; undefined where that cannot be told. */
  readonly line: string | undefined;
  /** The loops and branches around it, outermost first: "step 3 of a scan of 10". */
  readonly places: readonly string[];
  /** The indices of the first element that is not finite. */
  readonly index: readonly number[];
  readonly operands: readonly FaultOperand[];
  /** The nearest tensors before it of which all elements are finite, nearest first. */
  readonly finiteAncestors: readonly FaultOperand[];
  toString(): string;
}

/** All results, and the gradients where there is a scalar result, are finite. */
export interface NoFault {
  readonly found: false;
  toString(): string;
}

/**
 * Which operator first made a NaN or an infinity, on the way to a result that is not finite. `f` is traced and computed operator by operator on the reference kernels:
 * slow, and only for looking into a fault. Variables are read; what `f` assigns is looked at too and not assigned. Where `f` returns a float scalar that is finite, its
 * gradient is looked at as well, by all arguments and Variables. What is masked on the way (`where(ok, log(x), 0)`) does not count.
 *
 * @param f Takes and returns trees of tensors; may take derivatives, and call jitted functions, `scan`, `cond`.
 * @param args The arguments of the call in question.
 * @throws ValueError where `f` is no function, or within another transform; what `jit` throws at the trace: TransformError where `f` reads a tensor.
 * @example
 * const report = explainNaN((x: Tensor) => sum(log(sub(x, 1))), tensor([1, 2]));
 * console.log(String(report)); // log made -Infinity, forward, at model.ts:3:40 …
 */
export function explainNaN<A extends readonly unknown[]>(
  f: (...args: A) => unknown,
  ...args: A
): FaultReport | NoFault {
  if (typeof f !== "function") throw new ValueError(`explainNaN: takes a function, not ${describeValue(f)}.`);
  if (currentScope() !== undefined)
    throw new ValueError("explainNaN: looks at values, which do not exist inside a transform; call it outside.");
  return recordingOrigins(() => {
    const traced = trace("explainNaN", f as (...args: never[]) => unknown, args);
    const { inputs, outputs } = traced.body;
    const given = givenValues(traced, args);
    const forward = findFault(outputs, evaluate(inputs, outputs, given));
    if (forward !== undefined) return report(forward, false);
    const gradients = gradientsOf(traced);
    const backward = findFault(gradients, evaluate(inputs, gradients, given));
    return backward === undefined ? nothingFound : report(backward, true);
  });
}

const nothingFound: NoFault = {
  found: false,
  toString: () => "explainNaN: all results and gradients are finite.",
};

function givenValues({ forms, variables, feeds }: Trace, args: readonly unknown[]): Storage[] {
  const nodes: Node[] = [];
  collectAll(forms, args, nodes);
  for (const variable of variables) nodes.push(variable.node);
  for (const { read, dtype } of feeds) nodes.push(scalar(read(), dtype).node);
  realizeNodes(nodes);
  return nodes.map((node) => computedValue(new Tensor(node), "explainNaN"));
}

function operandOf(node: Node, values: NodeValues): FaultOperand[] {
  const data = values.get(node);
  const { shape, dtype } = node;
  return data === undefined ? [] : [{ origin: describeOrigin(node), shape, dtype, range: rangeOf(data) }];
}

function report({ node, values, places }: Fault, isGradient: boolean): FaultReport {
  const [own] = operandOf(node, values);
  if (own === undefined) throw new Error("explainNaN: a fault without a value");
  const { line, rule } = originOf(node) ?? { line: undefined, rule: undefined };
  const sources = [...new Set(sourcesOf(node))];
  const isLeaf = node.primitive === placeholder || sources.length === 0;
  const inGradient = isGradient && (rule?.kind === "derivative" || !isLeaf);
  const facts = {
    ...own,
    found: true as const,
    kind: own.range.nan > 0 ? ("NaN" as const) : ("Infinity" as const),
    phase: inGradient || rule?.kind === "derivative" ? ("backward" as const) : ("forward" as const),
    operator: isLeaf ? undefined : node.primitive.name,
    ruleOf: rule?.operator,
    line,
    places,
    index: firstIndex(node, values),
    operands: sources.flatMap((source) => operandOf(source, values)),
    finiteAncestors: finiteAncestors(node, values),
  };
  return { ...facts, toString: () => describeFault(facts, nameOfNode(node)) };
}

function firstIndex(node: Node, values: NodeValues): number[] {
  const data = values.get(node);
  let flat = data?.findIndex((x) => !Number.isFinite(x)) ?? 0;
  const index: number[] = [];
  for (const side of [...node.shape].reverse()) {
    index.unshift(flat % side);
    flat = Math.floor(flat / side);
  }
  return index;
}

/** Past what is not finite, breadth first. */
function finiteAncestors(node: Node, values: NodeValues): FaultOperand[] {
  const most = 5;
  const seen = new Set<Node>([node]);
  const found: FaultOperand[] = [];
  // The set grows while it is gone through.
  for (const each of seen) {
    const [own] = each === node ? [] : operandOf(each, values);
    if (own !== undefined && own.range.nan + own.range.infinite === 0) found.push(own);
    else for (const source of sourcesOf(each)) seen.add(source);
    if (found.length === most) break;
  }
  return found;
}

function describeFault(fault: Omit<FaultReport, "toString">, name: string | undefined): string {
  const { kind, phase, operator, ruleOf, line, places, index, shape, dtype, range, operands, finiteAncestors } = fault;
  const where = line === undefined ? "" : ` at ${line}`;
  const rule =
    ruleOf === undefined ? "" : `, in the ${phase === "backward" ? "derivative" : "batching"} rule of ${ruleOf}`;
  const who =
    operator === undefined
      ? `${name ?? fault.origin} has ${kind} from the start`
      : `${operator} made ${kind}${rule}, ${phase}${where}`;
  const tell = (title: string, list: readonly FaultOperand[]): string[] =>
    list.length === 0
      ? []
      : [title, ...list.map((x) => `  ${x.origin}: ${showShape(x.shape)} ${x.dtype}, ${showRange(x.range)}`)];
  return [
    `${who}.`,
    ...(places.length === 0 ? [] : [`in ${places.join(", in ")}`]),
    `result: ${showShape(shape)} ${dtype}, first at [${index.join(", ")}]; ${showRange(range)}`,
    ...tell("operands:", operands),
    ...tell("nearest finite ancestors:", finiteAncestors),
  ].join("\n");
}
