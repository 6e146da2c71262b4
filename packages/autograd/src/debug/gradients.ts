import { isFloat } from "../dtype.js";
import type { Node } from "../graph.js";
import { ones } from "../ops/create.js";
import { Tensor } from "../tensor.js";
import { pullBack } from "../transforms/reverse.js";
import type { Trace } from "../transforms/trace.js";

/** The gradients of a scalar result by all float inputs. */
export function gradientsOf({ body, leaves }: Trace): Node[] {
  const count = leaves.filter((leaf) => leaf instanceof Tensor).length;
  const [value] = body.outputs;
  if (count !== 1 || value === undefined || value.shape.length > 0 || !isFloat(value.dtype) || !value.symbolic)
    return [];
  const inputs = body.inputs.filter(({ dtype }) => isFloat(dtype)).map((node) => new Tensor(node));
  const pulled = pullBack([new Tensor(value)], [ones([], { dtype: value.dtype })], inputs);
  return pulled.flatMap((gradient) => gradient?.node ?? []);
}
