import { add, mul, sub, type Tensor, type Variable, variable } from "@glissade/autograd";
import type { StateDict } from "../state-dict.js";

/** Averaged weights beside the trained ones. */
export interface Averages {
  /** Moves each average towards the weight, which has just taken a step. */
  update(): void;
  /** Runs with the averages in place of the weights, which are put back after it. */
  during<T>(body: () => Promise<T>): Promise<T>;
  /** Puts the averages in place of the weights. */
  take(): void;
  values(): StateDict;
  load(state: StateDict): void;
}

/** Exponential averages of parameters, which start where these are. */
export function averagesOf(parameters: readonly Variable[], decay: number): Averages {
  const averages = parameters.map((parameter) => variable(parameter.value, { trainable: false }));
  const assign = (values: readonly (Tensor | undefined)[], to: readonly Variable[]): void => {
    for (const [i, each] of to.entries()) each.assign(values[i] ?? each.value);
  };
  const current = (from: readonly Variable[]): Tensor[] => from.map(({ value }) => value);
  return {
    update() {
      for (const [i, average] of averages.entries()) {
        const weight = parameters[i]?.value ?? average.value;
        average.assign(add(average.value, mul(1 - decay, sub(weight, average.value))));
      }
    },
    async during(body) {
      const trained = current(parameters);
      assign(current(averages), parameters);
      try {
        return await body();
      } finally {
        assign(trained, parameters);
      }
    },
    take: () => assign(current(averages), parameters),
    values: () => Object.fromEntries(current(averages).map((value, i) => [String(i), value])),
    load: (state) =>
      assign(
        averages.map((_, i) => state[String(i)]),
        averages,
      ),
  };
}
