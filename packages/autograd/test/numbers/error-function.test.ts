import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { erf, erfc, erfinv, normalCdf } from "../../src/numbers/error-function.js";
import { normalQuantile } from "../../src/numbers/normal-quantile.js";
import { ERF, ERFC, ERFINV } from "./special-values.js";
import { ulpDistance, worstRow } from "./ulp.js";

const finite = fc.double({ noDefaultInfinity: true, noNaN: true });

describe("erf", () => {
  it("is within 1 ulp of high-precision values", () => {
    expect(worstRow(ERF, erf).ulps).toBeLessThanOrEqual(1);
  });

  it("is odd, bounded by 1 and increasing", () => {
    fc.assert(
      fc.property(finite, finite, (x, y) => {
        expect(erf(-x)).toBe(-erf(x));
        expect(Math.abs(erf(x))).toBeLessThanOrEqual(1);
        if (x < y) expect(erf(x)).toBeLessThanOrEqual(erf(y));
      }),
    );
  });

  it("has its limits, signed zeros and NaN", () => {
    expect([Infinity, -Infinity, 0, -0, NaN].map(erf)).toEqual([1, -1, 0, -0, NaN]);
  });
});

describe("erfc", () => {
  it("is within 3 ulp of high-precision values, down to the subnormals", () => {
    expect(worstRow(ERFC, erfc).ulps).toBeLessThanOrEqual(3);
  });

  it("complements erf and mirrors itself", () => {
    fc.assert(
      fc.property(fc.double({ min: -6, max: 6, noNaN: true }), (x) => {
        expect(Math.abs(erf(x) + erfc(x) - 1)).toBeLessThanOrEqual(2 ** -52);
        expect(Math.abs(erfc(x) + erfc(-x) - 2)).toBeLessThanOrEqual(2 ** -51);
      }),
    );
  });

  it("has its limits and NaN", () => {
    expect([Infinity, -Infinity, 0, -0, 30, -30, NaN].map(erfc)).toEqual([0, 2, 1, 1, 0, 2, NaN]);
  });
});

describe("erfinv", () => {
  it("is within 2 ulp of high-precision values", () => {
    expect(worstRow(ERFINV, erfinv).ulps).toBeLessThanOrEqual(2);
  });

  it("is undone by erf", () => {
    fc.assert(
      fc.property(fc.double({ min: -1, max: 1, noNaN: true }), (x) => {
        expect(ulpDistance(erf(erfinv(x)), x)).toBeLessThanOrEqual(4);
      }),
    );
  });

  it("is odd", () => {
    fc.assert(
      fc.property(fc.double({ min: -1, max: 1, noNaN: true }), (x) => {
        expect(erfinv(-x)).toBe(-erfinv(x));
      }),
    );
  });

  it("is infinite at ±1, NaN beyond, and keeps signed zeros", () => {
    expect([1, -1, 1.0000000000000002, -2, Infinity, NaN, 0, -0].map(erfinv)).toEqual([
      Infinity,
      -Infinity,
      NaN,
      NaN,
      NaN,
      NaN,
      0,
      -0,
    ]);
  });
});

describe("normalQuantile and normalCdf", () => {
  it("agree with erfinv and erfc", () => {
    fc.assert(
      fc.property(fc.double({ min: 1e-3, max: 1, noNaN: true, maxExcluded: true }), (p) => {
        expect(Math.abs(normalQuantile(p) - Math.SQRT2 * erfinv(2 * p - 1))).toBeLessThan(2e-15 / Math.min(p, 1 - p));
      }),
    );
  });

  it("undo each other deep into the lower tail", () => {
    fc.assert(
      fc.property(fc.double({ min: -300, max: -0.31, noNaN: true }), (exponent) => {
        const p = 10 ** exponent;
        const z = normalQuantile(p);
        // An error of z is multiplied by z² on its way back.
        expect(Math.abs(normalCdf(z) / p - 1)).toBeLessThan(1e-15 * (3 + z * z));
      }),
    );
    expect(ulpDistance(normalQuantile(0.975), 1.959963984540054)).toBeLessThanOrEqual(2);
    expect(ulpDistance(normalQuantile(1e-300), -37.0471)).toBeLessThan(2 ** 38);
  });

  it("have their limits", () => {
    expect([0, 1, 0.5, -0.1, 1.1, NaN].map(normalQuantile)).toEqual([-Infinity, Infinity, 0, NaN, NaN, NaN]);
    expect([-Infinity, Infinity, 0, NaN].map(normalCdf)).toEqual([0, 1, 0.5, NaN]);
  });
});
