/**
 * An operator of one's own, end to end: the log-determinant of a symmetric Toeplitz matrix, with a kernel in n² operations (Levinson and Durbin) and a
 * reverse rule (support/toeplitz/log-det.ts). The kit tries the laws on it, and finds the fault in a rule that is wrong on purpose
 * (test/your-own-operator.test.ts). Here it is the heart of a Gaussian process that is fitted to a hundred years of the Nile.
 */
import { operatorLaws } from "@glissade/autograd/testing";
import fc from "fast-check";
import { lineChart, outputPath, writeFigure } from "./support/plot.js";
import { formatTable } from "./support/table.js";
import { toeplitzLogDet } from "./support/toeplitz/log-det.js";
import { firstYear, nile } from "./support/toeplitz/nile.js";
import { fitProcess, smoothed } from "./support/toeplitz/process.js";

console.log("The laws of toeplitzLogDet:\n");
const laws = operatorLaws(toeplitzLogDet);
for (const law of laws) {
  fc.assert(law.property, { numRuns: Math.min(law.numRuns, 20) });
  console.log(`  ✓ ${law.law}`);
}

const { x, value, reason, evaluations } = fitProcess(nile);
const rows = [
  ["mean", x.mean.item(), "10⁸ m³ a year"],
  ["slow part", Math.exp(x.slow.item()), "standard deviation, 10⁸ m³"],
  ["noise", Math.exp(x.noise.item()), "standard deviation, 10⁸ m³"],
  ["memory", Math.exp(x.length.item()), "years"],
] as const;
console.log(
  `\nThe Nile from ${firstYear} on, by maximum likelihood (−log L = ${value.toFixed(3)}, ${evaluations} evaluations; ${reason}):\n`,
);
console.log(formatTable(["", { header: "estimate", format: (estimate) => estimate.toFixed(1) }, "unit"], rows));

const years = nile.map((_, i) => firstYear + i);
const { mean, deviation } = smoothed(x, nile);
const band = (sign: number): number[] => mean.map((level, i) => level + sign * 2 * (deviation[i] ?? 0));
const figure = lineChart({
  title: "A hundred years of the Nile",
  subtitle: "Measured volumes, the slow part of the fitted Gaussian process, and two standard deviations around it",
  x: { label: "year", domain: [firstYear, firstYear + nile.length - 1], format: String },
  y: { label: "10⁸ m³ a year" },
  series: [
    { name: "measured", x: years, y: nile, dots: true },
    { name: "slow part", x: years, y: mean },
    { name: "+ 2 σ", x: years, y: band(1), dashed: true },
    { name: "− 2 σ", x: years, y: band(-1), dashed: true },
  ],
});
const { svg, png } = writeFigure(outputPath("your-own-operator"), figure);
console.log(`\nMeasured and fitted: ${png} and ${svg}`);
console.log(
  JSON.stringify({ example: "your-own-operator", laws: laws.length, negativeLogLikelihood: Number(value.toFixed(6)) }),
);
