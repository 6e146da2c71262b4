/**
 * Thirty problems of Moré, Garbow & Hillstrom, "Testing Unconstrained Optimization Software" (ACM TOMS 7, 1981), solved from their standard
 * starts by the methods of `minimize` and by `leastSquares`. Tells the evaluations of each beside those of SciPy 1.10 with exact derivatives.
 * An evaluation is a value with its gradient, or a product with the Hessian; for Levenberg–Marquardt the residuals, or their Jacobian. SciPy's
 * count leaves products with the Hessian out.
 */
import { type Problem, problems } from "./support/more-garbow-hillstrom/problems.js";
import { type Method, methods, solve } from "./support/more-garbow-hillstrom/solve.js";
import { progressBar } from "./support/progress.js";
import { formatTable } from "./support/table.js";

/** The method of SciPy that comes next to one of ours. */
const counterparts: Partial<Record<Method, keyof Problem["scipy"]>> = {
  bfgs: "BFGS",
  "l-bfgs": "L-BFGS-B",
  "newton-cg": "Newton-CG",
  "trust-region": "trust-exact",
};

const bar = progressBar("minimisers");
bar.start(problems.length * methods.length);
let done = 0;
const solutions = new Map(
  problems.map((problem) => [
    problem,
    new Map(
      methods.map((method) => {
        const solution = solve(problem, method);
        bar.update(++done);
        return [method, solution] as const;
      }),
    ),
  ]),
);
bar.stop();

const mark = (evaluations: number | undefined, isGood: boolean | undefined): string =>
  `${evaluations?.toLocaleString("en-US") ?? ""}${isGood === false ? " ×" : ""}`;

console.log(
  "\nEvaluations from the standard start, SciPy's in the column after; × where no known minimum was reached:\n",
);
const columns = [
  "problem",
  ...methods.flatMap((method) => [method, ...(counterparts[method] === undefined ? [] : [counterparts[method]])]),
];
const rows = [...solutions].map(([problem, byMethod]) => [
  problem.name,
  ...methods.flatMap((method) => {
    const ours = byMethod.get(method);
    const name = counterparts[method];
    const theirs = name === undefined ? undefined : problem.scipy[name];
    const cells = [mark(ours?.evaluations, ours?.isSolved)];
    return theirs === undefined ? cells : [...cells, mark(theirs.evaluations, problem.isSolved(theirs.value))];
  }),
]);
console.log(
  formatTable(
    columns.map((header, i) => ({ header, align: i === 0 ? "left" : "right" })),
    rows,
  ),
);

const solved = Object.fromEntries(
  methods.map((method) => [
    method,
    [...solutions.values()].filter((byMethod) => byMethod.get(method)?.isSolved).length,
  ]),
);
const counts = Object.entries(solved).map(([method, count]) => `${method} ${count}`);
console.log(`\nSolved of ${problems.length}: ${counts.join(", ")}.`);
console.log(JSON.stringify({ example: "minimisers", problems: problems.length, solved }));
