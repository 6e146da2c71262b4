import {
  checkGradients,
  einsum,
  grad,
  matmul,
  ShapeError,
  sum,
  type Tensor,
  tensor,
  tensordot,
  vmap,
  zeros,
} from "@glissade/autograd";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";

const product = (sides: readonly number[]): number => sides.reduce((total, side) => total * side, 1);

/** An operand with its axes' labels. */
interface Operand {
  readonly labels: string;
  readonly x: Tensor;
}

/** Small integers, so that every order of summation gives the same bits. */
const operand = (labels: string, shape: readonly number[]): fc.Arbitrary<Operand> =>
  fc
    .array(fc.integer({ min: -3, max: 3 }), { minLength: product(shape), maxLength: product(shape) })
    .map((values) => ({ labels, x: tensor(Float64Array.from(values), { shape }) }));

/** Row-major place of `index` in `shape`, where a side of 1 stretches. */
const placeOf = (index: readonly number[], shape: readonly number[]): number =>
  shape.reduce((place, side, axis) => place * side + (side === 1 ? 0 : (index[axis] ?? 0)), 0);

/** Σ over all assignments of the labels, one nested loop each. */
function naive(operands: readonly Operand[], output: string, sizes: ReadonlyMap<string, number>): number[] {
  const labels = [...sizes.keys()];
  const side = (label: string): number => sizes.get(label) ?? 1;
  const shape = [...output].map(side);
  const result = new Array<number>(product(shape)).fill(0);
  const data = operands.map(({ x }) => x.data());
  const count = product(labels.map(side));
  for (let n = 0; n < count; n++) {
    const at = new Map<string, number>();
    let left = n;
    for (const label of labels) {
      at.set(label, left % side(label));
      left = Math.floor(left / side(label));
    }
    const index = (names: string): number[] => [...names].map((name) => at.get(name) ?? 0);
    const term = operands.reduce((t, { labels: own, x }, i) => t * (data[i]?.[placeOf(index(own), x.shape)] ?? 0), 1);
    const place = placeOf(index(output), shape);
    result[place] = (result[place] ?? 0) + term;
  }
  return result;
}

interface Case {
  readonly operands: readonly Operand[];
  readonly output: string;
  readonly sizes: ReadonlyMap<string, number>;
}

/** Up to four operands over five labels, with diagonals, sides of 1 that stretch, and, where `least` is 0, nothing at all. */
const cases = (least: number): fc.Arbitrary<Case> =>
  fc
    .tuple(
      fc.array(fc.integer({ min: least, max: 3 }), { minLength: 5, maxLength: 5 }),
      fc.array(fc.array(fc.integer({ min: 0, max: 4 }), { maxLength: 4 }), { minLength: 1, maxLength: 4 }),
      fc.infiniteStream(fc.nat(5)),
      fc.shuffledSubarray([0, 1, 2, 3, 4]),
    )
    .chain(([sides, terms, stretched, kept]) => {
      const name = (label: number): string => "abcde"[label] ?? "a";
      const drawn = terms.map((term) => {
        // A label that is repeated in its operand is never stretched there.
        const ones = new Map(term.map((label) => [label, stretched.next().value === 0]));
        const once = (label: number): boolean => term.indexOf(label) === term.lastIndexOf(label);
        const shape = term.map((label) => (ones.get(label) && once(label) ? 1 : (sides[label] ?? 1)));
        return { labels: term.map(name).join(""), shape };
      });
      const sizes = new Map<string, number>();
      for (const { labels, shape } of drawn) {
        for (const [axis, label] of [...labels].entries()) {
          if ((sizes.get(label) ?? 1) === 1) sizes.set(label, shape[axis] ?? 1);
        }
      }
      const output = kept.map(name).filter((label) => sizes.has(label));
      return fc
        .tuple(...drawn.map(({ labels, shape }) => operand(labels, shape)))
        .map((operands) => ({ operands, output: output.join(""), sizes }));
    });

const specOf = ({ operands, output }: Case): string => `${operands.map(({ labels }) => labels).join(",")}->${output}`;

describe("einsum", () => {
  test.each([1, 0])("is the nested loops that its spec stands for, with sides from %i", (least) => {
    fc.assert(
      fc.property(cases(least), (drawn) => {
        const result = einsum(specOf(drawn), ...drawn.operands.map(({ x }) => x));
        expect(result.shape).toEqual([...drawn.output].map((label) => drawn.sizes.get(label)));
        expect([...result.data()].map((v) => v + 0)).toEqual(
          naive(drawn.operands, drawn.output, drawn.sizes).map((v) => v + 0),
        );
      }),
      { numRuns: 300 },
    );
  });

  test("has the derivative of these loops, which are linear in each operand", () => {
    fc.assert(
      fc.property(cases(1), (drawn) => {
        const xs = drawn.operands.map(({ x }) => x);
        const total = (...moved: Tensor[]): Tensor => sum(einsum(specOf(drawn), ...moved));
        // Σ x · ∂f/∂x = f for a function that is linear in x.
        for (const [which, x] of xs.entries()) {
          const g = grad(total, { argnums: which })(...xs);
          expect(g.shape).toEqual(x.shape);
          const own = [...g.data()].reduce((t, value, i) => t + value * (x.data()[i] ?? 0), 0);
          expect(own).toBeCloseTo(total(...xs).item(), 9);
        }
      }),
      { numRuns: 100 },
    );
  });

  test("agrees with differences to the second order", () => {
    const a = tensor(new Float64Array([0.5, -1, 2, 1.5, 0.3, -0.7]), { shape: [2, 3] });
    const b = tensor(new Float64Array([1, 0.2, -0.4, 2, 0.9, -1.1]), { shape: [3, 2] });
    checkGradients((x: Tensor, y: Tensor) => einsum("ij,jk,il->kl", x, y, x), [a, b], { order: 2 });
    checkGradients((x: Tensor) => einsum("ij,ij,kj->i", x, x, x), [a], { order: 2 });
    checkGradients((x: Tensor, y: Tensor) => tensordot(x, y, { axes: [[1], [0]] }), [a, b], { order: 2 });
  });

  test("the ellipsis broadcasts from the last axis, and is summed where the output has none", () => {
    const a = tensor(
      Float64Array.from({ length: 12 }, (_, i) => i),
      { shape: [2, 3, 2] },
    );
    const b = tensor(new Float64Array([1, 10, 100]), { shape: [3, 1] });
    expect(einsum("...,...->...", a, b).toArray()).toEqual(a.mul(b).toArray());
    expect(einsum("...i->i", a).toArray()).toEqual([30, 36]);
    expect(einsum("i...", a).shape).toEqual([3, 2, 2]);
    expect(einsum("...ij,...jk", a, zeros([5, 1, 2, 4])).shape).toEqual([5, 2, 3, 4]);
    expect(() => einsum("...,...", zeros([2]), zeros([3]))).toThrow(ShapeError);
  });

  test("reads transposes in place, and batches under vmap", () => {
    const a = tensor(
      Float64Array.from({ length: 6 }, (_, i) => i),
      { shape: [2, 3] },
    );
    expect(einsum("ji,jk->ik", a, a).toArray()).toEqual(matmul(a.mT, a).toArray());
    expect(einsum("ij,kj->ki", a, a).toArray()).toEqual(matmul(a, a.mT).toArray());
    expect(vmap((row: Tensor) => einsum("i,ji->j", row, a))(a).toArray()).toEqual(matmul(a, a.mT).toArray());
  });

  test("integers stay integers, booleans count as int32, dtypes meet", () => {
    const whole = tensor(Int32Array.of(1, 2));
    expect(einsum("i,i", whole, whole).dtype).toBe("int32");
    expect(einsum("i,i", [true, true], [true, false]).dtype).toBe("int32");
    expect(einsum("i,i", whole, tensor(new Float64Array(2))).dtype).toBe("float64");
  });

  test("multiplies the small way round", () => {
    // Any outer product on the way would have 4 · 10¹⁰ elements.
    const long = tensor(new Float64Array(200_000).fill(1));
    expect(einsum("i,j,j,i->", long, long, long, long).item()).toBe(4e10);
    // From the right 6 · 10⁶ multiplications, from the left 5 · 10⁹, which takes seconds.
    const a = zeros([1200, 1200]);
    const start = performance.now();
    expect(einsum("ij,jk,kl,lm,m->i", a, a, a, a, zeros([1200])).data().length).toBe(1200);
    expect(performance.now() - start).toBeLessThan(1000);
  });
});
