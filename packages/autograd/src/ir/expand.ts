import type { Expr, ExpressionBuilder } from "./expression.js";

/** The expressions below `roots`, arguments before users, each once. Works with an explicit stack. */
export function expressionsBelow(roots: readonly Expr[]): Expr[] {
  const seen = new Set<Expr>();
  const stack = [...roots];
  for (let e = stack.pop(); e !== undefined; e = stack.pop()) {
    if (seen.has(e)) continue;
    seen.add(e);
    for (const arg of e.args) stack.push(arg);
  }
  return [...seen].sort((a, b) => a.id - b.id);
}

/** More calls than this in one body stay calls: texts that long compile slowly. */
const inlined = 16;

/**
 * `roots` with the bodies of functions in place of calls, where there are few calls. The operations are the same either way, and so are the bits.
 */
export function expandCalls(b: ExpressionBuilder, roots: readonly Expr[]): readonly Expr[] {
  let current = roots;
  // Bodies call further functions: three rounds reach the deepest there are.
  for (let round = 0; round < 4; round++) {
    const below = expressionsBelow(current);
    const calls = below.filter(({ op }) => op === "call").length;
    if (calls === 0 || calls > inlined) return current;
    const replaced = new Map<Expr, Expr>();
    for (const e of below) {
      const args = e.args.map((arg) => replaced.get(arg) ?? arg);
      const [x, y, z] = args;
      if (e.op === "call" && e.callee !== undefined && x !== undefined) {
        replaced.set(e, e.callee.body(b, x, y ?? x, z ?? x));
      } else {
        replaced.set(e, args.every((arg, i) => arg === e.args[i]) ? e : b.again(e, args));
      }
    }
    current = current.map((root) => replaced.get(root) ?? root);
  }
  return current;
}
