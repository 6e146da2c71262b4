import { makeNode, type Node } from "../graph.js";
import { unregisteredNodes } from "../lifetime.js";
import { copyOrigin } from "../origin.js";
import { Tensor } from "../tensor.js";
import { nodesSince } from "./walk.js";

/**
 * The graph below `outputs` built once more with other tensors in place of some leaves: shapes and dtypes are the same, so nothing is inferred
 * anew, and what does not depend on a replaced leaf is shared.
 */
export function substitute(outputs: readonly Tensor[], replacements: ReadonlyMap<Node, Tensor>): Tensor[] {
  const oldest = Math.min(...[...replacements.keys()].map((node) => node.id));
  const rebuilt = new Map<Node, Node>([...replacements].map(([node, tensor]) => [node, tensor.node]));
  return unregisteredNodes(() => {
    for (const node of nodesSince(outputs, oldest)) {
      if (rebuilt.has(node) || !node.inputs.some((input) => rebuilt.has(input))) continue;
      const inputs = node.inputs.map((input) => rebuilt.get(input) ?? input);
      const copy = makeNode(node.primitive, inputs, node.attributes, node.shape, node.dtype);
      copyOrigin(node, copy);
      rebuilt.set(node, copy);
    }
    return outputs.map((output) => {
      const node = rebuilt.get(output.node);
      return node === undefined ? output : new Tensor(node);
    });
  });
}
