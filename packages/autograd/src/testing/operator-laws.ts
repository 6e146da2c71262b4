import { type Arbitrary, type IProperty, property, sample } from "fast-check";
import { GlissadeError, ValueError } from "../errors.js";
import type { OperatorInfo } from "../primitive.js";
import type { Sampler } from "../sampling.js";
import { recordings } from "./arbitrary.js";
import type { Subject } from "./call.js";
import { laws } from "./laws/index.js";
import type { Drawing } from "./recording.js";
import { type Law, type OperatorUnderTest, Trial } from "./trial.js";
import { Finding, LawViolation } from "./violation.js";

/** Options of `operatorLaws`. */
export interface OperatorLawsOptions {
  /** Draws the arguments of a call; default the operator's own. */
  readonly samples?: Sampler;
  /** For messages; default the operator's own, or the function's. */
  readonly name?: string;
  /** The operator works element by element on operands that broadcast; known of what `elementwise` made. */
  readonly elementwise?: boolean;
  /** Only these laws, by name. */
  readonly laws?: readonly string[];
  /** Laws that do not hold, by name, each with the reason in writing. */
  readonly except?: Readonly<Record<string, string>>;
}

/** A law of one operator, for any runner that takes fast-check properties. */
export interface OperatorLaw {
  /** Its name, such as `reverse rule ≡ central differences`. */
  readonly law: string;
  readonly property: IProperty<[unknown]>;
  /** Cases to draw unless you say otherwise. */
  readonly numRuns: number;
}

/** What has laws: a function with `.operator`, as `operator`, `elementwise` and `definePrimitive` make, or any function with given samples. */
export type OperatorFunction = ((...args: never[]) => unknown) & {
  readonly operator?: OperatorInfo;
};

/** Fixed, so that the list of laws that apply is the same in every run. */
const probes = { seed: 20, numRuns: 25 };

/**
 * The laws of an operator as fast-check properties, those left out that say nothing about any of its samples (an operator without
 * float results has no derivative to compare). A failing property throws `LawViolation`.
 *
 * @param op A function with `.operator`, or any function with `options.samples`. Float tensors that the sampler draws without a dtype are
 * what is differentiated.
 * @throws ValueError where there are no samples, a law is unknown, or an exception has no reason.
 * @example
 * for (const { law, property, numRuns } of operatorLaws(cube)) test(law, () => fc.assert(property, { numRuns }));
 */
export function operatorLaws(op: OperatorFunction, options: OperatorLawsOptions = {}): OperatorLaw[] {
  const { operator, sampler } = underTest(op, options);
  checkLawNames(operator.name, options);
  const chosen = laws.filter(({ name }) => !(name in (options.except ?? {})) && (options.laws?.includes(name) ?? true));
  const probesOf = probing(operator, sampler);
  return chosen
    .filter((law) => saysSomething(law, probesOf(law.drawing)))
    .map((law) => ({ law: law.name, property: lawProperty(law, operator, sampler), numRuns: law.runs }));
}

function underTest(
  op: OperatorFunction,
  options: OperatorLawsOptions,
): { operator: OperatorUnderTest; sampler: Sampler } {
  if (typeof op !== "function") throw new ValueError(`operatorLaws: takes a function, not ${typeof op}.`);
  const info = op.operator;
  const name = options.name ?? info?.name ?? (op.name === "" ? "operator" : op.name);
  const sampler = options.samples ?? info?.samples;
  if (sampler === undefined) {
    throw new ValueError(
      `operatorLaws: ${name} has no samples. Give its definition samples(draw), or pass { samples: (draw) => [draw.tensor(draw.shape())] }.`,
    );
  }
  // Arguments come from the sampler, whose business it is that they fit the function.
  const subject: Subject = (...args) => op(...(args as never[]));
  return { operator: { name, subject, elementwise: options.elementwise ?? info?.elementwise ?? false }, sampler };
}

function checkLawNames(operator: string, options: OperatorLawsOptions): void {
  const known = laws.map(({ name }) => name);
  for (const name of [...(options.laws ?? []), ...Object.keys(options.except ?? {})]) {
    if (!known.includes(name)) {
      throw new ValueError(`operatorLaws: ${operator}: there is no law "${name}". There are: ${known.join("; ")}.`);
    }
  }
  for (const [name, reason] of Object.entries(options.except ?? {})) {
    if (typeof reason !== "string" || reason.trim() === "") {
      throw new ValueError(`operatorLaws: ${operator}: the exception from "${name}" needs a reason in writing.`);
    }
  }
}

/** Some fixed cases of each drawing, which several laws have in common. */
function probing(operator: OperatorUnderTest, sampler: Sampler): (drawing: Drawing) => readonly Trial[] {
  const known = new Map<string, readonly Trial[]>();
  return (drawing) => {
    const key = JSON.stringify(Object.entries(drawing).sort());
    const trials =
      known.get(key) ??
      sample(recordings(sampler, drawing), probes).flatMap((recording) =>
        recording === undefined ? [] : [new Trial(operator, recording)],
      );
    known.set(key, trials);
    return trials;
  };
}

/** Whether a law says anything about one of some cases. What throws is for the law itself to report. */
function saysSomething(law: Law, cases: readonly Trial[]): boolean {
  return cases.some((trial) => {
    try {
      return trial.recording.error !== undefined || law.applies(trial);
    } catch {
      return true;
    }
  });
}

function lawProperty(law: Law, operator: OperatorUnderTest, sampler: Sampler): IProperty<[unknown]> {
  const trials: Arbitrary<unknown> = recordings(sampler, law.drawing).map((recording) =>
    recording === undefined ? undefined : new Trial(operator, recording),
  );
  return property(trials, (trial) => {
    if (trial instanceof Trial) tryLaw(law, trial);
  });
}

function tryLaw(law: Law, trial: Trial): void {
  const { name } = trial.operator;
  try {
    if (trial.recording.error !== undefined) throw trial.recording.error;
    if (law.applies(trial)) law.check(trial);
  } catch (error) {
    if (error instanceof Finding) {
      throw new LawViolation(name, law.name, error.call, error.where, error.values, { cause: error });
    }
    const where = trial.recording.error === undefined ? "the call, its gradient or reading them" : "samples";
    throw new LawViolation(name, law.name, trial.toString(), where, [["threw", thrownText(error)]], { cause: error });
  }
}

/** An error with the place where it was thrown, unless Glissade threw it on purpose. */
function thrownText(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const place = error instanceof GlissadeError ? "" : ` ${error.stack?.split("\n")[1]?.trim() ?? ""}`;
  return `${String(error)}${place}`;
}
