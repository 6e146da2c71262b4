import { check, type Parameters, readConfigureGlobal } from "fast-check";
import { GlissadeError, ValueError } from "../errors.js";
import { type OperatorFunction, type OperatorLaw, type OperatorLawsOptions, operatorLaws } from "./operator-laws.js";
import { LawViolation } from "./violation.js";

/** vitest where it runs: other runners import this module too, for `operatorLaws`. */
const vitest = await import("vitest").catch(() => undefined);

/** Options of `describeOperator`. */
export interface DescribeOperatorOptions extends OperatorLawsOptions {
  /** Cases for each law; default what fast-check's `configureGlobal` says, or each law's own number (10 to 300). */
  readonly numRuns?: number;
  /** Replays a failure, together with `path`, as its message says. */
  readonly seed?: number;
  readonly path?: string;
}

/** Milliseconds that one law may take: a base, and as much again for every so many cases. */
const [baseTimeout, timeoutPerRun] = [30_000, 100];

/**
 * Registers a vitest suite with one test for each law of an operator. A failing law prints operator, law, the smallest call that breaks
 * it as TypeScript, the element, both values, and how to replay it.
 *
 * @param op A function with `.operator`, or any function with `options.samples`.
 * @param options.samples Draws the arguments of a call; default the operator's own.
 * @param options.numRuns Cases for each law.
 * @param options.laws Only these laws. `except`: laws that do not hold, each with a reason.
 * @throws ValueError outside vitest, and as `operatorLaws`.
 * @example
 * describeOperator(cube);
 * describeOperator(myLoss, { samples: (draw) => [draw.tensor(draw.shape({ minRank: 1 }))] });
 */
export function describeOperator(op: OperatorFunction, options: DescribeOperatorOptions = {}): void {
  const laws = operatorLaws(op, options);
  const name = options.name ?? op.operator?.name ?? op.name;
  inVitest(({ describe, expect, it }) => {
    describe(`laws of ${name}`, () => {
      for (const law of laws) {
        const timeout = baseTimeout + timeoutPerRun * runsOf(law, options);
        it(law.law, () => expectLaw(name, law, options), timeout);
      }
      // A suite without tests is an error of vitest's, which would hide the reason.
      if (laws.length === 0) it("has laws that apply", () => expect(laws).not.toEqual([]));
    });
  });
}

function inVitest(register: (api: NonNullable<typeof vitest>) => void): void {
  const remedy = "Call it in a file of vitest's, or hand the properties of operatorLaws to your runner.";
  if (vitest === undefined) throw new ValueError(`describeOperator: vitest is not installed. ${remedy}`);
  try {
    register(vitest);
  } catch (error) {
    throw new ValueError(`describeOperator: vitest is not running here. ${remedy}`, { cause: error });
  }
}

const runsOf = (law: OperatorLaw, options: DescribeOperatorOptions): number =>
  options.numRuns ?? readConfigureGlobal().numRuns ?? law.numRuns;

/**
 * Tries one law.
 *
 * @throws LawViolation with the smallest case and how to replay it; GlissadeError where fast-check gave up for another reason.
 */
export function expectLaw(name: string, law: OperatorLaw, options: DescribeOperatorOptions = {}): void {
  const parameters: Parameters<[unknown]> = { numRuns: runsOf(law, options), endOnFailure: false };
  if (options.seed !== undefined) parameters.seed = options.seed;
  if (options.path !== undefined) parameters.path = options.path;
  const run = check(law.property, parameters);
  if (!run.failed) return;
  const error = run.errorInstance;
  const replay = `{ laws: [${JSON.stringify(law.law)}], seed: ${run.seed}, path: ${JSON.stringify(run.counterexamplePath)} }`;
  const replayText = `  replay  describeOperator(${name}, ${replay})\n  found in case ${run.numRuns}, shrunk ${run.numShrinks} times`;
  if (!(error instanceof LawViolation)) {
    throw new GlissadeError(`${name}, law "${law.law}": ${String(error)}\n${replayText}`, { cause: error });
  }
  error.message = `${error.message}\n${replayText}`;
  throw error;
}
