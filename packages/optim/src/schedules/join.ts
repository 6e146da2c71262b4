import { add, clip, div, less, mul, type Tensor, ValueError, where } from "@glissade/autograd";
import { wholeNumber } from "../arguments.js";
import { checkMilestones, checkSchedule, type Schedule, schedule } from "./schedule.js";

/** The step of a schedule that begins so many steps later; 0 before that. */
const later = (step: Tensor, by: number): Tensor => clip(add(step, -by), { min: 0 });

/**
 * A straight line that climbs to the first rate of another schedule, which begins after so many steps (Goyal et al., Accurate, large minibatch
 * SGD, 2017): step k of the warm-up has (k + 1) / (steps + 1) of it.
 *
 * @param after The schedule after the warm-up; its step 0 is step `steps`.
 * @param options.steps 1 or more.
 * @throws ValueError for a number of steps out of range.
 * @example
 * warmup(constant(1), { steps: 3 })(1); // 0.5
 */
export function warmup(after: Schedule, options: { readonly steps: number }): Schedule {
  const { steps } = options;
  wholeNumber("warmup", "steps", steps, 1);
  checkSchedule("warmup", "the schedule", after);
  return schedule((step) => {
    const climbing = mul(after(mul(step, 0)), div(add(step, 1), steps + 1));
    return where(less(step, steps), climbing, after(later(step, steps)));
  });
}

/**
 * Schedules one after the other, each counting its steps from where it begins: PyTorch's `SequentialLR`.
 *
 * @param schedules At least one.
 * @param options.milestones Where the second begins, and the following ones: ascending whole numbers of 1 or more, one less than there are schedules.
 * @throws ValueError for no schedule, what is none, or milestones that are not so.
 * @example
 * join([linear(0, { steps: 10, end: 1 }), cosine(1, { steps: 90 })], { milestones: [10] })(10); // 1
 */
export function join(schedules: readonly Schedule[], options: { readonly milestones: readonly number[] }): Schedule {
  const { milestones } = options;
  const [first, ...others] = schedules;
  for (const [i, each] of schedules.entries()) checkSchedule("join", `schedules[${i}]`, each);
  checkMilestones("join", milestones);
  if (first === undefined || milestones.length !== others.length) {
    throw new ValueError(
      `join: ${schedules.length} schedules want ${Math.max(0, schedules.length - 1)} milestones, not ${milestones.length}; at least one schedule is wanted.`,
    );
  }
  return schedule((step) =>
    others.reduce((before, next, i) => {
      const begin = milestones[i] ?? 0;
      return where(less(step, begin), before, next(later(step, begin)));
    }, first(step)),
  );
}
