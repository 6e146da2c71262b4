/**
 * Predator and prey: the differential equations of Lotka and Volterra, fitted to the pelts of hares and lynxes that were bought from 1900 to 1920. A solver of
 * Runge and Kutta runs in a `scan`; `leastSquares` differentiates through it and tells standard errors too.
 * Writes numbers and fit, over time and against each other, to examples/out/neural-ode.svg and .png.
 */
import { exp } from "@glissade/autograd";
import { type Ecology, fitEcology, start, trajectory } from "./support/lynx-hare/fit.js";
import { pelts } from "./support/lynx-hare/pelts.js";
import { beside, type Figure, lineChart, outputPath, writeFigure } from "./support/plot.js";
import { formatTable } from "./support/table.js";

/** What the numbers of the fit are, in the order of the table. */
const meanings: readonly (readonly [name: keyof Ecology, meaning: string])[] = [
  ["birth", "births of hares, per hare and year"],
  ["hunting", "hares lost, per hare, thousand lynxes and year"],
  ["feeding", "births of lynxes, per lynx, thousand hares and year"],
  ["death", "deaths of lynxes, per lynx and year"],
  ["hare", "hares in 1900, thousands"],
  ["lynx", "lynxes in 1900, thousands"],
];

const started = performance.now();
let iteration = 0;
const { x, standardErrors, value, converged } = await fitEcology(start, (sum) => {
  console.log(`iteration ${String(iteration++).padStart(2)}  sum of squares ${sum.toFixed(6)}`);
});
const seconds = (performance.now() - started) / 1000;

// A standard error of a logarithm is a factor: exp of it, up and down.
const rows = meanings.map(([name, meaning]) => {
  const [logarithm, error] = [x[name].item(), standardErrors[name].item()];
  const [low, best, high] = [-1, 0, 1].map((times) => Math.exp(logarithm + times * error).toPrecision(3));
  return [meaning, start[name], best ?? "", `${low} … ${high}`];
});
console.log(`\n${formatTable(["number", "start", "fit", "within a standard error"], rows)}`);

/** How far off a year's number is on average, as a factor. */
const factor = Math.exp(Math.sqrt(value / (2 * pelts.length - meanings.length)));
const period = periodOf(x);
const { svg, png } = writeFigure(outputPath("neural-ode"), picture());
console.log(
  `\nThe fit misses a number by a factor of ${factor.toFixed(2)}, and turns round in ${period.toFixed(1)} years.`,
);
console.log(`Pelts and fit: ${png} and ${svg}`);
console.log(
  JSON.stringify({
    example: "neural-ode",
    converged,
    sumOfSquares: Number(value.toFixed(6)),
    seconds: Number(seconds.toFixed(2)),
  }),
);

/** Numbers of the fit at 40 times a year. */
function path(ecology: Ecology, years: number): { years: number[]; hares: number[]; lynxes: number[] } {
  const numbers = exp(trajectory(ecology, years, 40)).data();
  const places = Array.from({ length: numbers.length / 2 }, (_, i) => i);
  return {
    years: places.map((i) => 1900 + i / 40),
    hares: places.map((i) => numbers[2 * i] ?? Number.NaN),
    lynxes: places.map((i) => numbers[2 * i + 1] ?? Number.NaN),
  };
}

/** The time between the first two peaks of the hares. */
function periodOf(ecology: Ecology): number {
  const { years, hares } = path(ecology, 40);
  const isPeak = (i: number): boolean => (hares[i] ?? 0) > (hares[i - 1] ?? 0) && (hares[i] ?? 0) > (hares[i + 1] ?? 0);
  const [first = Number.NaN, second = Number.NaN] = years.filter((_, i) => i > 0 && i < years.length - 1 && isPeak(i));
  return second - first;
}

function picture(): Figure {
  const fit = path(x, 20);
  const [blue, vermilion, ink] = ["#0072b2", "#d55e00", "#5b5b5b"];
  const [years, hares, lynxes] = [
    pelts.map(({ year }) => year),
    pelts.map(({ hare }) => hare),
    pelts.map(({ lynx }) => lynx),
  ];
  const overTime = lineChart({
    title: "Over time",
    subtitle: "Dots on pale lines: pelts bought. Firm lines: the fit",
    x: { label: "year", ticks: [1900, 1905, 1910, 1915, 1920], format: String },
    y: { label: "thousands", domain: [0, 90] },
    series: [
      { name: "hare, pelts", x: years, y: hares, colour: blue, background: true, dots: true },
      { name: "lynx, pelts", x: years, y: lynxes, colour: vermilion, background: true, dots: true },
      { name: "hare", x: fit.years, y: fit.hares, colour: blue },
      { name: "lynx", x: fit.years, y: fit.lynxes, colour: vermilion },
    ],
    width: 640,
    height: 400,
  });
  const against = lineChart({
    title: "Lynxes against hares",
    subtitle: "The same: the fit goes round and round",
    x: { label: "hares, thousands", domain: [0, 90] },
    y: { label: "lynxes, thousands", domain: [0, 70] },
    series: [
      { name: "pelts", x: hares, y: lynxes, colour: ink, background: true, dots: true },
      { name: "fit", x: fit.hares, y: fit.lynxes, colour: "#008a64" },
    ],
    width: 400,
    height: 400,
  });
  return beside([overTime, against], {
    title: `Hares and lynxes turn round in ${period.toFixed(1)} years`,
    subtitle:
      "Pelts of the Hudson's Bay Company, and the equations of Lotka and Volterra, six numbers fitted by least squares of logarithms",
  });
}
