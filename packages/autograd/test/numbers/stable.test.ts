import fc from "fast-check";
import { describe, expect, it } from "vitest";
import * as stable from "../../src/numbers/stable.js";
import { ELEMENTARY } from "./elementary-values.js";
import { rows, ulpDistance } from "./ulp.js";

const any = fc.double();
const finite = fc.double({ noDefaultInfinity: true, noNaN: true });
const moderate = fc.double({ min: -1e6, max: 1e6, noNaN: true });

/** Unary functions: largest error allowed in ulp, over the tables computed with 600 bits. */
const unary: Record<string, [(x: number) => number, number]> = {
  exp2: [stable.exp2, 1],
  sigmoid: [stable.sigmoid, 2],
  softplus: [stable.softplus, 2],
  logSigmoid: [stable.logSigmoid, 2],
  sinPi: [stable.sinPi, 2],
  cosPi: [stable.cosPi, 2],
  sinc: [stable.sinc, 3],
  log2: [Math.log2, 1],
  log10: [Math.log10, 2],
  cbrt: [Math.cbrt, 1],
  expm1: [Math.expm1, 1],
  log1p: [Math.log1p, 1],
};

describe.each(Object.entries(unary))("%s", (name, [f, bound]) => {
  it(`is within ${bound} ulp of high-precision values`, () => {
    const table = rows(ELEMENTARY[name]!);
    expect(table.length).toBeGreaterThanOrEqual(60);
    for (const [x, y] of table) {
      expect({ x, good: ulpDistance(f(x!), y!) <= bound }).toEqual({ x, good: true });
    }
  });
});

describe("limits, signed zeros and NaN", () => {
  it.each([
    ["exp2", stable.exp2, [0, Infinity, NaN, 0, 1, Infinity]],
    ["sigmoid", stable.sigmoid, [0, 1, NaN, 0, 0.5, 1]],
    ["softplus", stable.softplus, [0, Infinity, NaN, 0, Math.LN2, 1e308]],
    ["logSigmoid", stable.logSigmoid, [-Infinity, -0, NaN, -1e308, -Math.LN2, -0]],
    ["sinc", stable.sinc, [0, 0, NaN, 0, 1, 0]],
    ["sinPi", stable.sinPi, [NaN, NaN, NaN, 0, 0, 0]],
    ["cosPi", stable.cosPi, [NaN, NaN, NaN, 1, 1, 1]],
    ["roundHalfEven", stable.roundHalfEven, [-Infinity, Infinity, NaN, -1e308, 0, 1e308]],
  ])("of %s", (_name, f, expected) => {
    // Signed zeros compare equal here; those that matter are pinned below.
    expect([-Infinity, Infinity, NaN, -1e308, 0, 1e308].map((x) => f(x) + 0)).toEqual(expected.map((y) => y + 0));
  });

  it("keeps the sign of zero", () => {
    expect([stable.sinPi(-0), stable.roundHalfEven(-0), stable.roundHalfEven(-0.5)]).toEqual([-0, -0, -0]);
  });

  it("has powers of two and ten exact in Math", () => {
    for (let e = -1074; e < 1024; e++) expect(Math.log2(stable.exp2(e))).toBe(e);
    for (let e = -307; e < 309; e++) expect(Math.log10(Number(`1e${e}`))).toBe(e);
  });
});

describe("symmetries", () => {
  it("hold for sigmoid, softplus, sinc, sinPi and cosPi", () => {
    fc.assert(
      fc.property(moderate, (x) => {
        expect(Math.abs(stable.sigmoid(x) + stable.sigmoid(-x) - 1)).toBeLessThanOrEqual(2 ** -52);
        expect(stable.softplus(-x)).toBe(-stable.logSigmoid(x));
        expect(stable.sinc(-x)).toBe(stable.sinc(x));
        expect(stable.sinPi(-x)).toBe(-stable.sinPi(x));
        expect(stable.cosPi(-x)).toBe(stable.cosPi(x));
        expect(Math.abs(stable.sinPi(x) ** 2 + stable.cosPi(x) ** 2 - 1)).toBeLessThan(1e-15);
      }),
    );
  });

  it("make sinPi and cosPi exact at quarters", () => {
    for (const whole of [0, 1, 2, 5, -3, 1e6, 1e15]) {
      const even = whole % 2 === 0 ? 1 : -1;
      expect([stable.cosPi(whole + 0.5), stable.sinPi(whole + 0.5)].map((x) => x + 0)).toEqual([0, even]);
      expect([stable.cosPi(whole), stable.sinPi(whole)].map((x) => x + 0)).toEqual([even, 0]);
    }
  });
});

describe("logaddexp", () => {
  it("is symmetric, at least the larger argument, and moves with both", () => {
    fc.assert(
      fc.property(moderate, moderate, (x, y) => {
        const z = stable.logaddexp(x, y);
        expect(z).toBe(stable.logaddexp(y, x));
        expect(z).toBeGreaterThanOrEqual(Math.max(x, y));
        expect(z).toBeLessThanOrEqual(Math.max(x, y) + Math.LN2);
      }),
    );
  });

  it("adds the exponentials where they do not overflow", () => {
    fc.assert(
      fc.property(
        fc.double({ min: -20, max: 20, noNaN: true }),
        fc.double({ min: -20, max: 20, noNaN: true }),
        (x, y) => {
          expect(Math.abs(stable.logaddexp(x, y) - Math.log(Math.exp(x) + Math.exp(y)))).toBeLessThan(1e-14);
        },
      ),
    );
  });

  it("has its limits", () => {
    const f = stable.logaddexp;
    expect([f(Infinity, Infinity), f(-Infinity, -Infinity), f(Infinity, -Infinity)]).toEqual([
      Infinity,
      -Infinity,
      Infinity,
    ]);
    expect([f(-Infinity, 3), f(NaN, 1), f(1, NaN), f(NaN, Infinity), f(1e308, -1e308)]).toEqual([
      3,
      NaN,
      NaN,
      NaN,
      1e308,
    ]);
  });
});

describe("xlogy", () => {
  it("is 0 at x = 0 unless y is NaN, and x log y elsewhere", () => {
    const f = stable.xlogy;
    expect([f(0, 0), f(-0, 5), f(0, -1), f(0, Infinity), f(0, NaN)]).toEqual([0, 0, 0, 0, NaN]);
    expect([f(2, 0), f(-2, 0), f(1, -1), f(NaN, 1), f(Infinity, 2)]).toEqual([-Infinity, Infinity, NaN, NaN, Infinity]);
    expect(f(3, 7)).toBe(3 * Math.log(7));
  });
});

describe("hypot", () => {
  it("is within 2 ulp of high-precision values, from subnormals to the largest", () => {
    for (const [x, y, z] of rows(ELEMENTARY.hypot!)) {
      expect({ x, y, good: ulpDistance(stable.hypot(x!, y!), z!) <= 2 }).toEqual({ x, y, good: true });
    }
  });

  it("is symmetric and even, infinite beside NaN, exact on axes", () => {
    fc.assert(
      fc.property(any, any, (x, y) => {
        expect(stable.hypot(x, y)).toBe(stable.hypot(y, -x));
      }),
    );
    fc.assert(
      fc.property(finite, (x) => {
        expect(ulpDistance(stable.hypot(x, 0), Math.abs(x))).toBeLessThanOrEqual(1);
      }),
    );
    expect([stable.hypot(NaN, -Infinity), stable.hypot(NaN, 1), stable.hypot(-0, -0)]).toEqual([Infinity, NaN, 0]);
    expect(stable.hypot(1.7e308, 1.7e308)).toBe(Infinity);
  });
});

describe("roundHalfEven", () => {
  it("rounds halves to even and everything else to the nearest", () => {
    expect([0.5, 1.5, 2.5, 3.5, -1.5, -2.5].map(stable.roundHalfEven)).toEqual([0, 2, 2, 4, -2, -2]);
    expect([0.49999999999999994, 4503599627370495.5, 4503599627370497, 2.4, -2.6].map(stable.roundHalfEven)).toEqual([
      0, 4503599627370496, 4503599627370497, 2, -3,
    ]);
    fc.assert(
      fc.property(finite, (x) => {
        const r = stable.roundHalfEven(x);
        expect(Number.isInteger(r) && Math.abs(r - x) <= 0.5).toBe(true);
        if (Math.abs(r - x) === 0.5) expect(r % 2 === 0).toBe(true);
      }),
    );
  });
});

describe("floorDivide and remainder", () => {
  const int32 = fc.integer();

  it("agree with exact integer arithmetic", () => {
    fc.assert(
      fc.property(int32, int32, (x, y) => {
        const quotient = y === 0 ? 0 : Number((BigInt(x) - BigInt(((x % y) + y) % y)) / BigInt(y));
        expect(stable.floorDivideInteger(x, y)).toBe(quotient + 0);
        expect(stable.remainderInteger(x, y)).toBe(y === 0 ? 0 : x - quotient * y + 0);
        if (y !== 0) expect(stable.floorDivide(x, y) * y + stable.remainder(x, y)).toBe(x + 0);
      }),
    );
    expect(stable.floorDivideInteger(-(2 ** 31), -1) | 0).toBe(-(2 ** 31));
  });

  it("give a remainder with the sign of the divisor and a whole quotient", () => {
    fc.assert(
      fc.property(finite, finite, (x, y) => {
        fc.pre(y !== 0);
        const r = stable.remainder(x, y);
        expect(Object.is(Math.sign(r), Math.sign(y)) || Object.is(r, y < 0 ? -0 : 0)).toBe(true);
        expect(Math.abs(r)).toBeLessThanOrEqual(Math.abs(y));
        const q = stable.floorDivide(x, y);
        if (Number.isFinite(q)) expect(Number.isInteger(q)).toBe(true);
      }),
    );
  });

  it("give what Python and NumPy give", () => {
    // x, y, x // y, x % y in CPython 3.11 / NumPy 1.24
    const expected = [
      [7, 2, 3, 1],
      [-7, 2, -4, 1],
      [7, -2, -4, -1],
      [-7, -2, 3, -1],
      [1, 0.1, 9, 0.09999999999999995],
      [-1, 0.1, -10, 5.551115123125783e-17],
      [5, Infinity, 0, 5],
      [-5, Infinity, -1, Infinity],
      [5, -Infinity, -1, -Infinity],
      [-0, 3, -0, 0],
      [0, -3, -0, -0],
      [-6, 3, -2, 0],
      [1e300, 1e-300, Infinity, 4.891554850853602e-301],
    ] as const;
    for (const [x, y, q, r] of expected) {
      expect([x, y, stable.floorDivide(x, y), stable.remainder(x, y)]).toEqual([x, y, q, r]);
    }
  });

  it("document division by zero and infinite dividends", () => {
    expect([stable.floorDivide(1, 0), stable.floorDivide(-1, 0), stable.floorDivide(0, 0)]).toEqual([
      Infinity,
      -Infinity,
      NaN,
    ]);
    expect([stable.remainder(1, 0), stable.remainder(Infinity, 2), stable.floorDivide(Infinity, 2)]).toEqual([
      NaN,
      NaN,
      NaN,
    ]);
    expect([stable.floorDivideInteger(5, 0), stable.remainderInteger(5, 0)]).toEqual([0, 0]);
  });
});
