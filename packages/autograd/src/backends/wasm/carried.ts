import type { Store } from "../../compile/kernel.js";
import { expressionsBelow } from "../../ir/expand.js";
import type { Expr } from "../../ir/expression.js";
import type { LoopPlan } from "./loop-plan.js";

/** An expression of an element that one pass over a row computes and later ones need: it waits where the element's result will go. */
export interface Carried {
  readonly expr: Expr;
  /** Reads it again. */
  readonly load: Expr;
  /** The pass that computes it, and the last one that needs it. */
  readonly first: number;
  readonly last: number;
  /** Puts it there. */
  readonly store: Store;
}

/** Operations below which an expression is computed again rather than carried: some more than a store and a load. */
const worthCarrying = 8;

/** What is carried from pass to pass: at most one expression for each result, in its own place in memory, which nothing else reads meanwhile. */
export function carriedExpressions(plan: LoopPlan): Carried[] {
  if (plan.kernel.columns) return [];
  const carried: Carried[] = [];
  const taken = new Set<Expr>();
  for (const store of plan.stores) {
    const last = plan.stageOf(store.expr);
    if (store.level !== "element" || last === 0) continue;
    // The last in order has none of the others above it.
    for (const e of expressionsBelow([store.expr]).reverse()) {
      if (e.type !== store.expr.type || plan.depthOf(e) !== 2 || taken.has(e) || !isDear(e)) continue;
      const first = passOf(plan, e);
      if (first >= last) continue;
      taken.add(e);
      const load = plan.kernel.builder.load(store.buffer.id, e.type, store.index);
      carried.push({ expr: e, load, first, last, store: { ...store, expr: e } });
      break;
    }
  }
  return carried;
}

/** The first pass that computes an expression. */
function passOf(plan: LoopPlan, e: Expr): number {
  let first = Number.POSITIVE_INFINITY;
  const consider = (root: Expr, pass: number): void => {
    if (pass < first && expressionsBelow([root]).includes(e)) first = pass;
  };
  for (const { argument, number } of plan.reductions) consider(argument, plan.stageOfReduction[number] ?? 0);
  for (const { expr, level } of plan.stores) if (level === "element") consider(expr, plan.stageOf(expr));
  return first;
}

function isDear(e: Expr): boolean {
  const operations = expressionsBelow([e]).filter(({ op }) => op !== "const" && op !== "load" && op !== "parameter");
  return operations.length >= worthCarrying || operations.some(({ op }) => op === "call" || op === "rescue");
}
