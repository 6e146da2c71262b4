import { type Node, newWalk } from "../graph.js";
import type { Tensor } from "../tensor.js";

/**
 * The nodes below `outputs` that are not older than `oldest`, inputs first. Ids grow with creation, so what is older cannot depend on a
 * leaf with id `oldest` and is never visited; the walk has a stack of its own and does not recurse.
 */
export function nodesSince(outputs: readonly Tensor[], oldest: number): Node[] {
  const walk = newWalk();
  const found: Node[] = [];
  const stack = outputs.map((output) => output.node);
  for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
    if (node.id < oldest || node.mark === walk) continue;
    node.mark = walk;
    found.push(node);
    for (let i = 0; i < node.inputs.length; i++) stack.push(node.inputs[i]!);
  }
  return found.sort((a, b) => a.id - b.id);
}
