import { cast, GradientError, jacobian, jit, type Shape, Tensor, TransformError, tensor } from "@glissade/autograd";
import { BudgetSpent, epsilonOf, unflatten } from "../minimize/objective.js";
import type { Vector } from "../minimize/vector.js";
import { type Routine, readAll } from "../roads/drive.js";
import type { Meter } from "../roads/meter.js";
import type { Point } from "../roads/travel.js";
import { describeValue, type TensorTree } from "../tree.js";
import type { Matrix } from "./factorization.js";
import { type RobustLoss, scaleRows, weigh } from "./loss.js";

/** Residuals at a place. */
export interface Residuals {
  readonly x: Vector;
  /** The loss of them all. */
  readonly value: number;
  readonly residuals: Vector;
}

/** A place with all that linear least squares needs. */
export interface Linearised extends Point<Vector> {
  readonly residuals: Vector;
  readonly jacobian: Matrix;
  /** Jacobian and residuals after the weights of the loss; the same as they are where it is linear. */
  readonly weighted: { readonly jacobian: Matrix; readonly residuals: Vector };
  readonly gradient: Vector;
}

/** Residuals over a tree of tensors, as functions of a vector of its numbers. */
export interface System {
  readonly size: number;
  /** The machine epsilon of the coarsest dtype in x0. */
  readonly epsilon: number;
  /** The residuals; counts as an evaluation. @throws BudgetSpent */
  readonly at: (x: Vector) => Routine<Residuals>;
  /** Their derivatives too; counts as another evaluation. @throws BudgetSpent */
  readonly linearise: (residuals: Residuals) => Routine<Linearised>;
  /** The shape of the residuals, once they have been computed. */
  readonly shape: () => Shape;
}

function residualTensor(operator: string, result: unknown): Tensor {
  if (result instanceof Promise) {
    throw new TransformError(`${operator}: the function returned a Promise. Await outside, and return the residuals.`);
  }
  if (result instanceof Tensor && (result.dtype === "float32" || result.dtype === "float64") && result.size > 0)
    return result;
  const found =
    result instanceof Tensor ? `shape [${result.shape.join(", ")}] and dtype ${result.dtype}` : describeValue(result);
  throw new GradientError(
    `${operator}: the function must return a float tensor with at least one residual, not ${found}. Return the differences, not their squares.`,
  );
}

/** Half the gradient of the value: Jᵀr. */
function pullBack({ columns, data }: Matrix, residuals: Vector): Vector {
  const gradient = new Float64Array(columns);
  for (const [row, residual] of residuals.entries()) {
    for (let column = 0; column < columns; column++) {
      gradient[column] = (gradient[column] ?? 0) + (data[row * columns + column] ?? 0) * residual;
    }
  }
  return gradient;
}

/** What `systemOf` needs to know. */
export interface SystemOptions {
  readonly loss: RobustLoss;
  readonly lossScale: number;
  readonly compile: boolean;
}

export function systemOf<T>(
  operator: string,
  f: (x: T) => Tensor,
  tree: TensorTree,
  meter: Meter,
  { loss, lossScale, compile }: SystemOptions,
): System {
  let shape: Shape = [];
  const flatResiduals = (flat: Tensor): Tensor => {
    const residuals = residualTensor(operator, f(unflatten<T>(tree, flat)));
    shape = residuals.shape;
    return cast(residuals, "float64").reshape([-1]);
  };
  const derivative = (mode: "forward" | "reverse"): ((flat: Tensor) => Tensor) => {
    const columns = jacobian(flatResiduals, { mode });
    return compile ? jit((flat: Tensor): Tensor => columns(flat)) : columns;
  };
  const run = compile ? jit(flatResiduals) : flatResiduals;
  const derivatives = { forward: derivative("forward"), reverse: derivative("reverse") };
  const size = tree.forms.reduce(
    (total, form) => total + form.shape.reduce((product, length) => product * length, 1),
    0,
  );
  const spend = (): void => {
    const spent = meter.spent();
    if (spent !== undefined) throw new BudgetSpent(spent);
    meter.spend();
  };
  return {
    size,
    epsilon: epsilonOf(tree),
    shape: () => shape,
    *at(x) {
      spend();
      const residuals = yield* readAll(run(tensor(x)));
      return { x, residuals, value: weigh(loss, lossScale, residuals).value };
    },
    *linearise({ x, residuals, value }) {
      spend();
      const mode = size <= residuals.length ? "forward" : "reverse";
      const data = yield* readAll(derivatives[mode](tensor(x)));
      const plain: Matrix = { rows: residuals.length, columns: size, data };
      const weights = weigh(loss, lossScale, residuals);
      const weighted = {
        jacobian: loss === "linear" ? plain : scaleRows(plain, weights.rows),
        residuals: residuals.map((residual, i) => residual * (weights.residuals[i] ?? 1)),
      };
      const gradient = pullBack(weighted.jacobian, weighted.residuals).map((half) => 2 * half);
      return { x, value, residuals, jacobian: plain, weighted, gradient };
    },
  };
}
