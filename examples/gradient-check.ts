/**
 * Checks analytic gradients with numerical ones, as the lecture note advises: both losses of a linear classifier on real digits, forward
 * and central differences, steps from 1e-1 to 1e-12. Large steps suffer from truncation, small ones from rounding: a V.
 * Writes the curves to examples/out/gradient-check.svg and .png.
 */
import { generator, grad, numericalGradient, type Tensor, tensor } from "@glissade/autograd";
import { crossEntropy, multiMarginLoss } from "@glissade/nn";
import { CLASSES, loadMnist, toUnit } from "./support/mnist.js";
import { lineChart, outputPath, writeFigure } from "./support/plot.js";
import { progressBar } from "./support/progress.js";
import { formatTable } from "./support/table.js";

const examples = 32;
// A 7 × 7 patch in the middle of each image keeps the number of parameters, and so of differences, at 490.
const patch = 7;

const { train } = loadMnist();
const images = tensor(Float64Array.from(patches()), { shape: [examples, patch * patch] });
const labels = tensor(train.labels.subarray(0, examples));
const weights = generator(1).normal([patch * patch, CLASSES], { std: 0.5, dtype: "float64" });

const losses = {
  "softmax (cross entropy)": (w: Tensor): Tensor => crossEntropy(images.matmul(w), labels),
  "SVM (multi-class margin)": (w: Tensor): Tensor => multiMarginLoss(images.matmul(w), labels),
};
const methods = ["forward", "central"] as const;
const steps = Array.from({ length: 12 }, (_, i) => 10 ** -(i + 1));

const bar = progressBar("gradient-check");
bar.start(Object.keys(losses).length * methods.length * steps.length);
let done = 0;
const curves = Object.entries(losses).flatMap(([name, loss]) => {
  const analytic = grad(loss)(weights).data();
  return methods.map((method) => {
    const errors = steps.map((step) => {
      const error = relativeError(analytic, numericalGradient(loss, weights, { method, step }).data());
      bar.update(++done);
      return error;
    });
    return { name, method, errors };
  });
});
bar.stop();

const columns = ["step", ...curves.map(({ name, method }) => `${name.split(" ")[0]} ${method}`)];
const rows = steps.map((step, i) => [
  step.toExponential(0),
  ...curves.map(({ errors }) => errors[i]?.toExponential(1)),
]);
console.log(
  `Relative error of numerical against analytic gradients, ${weights.size} parameters, ${examples} digits, float64:\n`,
);
console.log(formatTable(columns, rows));

const { svg, png } = writeFigure(
  outputPath("gradient-check"),
  lineChart({
    title: "Numerical gradients are best at a middling step",
    subtitle: "Truncation error falls with the step (slope 1 forward, 2 central), rounding error grows as it shrinks",
    x: { label: "step", scale: "log", domain: [1e-1, 1e-12] },
    y: { label: "relative error ‖numerical − analytic‖ / (‖numerical‖ + ‖analytic‖)", scale: "log" },
    series: curves.map(({ name, method, errors }) => ({
      name: `${name}, ${method}`,
      x: steps,
      y: errors,
      dots: true,
      dashed: method === "forward",
    })),
    names: "legend",
  }),
);
console.log(`\nThe curves: ${png} and ${svg}`);
const best = Object.fromEntries(
  curves.map(({ name, method, errors }) => [`${name.split(" ")[0]} ${method}`, Math.min(...errors)]),
);
console.log(JSON.stringify({ example: "gradient-check", smallestRelativeError: best }));

/** The middle of the first images, in [0, 1]. */
function* patches(): Generator<number> {
  const pixels = toUnit(train.images.subarray(0, examples * train.rows * train.columns));
  const [top, left] = [(train.rows - patch * 2) / 2, (train.columns - patch * 2) / 2];
  for (let n = 0; n < examples; n++) {
    for (let i = 0; i < patch * patch; i++) {
      const [row, column] = [top + 2 * Math.floor(i / patch), left + 2 * (i % patch)];
      yield pixels[(n * train.rows + row) * train.columns + column] ?? 0;
    }
  }
}

function relativeError(a: Float64Array | Float32Array | ArrayLike<number>, b: ArrayLike<number>): number {
  let [difference, normA, normB] = [0, 0, 0];
  for (let i = 0; i < a.length; i++) {
    const [x, y] = [a[i] ?? 0, b[i] ?? 0];
    difference += (x - y) ** 2;
    normA += x * x;
    normB += y * y;
  }
  return Math.sqrt(difference) / (Math.sqrt(normA) + Math.sqrt(normB));
}
