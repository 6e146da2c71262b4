// How compile time grows with the number of operators, and what a step with nothing to do costs. Prints JSON.
// usage: node compile-times.mjs LARGEST
import { register } from "node:module";

register("./built-packages.mjs", import.meta.url);
const { add, jit, mul, realize, sin, tensor, valueAndGrad } = await import("@glissade/autograd");

const OPERATORS_AN_ITERATION = 6; // sin, ·, + and what their gradient adds
const CALLS = 200_000;

/** Milliseconds of the first call of a gradient of about so many operators. @param {number} operators */
function firstCall(operators) {
  const iterate = (x, a, b) => {
    let y = x;
    for (let k = 0; k < operators / OPERATORS_AN_ITERATION; k++) y = add(mul(sin(y), a), b);
    return y;
  };
  const evaluate = jit((x, a, b) => valueAndGrad(iterate, { argnums: [0, 1, 2] })(x, a, b));
  const operands = [0.5, 0.9, 0.3].map((value) => tensor(new Float64Array([value]), { shape: [] }));
  const start = performance.now();
  realize(evaluate(...operands).value);
  return performance.now() - start;
}

/** Microseconds of a call that has nothing to do. */
function emptyCall() {
  const step = jit((x) => x);
  const x = tensor([1]);
  for (let i = 0; i < CALLS; i++) step(x);
  const start = performance.now();
  for (let i = 0; i < CALLS; i++) step(x);
  return ((performance.now() - start) * 1000) / CALLS;
}

const largest = Number(process.argv[2]);
firstCall(1000); // the compiler's own code warms up
const sizes = [2_000, 5_000, 10_000, 20_000, 50_000].filter((size) => size <= largest);
const growth = sizes.map((operators) => ({ operators, ms: firstCall(operators) }));
process.stdout.write(JSON.stringify({ growth, emptyMicroseconds: emptyCall() }));
process.exit(0);
