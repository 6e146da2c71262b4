/**
 * The 27 nonlinear regressions of NIST's Statistical Reference Datasets (https://www.itl.nist.gov/div898/strd), each fitted from its far and
 * its near start by Levenberg–Marquardt with automatic Jacobians. Tells how many digits agree with the certified values, and draws all fits to
 * examples/out/nist.svg and .png. MINPACK, with exact derivatives, solves 26 from the far start and 27 from the near one.
 */
import { full, linspace, type Tensor, tensor } from "@glissade/autograd";
import { type Fit, fitProblem } from "./support/nist/fit.js";
import { type Problem, problems } from "./support/nist/problems.js";
import { beside, type Figure, fitPanel, outputPath, stacked, writeFigure } from "./support/plot.js";
import { progressBar } from "./support/progress.js";
import { formatTable } from "./support/table.js";

/** How many digits every parameter must have for a problem to count as solved. */
const GOAL = 6;

const bar = progressBar("nist");
bar.start(problems.length);
const results = problems.map((problem, i) => {
  const fits = [fitProblem(problem, problem.start1), fitProblem(problem, problem.start2)] as const;
  bar.update(i + 1);
  return { problem, fits };
});
bar.stop();

const isSolved = ({ digits }: Fit): boolean => digits.parameters >= GOAL;
const digitsOf = (found: Fit): string =>
  [found.digits.parameters, found.digits.residual, found.digits.deviations]
    .map((digits) => digits.toFixed(1).padStart(4))
    .join(" ") + (isSolved(found) ? "" : "  not solved");

console.log(
  "\nCertified digits of the worst parameter, of the residual sum of squares and of the worst standard deviation, of 11 given;",
);
console.log("and evaluations of the residuals and of their Jacobian:\n");
const columns = ["problem", "difficulty", "from the far start", "evaluations", "from the near start", "evaluations"];
const rows = results.map(({ problem, fits: [far, near] }) => [
  problem.name,
  problem.difficulty,
  digitsOf(far),
  far.evaluations,
  digitsOf(near),
  near.evaluations,
]);
console.log(formatTable(columns, rows));

const { svg, png } = writeFigure(outputPath("nist"), pictureOf(6), { scale: 1 });
console.log(`\nAll fits: ${png} and ${svg}`);
const solved = ([0, 1] as const).map((start) => results.filter(({ fits }) => isSolved(fits[start])).length);
console.log(
  `Solved to ${GOAL} digits: ${solved[0]} of ${problems.length} from the far start, ${solved[1]} from the near one.`,
);
console.log(JSON.stringify({ example: "nist", solved: { start1: solved[0], start2: solved[1] } }));

/** A panel for each problem. */
function pictureOf(perRow: number): Figure {
  const panels = results.map(({ problem, fits }) => panelOf(problem, fits[1]));
  const rowsOfPanels = Array.from({ length: Math.ceil(panels.length / perRow) }, (_, row) =>
    beside(panels.slice(row * perRow, (row + 1) * perRow), { title: "", gap: 16 }),
  );
  return stacked(rowsOfPanels, {
    title: "NIST's 27 nonlinear regressions",
    subtitle:
      "Measurements and the fits from the near start; the digits of the worst parameter that agree with the certified values",
    gap: 8,
  });
}

function panelOf(problem: Problem, { parameters, digits }: Fit): Figure {
  const [along = tensor([])] = problem.x;
  const [xs, ys] = [along.data(), problem.y.data()];
  return fitPanel({
    title: problem.name,
    subtitle: `${digits.parameters.toFixed(1)} digits`,
    points: Array.from(xs, (x, i) => [x, ys[i] ?? Number.NaN] as const),
    curves: otherPredictors(problem).map((others) => curveOf(problem, parameters, others)),
  });
}

/** The values at which the predictors besides the first are held, a curve each: all that were measured. */
function otherPredictors({ predictors: [, ...others] }: Problem): readonly (readonly number[])[] {
  const [second] = others;
  return second === undefined ? [[]] : [...new Set(second)].map((value) => [value]);
}

function curveOf({ x: [along], fitted }: Problem, parameters: Tensor, others: readonly number[]) {
  const xs = along?.data() ?? [];
  const grid = linspace(Math.min(...xs), Math.max(...xs), 300, { dtype: "float64" });
  const held = others.map((value) => full([300], value, { dtype: "float64" }));
  const heights = fitted(parameters, [grid, ...held]).data();
  return Array.from(grid.data(), (x, i) => [x, heights[i] ?? Number.NaN] as const);
}
