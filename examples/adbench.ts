/**
 * ADBench, the field's benchmark of automatic differentiation (Srajer, Kukelova & Fitzgibbon, "A Benchmark of Selected Algorithmic Differentiation
 * Tools on Some Problems in Computer Vision and Machine Learning", 2018): mixtures of Gaussians (GMM), a long short-term memory (LSTM), bundle adjustment
 * (BA) and hand tracking. Every derivative is compared with that of the benchmark's hand-written code, and timed beside the tools that its authors measured,
 * on a Xeon E5-1620 of 2012. What counts is the ratio of the two times.
 */
import { baInstances } from "./support/adbench/ba.js";
import { gmmInstances } from "./support/adbench/gmm.js";
import { handInstances } from "./support/adbench/hand.js";
import { lstmInstances } from "./support/adbench/lstm.js";
import { measure } from "./support/adbench/measure.js";
import type { Instance } from "./support/adbench/vectors.js";
import { progressBar } from "./support/progress.js";
import { formatTable } from "./support/table.js";

/** The largest ρ at which the benchmark takes a result as right. */
const GOAL = 1e-8;

const instances = [...gmmInstances(), ...lstmInstances(), ...baInstances(), ...handInstances()];
const bar = progressBar("adbench");
bar.start(instances.length);
const results = instances.map((instance, i) => {
  const { objective: valueError, derivative: slopeError } = instance.errors();
  const error = Math.max(valueError, slopeError);
  const [objective, derivative] = [measure(instance.objective), measure(instance.derivative)];
  bar.update(i + 1);
  return { instance, error, objective, derivative, ratio: derivative / objective };
});
bar.stop();

const milliseconds = (seconds: number): string => (1000 * seconds).toPrecision(3);

console.log("\nTimes in milliseconds; ρ is the largest distance from the benchmark's own derivative:\n");
const columns = ["problem", "instance", "parameters", "ρ", "objective", "derivative", "ratio"].map((header, i) => ({
  header,
  align: i < 2 ? ("left" as const) : ("right" as const),
}));
const rows = results.map(({ instance, error, objective, derivative, ratio }) => [
  instance.family,
  instance.name,
  instance.parameters.toLocaleString("en-US"),
  error.toExponential(0) + (error <= GOAL ? "" : " ×"),
  milliseconds(objective),
  milliseconds(derivative),
  ratio.toFixed(1),
]);
console.log(formatTable(columns, rows));

console.log("\nBeside the published times of other tools, those of 2015:");
for (const { instance, ...own } of results) {
  if (Object.keys(instance.published).length > 0) console.log(`\n${instance.name}\n${tableBeside(instance, own)}`);
}
console.log(
  JSON.stringify({
    example: "adbench",
    correct: results.filter(({ error }) => error <= GOAL).length,
    instances: results.length,
    ratios: Object.fromEntries(
      results.map(({ instance, ratio }) => [`${instance.family} ${instance.name}`, Number(ratio.toFixed(2))]),
    ),
  }),
);

/** The tools, the fastest derivative first. */
function tableBeside(
  { published }: Instance,
  own: { readonly objective: number; readonly derivative: number },
): string {
  const tools = [
    ...Object.entries(published).map(([tool, [objective, derivative]]) => ({ tool, objective, derivative })),
    { tool: "Glissade | TypeScript, here", ...own },
  ].sort((a, b) => a.derivative - b.derivative);
  const headers = ["tool", "objective", "derivative", "ratio"].map((header, i) => ({
    header,
    align: i === 0 ? ("left" as const) : ("right" as const),
  }));
  return formatTable(
    headers,
    tools.map(({ tool, objective, derivative }) => [
      tool,
      milliseconds(objective),
      milliseconds(derivative),
      (derivative / objective).toFixed(1),
    ]),
  );
}
