import { TransformError } from "../errors.js";
import { type Aval, makePlaceholder, type Node } from "../graph.js";
import { inScope } from "../lifetime.js";
import { outermostScope } from "../scope.js";
import { Tensor, type Variable } from "../tensor.js";
import { CapturedVariables, closeOver, takeAssignments } from "./trace.js";

/** Functions of a control-flow operator, each called once with placeholders. */
export interface ControlTrace {
  /** The placeholders that all functions were called with. */
  readonly inputs: readonly Node[];
  /** For each function its results, and then what the assigned Variables hold after it. */
  readonly outputs: readonly (readonly Node[])[];
  /** Assigned by one of the functions at least. */
  readonly assigned: readonly Variable[];
  /** The placeholders of what the assigned Variables hold before. */
  readonly assignedInputs: readonly Node[];
  /** What else the functions close over, and the placeholders of it: Variables that are only read, and tensors that have no value yet. */
  readonly constants: readonly Tensor[];
  readonly constantInputs: readonly Node[];
}

/**
 * Traces the functions of a control-flow operator, each from the same placeholders to its results as tensors. Variables from outside that they read or assign,
 * and tensors that they close over, become inputs.
 */
export function traceControl(
  operator: string,
  operands: readonly (Aval & { readonly origin: string })[],
  functions: readonly ((inputs: readonly Tensor[]) => readonly Tensor[])[],
): ControlTrace {
  const outermostId = outermostScope()?.firstId ?? Number.POSITIVE_INFINITY;
  const { id: madeBefore } = makePlaceholder([], "float32", operator);
  const recording = new CapturedVariables(operator, madeBefore);
  const inputs = operands.map(({ shape, dtype, origin }) => makePlaceholder(shape, dtype, `${operator} (${origin})`));
  const tensors = inputs.map((node) => new Tensor(node));
  const traces = functions.map((f) =>
    inScope(
      operator,
      (scope) => {
        const results = f(tensors).map(({ node }) => node);
        return { results, assigned: takeAssignments(scope, madeBefore) };
      },
      recording,
    ),
  );
  const assigned = [...new Set(traces.flatMap((trace) => trace.assigned.map(({ variable }) => variable)))];
  const assignedInputs = assigned.map((variable) => placeholderOf(recording, variable));
  const outputs = traces.map(({ results, assigned: own }) => [
    ...results,
    ...assigned.map(
      (variable, i) => own.find((each) => each.variable === variable)?.node ?? (assignedInputs[i] as Node),
    ),
  ]);
  const isCaptured = ({ id, value }: Node): boolean => id < madeBefore && (id >= outermostId || value === undefined);
  const closed = closeOver(operator, outputs.flat(), isCaptured, madeBefore);
  const remaining = [...closed.outputs];
  const read = [...recording.variables].filter(([variable]) => !assigned.includes(variable));
  return {
    inputs,
    outputs: outputs.map(({ length }) => remaining.splice(0, length)),
    assigned,
    assignedInputs,
    constants: [...read.map(([variable]) => variable.value), ...closed.captured],
    constantInputs: [...read.map(([, node]) => node), ...closed.inputs],
  };
}

function placeholderOf(recording: CapturedVariables, variable: Variable): Node {
  const node = recording.capture(variable);
  if (node === undefined) throw new TransformError("a Variable made inside a function was taken for one from outside");
  return node;
}
