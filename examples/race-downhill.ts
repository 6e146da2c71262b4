/**
 * Twelve methods on four landscapes: Rosenbrock's valley, Beale's plateaus, Himmelblau's four minima and a ravine with noise. Each method gets the
 * learning rate that suits it best, of 25 that run side by side in one tensor. Draws their paths over the contours to examples/out/race-downhill.svg
 * and .png, and tells how many evaluations of value and gradient each needed to come below 10⁻⁸.
 */
import { linspace, meshgrid } from "@glissade/autograd";
import {
  chain,
  type GradientTransform,
  scaleByAdadelta,
  scaleByAdagrad,
  scaleByAdam,
  scaleByBelief,
  scaleByLion,
  scaleByNadam,
  scaleByRadam,
  scaleByRms,
  scaleByRprop,
  trace,
} from "@glissade/optim";
import { beside, contourMap, type Figure, outputPath, stacked, writeFigure } from "./support/plot.js";
import { progressBar } from "./support/progress.js";
import { type Landscape, landscapes } from "./support/race/landscapes.js";
import { type Run, race } from "./support/race/race.js";
import { formatTable } from "./support/table.js";

const GOAL = 1e-8;
const BUDGET = Number(process.argv[2] ?? 10_000);
if (!(Number.isSafeInteger(BUDGET) && BUDGET > 0)) {
  throw new RangeError(
    `race-downhill: the budget of evaluations must be a whole number above 0, not ${process.argv[2]}.`,
  );
}

/** A panel of the picture has the methods of one family. */
const families: readonly { readonly name: string; readonly methods: Readonly<Record<string, GradientTransform>> }[] = [
  {
    name: "Gradient and momentum",
    methods: {
      "gradient descent": chain(),
      momentum: trace({ momentum: 0.9 }),
      nesterov: trace({ momentum: 0.9, nesterov: true }),
      rprop: scaleByRprop(),
    },
  },
  {
    name: "Scaled by past gradients",
    methods: { adagrad: scaleByAdagrad(), adadelta: scaleByAdadelta(), rmsprop: scaleByRms(), adam: scaleByAdam() },
  },
  {
    name: "After Adam",
    methods: { nadam: scaleByNadam(), radam: scaleByRadam(), adabelief: scaleByBelief(), lion: scaleByLion() },
  },
];

const methods = families.flatMap((family) => Object.entries(family.methods));
const bar = progressBar("race-downhill");
bar.start(landscapes.length * methods.length);
let raced = 0;
const results = landscapes.map((landscape) => ({
  landscape,
  runs: new Map(
    methods.map(([name, rule]): [string, Run] => {
      const run = race(rule, landscape, GOAL, BUDGET);
      bar.update(++raced);
      return [name, run];
    }),
  ),
}));
bar.stop();

console.log(
  `\nEvaluations of value and gradient to come below ${GOAL}, of at most ${BUDGET.toLocaleString("en-US")}; in brackets the best rate`,
);
console.log("of 25, or the least height where it was not reached:\n");
const columns = ["method", ...landscapes.map(({ name }) => name)];
const rows = methods.map(([name]) => [name, ...results.map(({ runs }) => describe(runs.get(name)))]);
console.log(formatTable(columns, rows));

const picture = stacked(results.map(mapsOf), {
  title: "Race downhill",
  subtitle: "Twelve methods, each at its best learning rate: ○ start, × minima, and the number of evaluations to 10⁻⁸",
});
const { svg, png } = writeFigure(outputPath("race-downhill"), picture, { scale: 1 });
console.log(`\nPaths over the contours: ${png} and ${svg}`);
console.log(
  JSON.stringify({
    example: "race-downhill",
    goal: GOAL,
    evaluations: Object.fromEntries(
      results.map(({ landscape, runs }) => [
        landscape.name,
        Object.fromEntries([...runs].map(([name, { evaluations }]) => [name, evaluations ?? null])),
      ]),
    ),
  }),
);

function describe(run: Run | undefined): string {
  if (run === undefined) return "";
  const rate = run.rate.toPrecision(2);
  return run.evaluations === undefined
    ? `— (${run.lowest.toExponential(1)})`
    : `${run.evaluations.toLocaleString("en-US")} (${rate})`;
}

/** A row of maps, one for each family. */
function mapsOf({ landscape, runs }: (typeof results)[number]): Figure {
  const { x, y, minima, name, subtitle } = landscape;
  const grid = { ...heightsOf(landscape, 160, 130), x, y, marks: minima, width: 372, height: 352 };
  const maps = families.map((family) =>
    contourMap({
      ...grid,
      title: family.name,
      paths: Object.keys(family.methods).map((method) => {
        const { evaluations, path } = runs.get(method) ?? { evaluations: undefined, path: [] };
        return { name: `${method} ${evaluations?.toLocaleString("en-US") ?? "—"}`, points: path };
      }),
    }),
  );
  return beside(maps, { title: name, subtitle, gap: 24 });
}

/** The heights at the points of a grid, all in one go. */
function heightsOf({ height, x: [left, right], y: [low, high] }: Landscape, columns: number, rows: number) {
  const steps = (from: number, to: number, count: number) => linspace(from, to, count, { dtype: "float64" });
  const [x, y] = meshgrid([steps(left, right, columns), steps(low, high, rows)]);
  if (x === undefined || y === undefined) throw new RangeError("heightsOf: a grid has two axes.");
  return { heights: height({ x, y }).data(), columns };
}
