import { describeValue } from "../convert.js";
import { ValueError } from "../errors.js";
import { recordingOrigins } from "../origin.js";
import { showShape } from "../shape.js";
import { trace } from "../transforms/trace.js";
import { gradientsOf } from "./gradients.js";
import { type GraphBody, type GraphNode, viewTrace } from "./graph-view.js";
import { pageScript, pageStyle } from "./page.js";
import { type PlanView, planOf } from "./plan-view.js";
import { constantLeaves, namedLeaves, showAttributes } from "./print-graph.js";

/** A node of the page. */
interface PageNode {
  readonly id: number;
  readonly op: string;
  readonly kind: "leaf" | "forward" | "backward" | "body";
  readonly label?: string | undefined;
  readonly inputs: readonly number[];
  readonly shape: string;
  readonly dtype: string;
  readonly attributes?: string;
  readonly rule?: string | undefined;
  readonly line?: string | undefined;
  /** Of a node in the function of a loop or branch: which. */
  readonly body?: string | undefined;
  readonly kernels: readonly number[];
  readonly bytes?: number | undefined;
  readonly offset?: number | undefined;
}

/**
 * A page to explore the graph of a function: one text of HTML that asks for nothing from elsewhere. It shows the forward pass, the backward pass (that of a float scalar result, by all arguments
 * and Variables; and derivatives that `f` takes itself), and what compiling makes of them: the kernel that each node goes to, its FLOPs and bytes, and where in memory a node is. The search box looks in
 * names, attributes and source lines; a click on a node shows all that is known of it. Nothing is run.
 *
 * @param f Takes and returns trees of tensors.
 * @param args Arguments of the shapes in question.
 * @throws as `graphOf`; GradientError where the result is a float scalar through an operator without a derivative.
 * @example
 * writeFileSync("graph.html", toHtml((x: Tensor) => sum(mul(x, x)), zeros([3])));
 */
export function toHtml<A extends readonly unknown[]>(f: (...args: A) => unknown, ...args: A): string {
  if (typeof f !== "function") throw new ValueError(`toHtml: takes a function, not ${describeValue(f)}.`);
  const [traced, gradients] = recordingOrigins(() => {
    const made = trace("toHtml", f as (...args: never[]) => unknown, args);
    return [made, gradientsOf(made)] as const;
  });
  const view = viewTrace(
    traced,
    gradients.map((node, i) => ({ node, path: `gradient ${i}` })),
  );
  const plan = planOf(traced.body.inputs, [...traced.body.outputs, ...gradients]);
  const dtypes = new Map([...view.inputs, ...view.variables, ...view.constants].map((leaf) => [leaf.id, leaf]));
  const leaves = namedLeaves(view).map(({ id, label }): PageNode => {
    const leaf = dtypes.get(id);
    const [shape, dtype] = [showShape(leaf?.shape ?? []), leaf?.dtype ?? ""];
    return { id, op: label, kind: "leaf", label, inputs: [], shape, dtype, ...placedIn(plan, id) };
  });
  const outputs = new Map(view.outputs.map((id, i) => [id, view.outputPaths[i] || "result"]));
  const nodes = [...leaves, ...pageNodes(view, plan, undefined)].map((node) => {
    const output = outputs.get(node.id);
    return output === undefined
      ? node
      : { ...node, label: [node.label, `returned: ${output}`].filter(Boolean).join(", ") };
  });
  return page(JSON.stringify({ nodes, kernels: plan.kernels, bytes: plan.bytes }), f.name || "a function");
}

const placedIn = ({ values }: PlanView, id: number) => {
  const { kernels = [], bytes, offset } = values.get(id) ?? {};
  return { kernels, bytes, offset };
};

function pageNodes({ nodes }: GraphBody, plan: PlanView, body: string | undefined): PageNode[] {
  return nodes.flatMap((node) => [...innerNodes(node, plan), pageNode(node, plan, body)]);
}

function pageNode(node: GraphNode, plan: PlanView, body: string | undefined): PageNode {
  const { id, op, inputs, shape, dtype, attributes, rule, line, bodies } = node;
  const kind = body !== undefined ? "body" : rule?.kind === "derivative" ? "backward" : "forward";
  return {
    id,
    op,
    kind,
    // The results of the functions of a loop are drawn as its operands.
    inputs: [...inputs, ...Object.values(bodies).flatMap(({ outputs }) => outputs)],
    shape: showShape(shape),
    dtype,
    attributes: showAttributes(attributes),
    rule: rule && `${rule.kind} of ${rule.operator}`,
    line,
    body,
    ...placedIn(plan, id),
  };
}

function innerNodes({ op, bodies }: GraphNode, plan: PlanView): PageNode[] {
  return Object.entries(bodies).flatMap(([name, body]) => {
    const title = `${op}: ${name}`;
    const inputs = body.inputs.map(({ id, shape, dtype }) => ({ id, label: "input", shape, dtype }));
    const names = new Map(constantLeaves(body).map(({ id, label }) => [id, label]));
    const constants = body.constants.map((leaf) => ({ ...leaf, label: names.get(leaf.id) ?? "constant" }));
    const leaves = [...inputs, ...constants].map(
      ({ id, label, shape, dtype }): PageNode => ({
        id,
        op: label,
        kind: "leaf",
        label,
        inputs: [],
        shape: showShape(shape),
        dtype,
        body: title,
        kernels: [],
      }),
    );
    return [...leaves, ...pageNodes(body, plan, title)];
  });
}

const escapeHtml = (text: string): string =>
  text.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;").replace(/"/g, "&quot;");

/** JSON inside a script element: no "<" can end it. */
const page = (json: string, name: string): string => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'">
<title>Graph of ${escapeHtml(name)}</title>
<style>${pageStyle}</style>
</head>
<body>
<header><h1>Graph of ${escapeHtml(name)}</h1><input id="search" type="search" placeholder="search" aria-label="search"><select id="kernel" aria-label="kernel"><option value="">all kernels</option></select><span id="count"></span></header>
<ul id="list"></ul>
<div id="drawing"><svg></svg></div>
<div id="details">Click a node.</div>
<script type="application/json" id="graph">${json.replace(/</g, "\\u003c")}</script>
<script>${pageScript}</script>
</body>
</html>
`;
