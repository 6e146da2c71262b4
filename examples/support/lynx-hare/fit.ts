import { add, exp, log, mul, scan, stack, sub, type Tensor, tensor } from "@glissade/autograd";
import { type LeastSquaresResult, leastSquares } from "@glissade/optim";
import { pelts } from "./pelts.js";

/**
 * The equations of A. J. Lotka (1925) and V. Volterra (1926) for hares h and lynxes l, with time in years:
 * h′ = (birth − hunting · l) h and l′ = (feeding · h − death) l. All numbers are kept as their logarithms, which keeps them positive.
 */
export interface Ecology {
  readonly birth: Tensor;
  readonly hunting: Tensor;
  readonly feeding: Tensor;
  readonly death: Tensor;
  /** Hares in 1900, in thousands of pelts. */
  readonly hare: Tensor;
  /** Lynxes in 1900. */
  readonly lynx: Tensor;
}

/** Where the fit starts: rough sizes, far from the best. */
export const start: Readonly<Record<keyof Ecology, number>> = {
  birth: 0.7,
  hunting: 0.03,
  feeding: 0.03,
  death: 0.7,
  hare: 30,
  lynx: 5,
};

interface Rates {
  readonly birth: Tensor;
  readonly hunting: Tensor;
  readonly feeding: Tensor;
  readonly death: Tensor;
}

type Logs = readonly [hare: Tensor, lynx: Tensor];

/** (log h)′ and (log l)′. */
function slopes([hare, lynx]: Logs, { birth, hunting, feeding, death }: Rates): Logs {
  return [sub(birth, mul(hunting, exp(lynx))), sub(mul(feeding, exp(hare)), death)];
}

/** One step of the classical method of Runge and Kutta, of order 4 (W. Kutta, 1901). */
function rungeKutta(state: Logs, rates: Rates, time: number): Logs {
  const along = ([hare, lynx]: Logs, [h, l]: Logs, share: number): Logs => [
    add(hare, mul(share, h)),
    add(lynx, mul(share, l)),
  ];
  const first = slopes(state, rates);
  const second = slopes(along(state, first, time / 2), rates);
  const third = slopes(along(state, second, time / 2), rates);
  const fourth = slopes(along(state, third, time), rates);
  const mean = (i: 0 | 1): Tensor => add(add(first[i], fourth[i]), mul(2, add(second[i], third[i])));
  return along(state, [mean(0), mean(1)], time / 6);
}

/**
 * Logarithms of hares and lynxes over time, by Runge–Kutta steps in one `scan`.
 *
 * @param ecology logarithms of rates and first numbers, scalars of float64
 * @param years how long
 * @param stepsPerYear of equal length
 * @returns [years · stepsPerYear + 1, 2], from the start on
 * @example
 * const path = trajectory(logarithms(start), 20, 10); // [201, 2]
 */
export function trajectory(ecology: Ecology, years: number, stepsPerYear: number): Tensor {
  const { birth, hunting, feeding, death, hare, lynx } = ecology;
  const rates = { birth: exp(birth), hunting: exp(hunting), feeding: exp(feeding), death: exp(death) };
  // Each step tells the state that it begins with; one more than needed tells the last.
  const advance = (state: Logs) => [rungeKutta(state, rates, 1 / stepsPerYear), stack(state)] as const;
  const [, path] = scan(advance, [hare, lynx] as const, null, { length: years * stepsPerYear + 1 });
  return path;
}

/** Numbers as the tree of logarithms that `trajectory` takes. */
export function logarithms(numbers: Readonly<Record<keyof Ecology, number>>): Ecology {
  const logarithm = (value: number): Tensor => log(tensor(value, { dtype: "float64" }));
  return {
    birth: logarithm(numbers.birth),
    hunting: logarithm(numbers.hunting),
    feeding: logarithm(numbers.feeding),
    death: logarithm(numbers.death),
    hare: logarithm(numbers.hare),
    lynx: logarithm(numbers.lynx),
  };
}

const stepsPerYear = 10;
const measured = log(tensor(Float64Array.from(pelts.flatMap(({ hare, lynx }) => [hare, lynx])), { shape: [-1, 2] }));

/** By how much the logarithms of the years' numbers differ from the pelts': [years, 2]. Errors of pelts are shares, so logarithms are compared. */
export function residuals(ecology: Ecology): Tensor {
  const path = trajectory(ecology, pelts.length - 1, stepsPerYear);
  return sub(path.slice({ start: [0, 0], stop: [path.shape[0] ?? 0, 2], step: [stepsPerYear, 1] }), measured);
}

/** Fits rates and first numbers to the pelts by Levenberg–Marquardt, the derivatives through the solver by `scan`'s own. */
export function fitEcology(
  from = start,
  onIteration: (value: number) => void = () => {},
): Promise<LeastSquaresResult<Ecology>> {
  return leastSquares(residuals, logarithms(from), {
    compile: true,
    callback: ({ value }) => onIteration(value),
  });
}
