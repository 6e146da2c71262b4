import { tensor } from "@glissade/autograd";
import type { Routine } from "../roads/drive.js";
import type { Meter } from "../roads/meter.js";
import { BudgetSpent, type Objective } from "./objective.js";
import type { Vector } from "./vector.js";

/** What can be asked of all problems at once. */
export type Question = "value" | "gradient" | "curvature";

/** Answers a question for every problem: a row of numbers for each. `vs` are the vectors of Hessian-vector products. */
export type Answer = (question: Question, xs: readonly Vector[], vs: readonly Vector[]) => Routine<readonly Vector[]>;

interface Request {
  readonly question: Question;
  readonly x: Vector;
  readonly v: Vector;
}

/** One of the problems: where its method stands, and what it asks next. */
interface Member<R> {
  readonly routine: Routine<R>;
  readonly take: () => Request | undefined;
  readonly size: number;
}

const nothing = tensor(0);

/** An objective that asks instead of evaluating. */
function asking(size: number, epsilon: number, meter: Meter): readonly [Objective, () => Request | undefined] {
  let pending: Request | undefined;
  function* ask(question: Question, x: Vector, v: Vector = new Float64Array(size)): Routine<Vector> {
    const spent = meter.spent();
    if (spent !== undefined) throw new BudgetSpent(spent);
    meter.spend();
    pending = { question, x, v };
    return Float64Array.from(yield nothing);
  }
  const objective: Objective = {
    size,
    epsilon,
    *value(x) {
      const [value = Number.NaN] = yield* ask("value", x);
      return { x, value, gradient: undefined };
    },
    *values(xs) {
      const points = [];
      for (const x of xs) points.push(yield* objective.value(x));
      return points;
    },
    *withGradient(x) {
      const [value = Number.NaN, ...gradient] = yield* ask("gradient", x);
      return { x, value, gradient: Float64Array.from(gradient) };
    },
    curvature: (x, v) => ask("curvature", x, v),
  };
  const take = (): Request | undefined => {
    const request = pending;
    pending = undefined;
    return request;
  };
  return [objective, take];
}

/** A problem for `lockstep`, from what solves it given its objective. */
export function memberOf<R>(
  size: number,
  epsilon: number,
  solve: (objectiveOf: (meter: Meter) => Objective) => Routine<R>,
): Member<R> {
  let take = (): Request | undefined => undefined;
  const routine = solve((meter) => {
    const [objective, takeFrom] = asking(size, epsilon, meter);
    take = takeFrom;
    return objective;
  });
  return { routine, take: () => take(), size };
}

/** Runs several problems side by side: each round answers one question of each as a batch. */
export function* lockstep<R>(members: readonly Member<R>[], answer: Answer): Routine<R[]> {
  const steps = members.map(({ routine }) => routine.next());
  const asked: (Request | undefined)[] = members.map(() => undefined);
  const resume = (i: number, values: ArrayLike<number>): void => {
    const step = members[i]?.routine.next(values);
    if (step !== undefined) steps[i] = step;
  };
  /** The tensors that a method itself reads, such as random draws, up to its next question. */
  function* ownReads(i: number): Routine<void> {
    for (;;) {
      const step = steps[i];
      if (step === undefined || step.done === true) return;
      asked[i] = members[i]?.take();
      if (asked[i] !== undefined) return;
      resume(i, yield step.value);
    }
  }
  for (;;) {
    for (const i of members.keys()) if (asked[i] === undefined) yield* ownReads(i);
    const question = asked.find((request) => request !== undefined)?.question;
    if (question === undefined) break;
    // Those who ask something else, or nothing any more, are in the batch all the same: its shape stays, and with it what was compiled.
    const requests = members.map(
      ({ size }, i) => asked[i] ?? { question, x: new Float64Array(size), v: new Float64Array(size) },
    );
    const rows = yield* answer(
      question,
      requests.map(({ x }) => x),
      requests.map(({ v }) => v),
    );
    for (const i of members.keys()) {
      if (asked[i]?.question !== question) continue;
      asked[i] = undefined;
      resume(i, rows[i] ?? []);
    }
  }
  return steps.flatMap((step) => (step.done === true ? [step.value] : []));
}
