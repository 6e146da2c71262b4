import type { Expr, ExpressionBuilder } from "./expression.js";

let walks = 0;

/** The expressions below `roots`, arguments before users, each once; without those in `stops` and what lies below them alone. Works with an explicit stack. */
export function expressionsBelow(roots: readonly Expr[], stops?: ReadonlyMap<Expr, unknown>): Expr[] {
  const walk = ++walks;
  const stack = roots.slice();
  const found: Expr[] = [];
  let least = Number.POSITIVE_INFINITY;
  let greatest = 0;
  for (let e = stack.pop(); e !== undefined; e = stack.pop()) {
    if (e.mark === walk) continue;
    e.mark = walk;
    if (stops?.has(e)) continue;
    found.push(e);
    const { id, args } = e;
    if (id < least) least = id;
    if (id > greatest) greatest = id;
    for (let i = 0; i < args.length; i++) stack.push(args[i]!);
  }
  return inOrder(found, least, greatest);
}

/** Sorted by number: by counting, where the numbers lie as close as those of one body do. */
function inOrder(found: Expr[], least: number, greatest: number): Expr[] {
  if (found.length < 2) return found;
  if (greatest - least > 4 * found.length) return found.sort((a, b) => a.id - b.id);
  const places = new Int32Array(greatest - least + 1);
  for (let i = 0; i < found.length; i++) places[found[i]!.id - least] = i + 1;
  const ordered: Expr[] = [];
  for (let i = 0; i < places.length; i++) if (places[i] !== 0) ordered.push(found[places[i]! - 1]!);
  return ordered;
}

/** Roots, and the expressions below them. */
interface ExpandedCalls {
  readonly roots: readonly Expr[];
  readonly expressions: readonly Expr[];
}

/** More calls than this in one body stay calls: texts that long compile slowly. */
const inlined = 16;

/**
 * `roots` with the bodies of functions in place of calls, where there are few calls. The operations are the same either way, and so are the bits.
 */
export function expandCalls(b: ExpressionBuilder, roots: readonly Expr[]): ExpandedCalls {
  let current = roots;
  // Bodies call further functions: three rounds reach the deepest there are.
  for (let round = 0; round < 4; round++) {
    const below = expressionsBelow(current);
    let calls = 0;
    for (let i = 0; i < below.length; i++) if (below[i]!.op === "call") calls++;
    if (calls === 0 || calls > inlined) return { roots: current, expressions: below };
    /** Of those that change. */
    const replaced = new Map<Expr, Expr>();
    for (const e of below) {
      const isCall = e.op === "call" && e.callee !== undefined;
      if (!isCall && !e.args.some((arg) => replaced.has(arg))) continue;
      const args = e.args.map((arg) => replaced.get(arg) ?? arg);
      const [x, y, z] = args;
      replaced.set(
        e,
        isCall && e.callee !== undefined && x !== undefined ? e.callee.body(b, x, y ?? x, z ?? x) : b.again(e, args),
      );
    }
    current = current.map((root) => replaced.get(root) ?? root);
  }
  return { roots: current, expressions: expressionsBelow(current) };
}
