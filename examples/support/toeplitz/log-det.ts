import {
  add,
  DTypeError,
  definePrimitive,
  expandDims,
  eye,
  linalg,
  matmul,
  mul,
  type PrimitiveDefinition,
  ShapeError,
  type Tensor,
  tensor,
  ValueError,
} from "@glissade/autograd";

/** Logarithm of the determinant by the recursion of Levinson and Durbin (Golub & Van Loan, "Matrix Computations", 4th edition, section 4.7). */
function levinson(diagonal: number, band: ArrayLike<number>): number {
  const size = band.length + 1;
  let variance = diagonal;
  let total = Math.log(variance);
  let filter: number[] = [];
  for (let k = 1; k < size; k++) {
    const known = filter.reduce((sum, value, i) => sum + value * (band[k - 2 - i] ?? 0), 0);
    const reflection = ((band[k - 1] ?? 0) - known) / variance;
    filter = [...filter.map((value, i) => value - reflection * (filter[k - 2 - i] ?? 0)), reflection];
    variance *= 1 - reflection * reflection;
    // NaN where the matrix is not positive definite.
    total += Math.log(variance);
  }
  return total;
}

const known = new Map<string, Tensor>();

/** [n − 1, n²]: for each distance k = 1 … n − 1 a matrix with ones k beside the diagonal, on both sides; one tensor for each n and dtype, so that a compiler sees it to be the same. */
function patterns(size: number, dtype: "float32" | "float64"): Tensor {
  const key = `${size} ${dtype}`;
  const made = known.get(key) ?? tensor(patternData(size), { dtype, shape: [size - 1, size * size] });
  known.set(key, made);
  return made;
}

const patternData = (size: number): Float64Array<ArrayBuffer> =>
  Float64Array.from({ length: (size - 1) * size * size }, (_, i) => {
    const [k, row, column] = [Math.floor(i / (size * size)) + 1, Math.floor(i / size) % size, i % size];
    return Math.abs(row - column) === k ? 1 : 0;
  });

const floatOf = (dtype: string): "float32" | "float64" => (dtype === "float64" ? "float64" : "float32");

/** The symmetric Toeplitz matrix with `diagonal`, of shape [...], on the diagonal and `band`, of shape [..., n − 1], beside it. */
export function toeplitz(diagonal: Tensor, band: Tensor): Tensor {
  const size = (band.shape.at(-1) ?? 0) + 1;
  const dtype = floatOf(band.dtype);
  const beside = matmul(expandDims(band, -2), patterns(size, dtype)).reshape([...band.shape.slice(0, -1), size, size]);
  const identity = eye(size, { dtype });
  return add(mul(expandDims(expandDims(diagonal, -1), -1), identity), beside);
}

/** What the operator is made of, for tests that break a rule on purpose. */
export const logDetDefinition: PrimitiveDefinition<undefined> = {
  linear: "none",
  infer({ inputs }) {
    const [diagonal, band] = inputs;
    if (inputs.length !== 2) {
      throw new ValueError(`toeplitzLogDet: takes two tensors, the diagonal and the band, not ${inputs.length}.`);
    }
    const lead = band.shape.slice(0, -1);
    if (band.shape.length === 0 || lead.join() !== diagonal.shape.join()) {
      throw new ShapeError(
        `toeplitzLogDet: the diagonal has shape [${diagonal.shape.join(", ")}] and the band [${band.shape.join(", ")}]. ` +
          "The band needs the axes of the diagonal, and one of n − 1 after them.",
      );
    }
    if (diagonal.dtype !== band.dtype || (band.dtype !== "float32" && band.dtype !== "float64")) {
      throw new DTypeError(
        `toeplitzLogDet: the diagonal has dtype ${diagonal.dtype} and the band ${band.dtype}; both must be the same float. Use cast.`,
      );
    }
    return { shape: diagonal.shape, dtype: diagonal.dtype };
  },
  run({ inputs: [diagonal, band], dtype }) {
    const width = band.shape.at(-1) ?? 0;
    const values = Array.from(diagonal.data, (value, i) =>
      levinson(Number(value), Float64Array.from(band.data.subarray(i * width, (i + 1) * width), Number)),
    );
    return dtype === "float64" ? Float64Array.from(values) : Float32Array.from(values);
  },
  // d log det T = tr(T⁻¹ dT): the trace of the inverse, and twice the sums of its other diagonals.
  vjp({ inputs: [diagonal, band], cotangent }) {
    const inverse = linalg.inv(toeplitz(diagonal, band));
    const size = (band.shape.at(-1) ?? 0) + 1;
    const flat = inverse.reshape([...diagonal.shape, 1, size * size]);
    const sums = mul(flat, patterns(size, floatOf(band.dtype))).sum({ axis: -1 });
    return [
      mul(cotangent, mul(inverse, eye(size, { dtype: floatOf(band.dtype) })).sum({ axis: [-2, -1] })),
      mul(expandDims(cotangent, -1), sums),
    ];
  },
  batch({ inputs, batched, size }) {
    const [diagonal, band] = inputs.map((x, i) => (batched[i] ? x : x.broadcastTo([size, ...x.shape])));
    if (diagonal === undefined || band === undefined) throw new RangeError("toeplitzLogDet takes two operands.");
    return toeplitzLogDet(diagonal, band);
  },
  // Diagonally dominant, hence positive definite.
  samples(draw) {
    const shape = draw.shape({ maxRank: 2, maxSide: 3 });
    return [draw.tensor(shape, { min: 2, max: 4 }), draw.tensor([...shape, draw.side(4)], { min: -0.2, max: 0.2 })];
  },
};

/**
 * log det of a symmetric positive definite Toeplitz matrix, in n² operations: differentiable to any order, batched.
 *
 * @param diagonal What is on the diagonal, of shape [...].
 * @param band What is 1, 2, … n − 1 beside it, of shape [..., n − 1].
 * @returns Of shape [...]; NaN where the matrix is not positive definite.
 * @throws ShapeError where the axes before the last differ.
 * @example
 * toeplitzLogDet(tensor(2), tensor([1, 0])).item(); // log 4
 */
export const toeplitzLogDet = definePrimitive("toeplitzLogDet", logDetDefinition);
