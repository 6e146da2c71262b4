import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { lgamma } from "../../src/numbers/gamma.js";
import { digamma, polygamma, trigamma } from "../../src/numbers/polygamma.js";
import { cosPi, sinPi } from "../../src/numbers/stable.js";
import * as tables from "./special-values.js";
import { ulpDistance, worstRow } from "./ulp.js";

const POLYGAMMA_200_AT_50 = -2.5829713930705358e33; // mpmath, 3000 bits
const positive = fc.double({ min: 1e-3, max: 1e3, noNaN: true });
/** Away from the poles, where rounding 1 + x or 1 − x alone changes the value. */
const negative = fc
  .tuple(fc.integer({ min: -30, max: -1 }), fc.double({ min: 0.05, max: 0.95, noNaN: true }))
  .map(([whole, part]) => whole + part);

describe("lgamma", () => {
  it("is within 3 ulp for x > 0, also beside its zeros", () => {
    expect(worstRow(tables.LGAMMA_POSITIVE, lgamma).ulps).toBeLessThanOrEqual(3);
  });

  it("is within 4 ulp of 1 + |log Γ(|x|)| for x < 0", () => {
    expect(worstRow(tables.LGAMMA_NEGATIVE, lgamma, (x) => 1 + Math.abs(lgamma(-x))).ulps).toBeLessThanOrEqual(4);
  });

  it("satisfies Γ(x + 1) = x Γ(x)", () => {
    fc.assert(
      fc.property(fc.oneof(positive, negative), (x) => {
        const scale = 1 + Math.abs(lgamma(x)) + Math.abs(x);
        expect(Math.abs(lgamma(x + 1) - lgamma(x) - Math.log(Math.abs(x)))).toBeLessThan(1e-14 * scale);
      }),
    );
  });

  it("is the logarithm of a factorial", () => {
    let factorial = 1;
    for (let n = 1; n < 20; n++) {
      factorial *= n;
      expect(ulpDistance(lgamma(n + 1), Math.log(factorial))).toBeLessThanOrEqual(3);
    }
  });

  it("is exactly 0 at 1 and 2, and infinite at the poles and the ends", () => {
    expect([1, 2].map(lgamma)).toEqual([0, 0]);
    expect([0, -0, -1, -2, -1e300, Infinity, -Infinity, 1e306].every((x) => lgamma(x) === Infinity)).toBe(true);
    expect(lgamma(NaN)).toBeNaN();
  });
});

describe("digamma", () => {
  it("is within 3 ulp for x > 0, also beside its zero", () => {
    expect(worstRow(tables.DIGAMMA_POSITIVE, digamma).ulps).toBeLessThanOrEqual(3);
  });

  it("is within 10 ulp of 1 + |ψ(1 − x)| for x < 0", () => {
    const scale = (x: number) => 1 + Math.abs(digamma(1 - x));
    expect(worstRow(tables.DIGAMMA_NEGATIVE, digamma, scale).ulps).toBeLessThanOrEqual(10);
  });

  it("satisfies recurrence and reflection", () => {
    fc.assert(
      fc.property(fc.oneof(positive, negative), (x) => {
        const scale = 1 + Math.abs(digamma(x)) + Math.abs(1 / x);
        expect(Math.abs(digamma(x + 1) - digamma(x) - 1 / x)).toBeLessThan(4e-13 * scale);
      }),
    );
    fc.assert(
      fc.property(negative, (x) => {
        const cotangent = (Math.PI * cosPi(x)) / sinPi(x);
        expect(Math.abs(digamma(1 - x) - digamma(x) - cotangent)).toBeLessThan(1e-14 * (4 + Math.abs(cotangent)));
      }),
    );
  });

  it("has PyTorch's values at zeros, poles and ends", () => {
    expect([0, -0, -1, -17, -1e300, Infinity, -Infinity, NaN].map(digamma)).toEqual([
      -Infinity,
      Infinity,
      NaN,
      NaN,
      NaN,
      Infinity,
      NaN,
      NaN,
    ]);
  });
});

describe("polygamma", () => {
  it("is within 8 ulp for x > 0 and n ≤ 20, and 24 ulp up to n = 170", () => {
    const [low, high]: [string[], string[]] = [[], []];
    for (const row of tables.POLYGAMMA_POSITIVE.split(";"))
      (Number(row.trim().split(" ")[0]) > 20 ? high : low).push(row);
    expect(worstRow(low.join(";"), polygamma).ulps).toBeLessThanOrEqual(8);
    expect(worstRow(high.join(";"), polygamma).ulps).toBeLessThanOrEqual(24);
  });

  it("is as good for x < 0, relative to what rounding x costs", () => {
    const scale = (n: number, x: number) => Math.abs(x * polygamma(n + 1, x)) + Math.abs(polygamma(n, Math.abs(x % 1)));
    expect(worstRow(tables.POLYGAMMA_NEGATIVE, polygamma, scale).ulps).toBeLessThanOrEqual(8);
  });

  it("satisfies ψ⁽ⁿ⁾(x + 1) − ψ⁽ⁿ⁾(x) = (−1)ⁿ n! / xⁿ⁺¹", () => {
    const order = fc.integer({ min: 1, max: 6 });
    fc.assert(
      fc.property(order, fc.oneof(fc.double({ min: 0.01, max: 30, noNaN: true }), negative), (n, x) => {
        const factorial = [1, 1, 2, 6, 24, 120, 720][n]!;
        const step = ((n % 2 === 0 ? 1 : -1) * factorial) / x ** (n + 1);
        const d = Math.abs(x - Math.round(x));
        const scale = Math.abs(step) + (x < 0 ? (60 * (n + 2) * factorial) / d ** (n + 2) : factorial / x ** n + 1);
        expect(Math.abs(polygamma(n, x + 1) - polygamma(n, x) - step)).toBeLessThan(4e-15 * scale);
      }),
    );
  });

  it("is the derivative of the order below", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 5 }),
        fc.oneof(fc.double({ min: 0.2, max: 20, noNaN: true }), negative),
        (n, x) => {
          const d = Math.min(0.5, x > 0 ? x : Math.abs(x - Math.round(x)));
          const h = 1e-4 * d;
          const difference = (polygamma(n, x + h) - polygamma(n, x - h)) / (2 * h);
          const largest = Math.abs(polygamma(n + 1, d));
          expect(Math.abs(difference - polygamma(n + 1, x))).toBeLessThan(1e-6 * largest);
        },
      ),
    );
  });

  it("has the values at zeros, poles and ends that its limits ask for", () => {
    expect([0, -0, -1, Infinity, -Infinity, NaN].map(trigamma)).toEqual([Infinity, Infinity, Infinity, 0, NaN, NaN]);
    expect([0, -0, -1, Infinity, -Infinity, NaN].map((x) => polygamma(2, x))).toEqual([
      -Infinity,
      Infinity,
      NaN,
      -0,
      NaN,
      NaN,
    ]);
    expect(polygamma(0, 1)).toBe(digamma(1));
    expect([polygamma(-1, 1), polygamma(1.5, 1)]).toEqual([NaN, NaN]);
  });

  it("neither overflows nor underflows on the way", () => {
    expect(polygamma(1, 1e300)).toBeCloseTo(1e-300, 310);
    expect(ulpDistance(polygamma(1, 1e300), 1e-300)).toBeLessThanOrEqual(1);
    expect(polygamma(3, 1e-100)).toBe(Infinity);
    expect(polygamma(3, 1e200)).toBe(0);
    // Order 200 at 50: from log Γ, where 200! overflows; the reference is 200! ζ(201, 50).
    expect(Math.abs(polygamma(200, 50) / POLYGAMMA_200_AT_50 - 1)).toBeLessThan(1e-11);
  });
});
