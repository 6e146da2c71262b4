import { describe, expect, it } from "vitest";
import { integerPower, power } from "../../src/numbers/power.js";
import { sincDerivative } from "../../src/numbers/sinc-derivative.js";

describe("sincDerivative", () => {
  /** π^n ∫₀¹ tⁿ cos(πxt + nπ/2) dt, the n-th derivative of sinc x = ∫₀¹ cos(πxt) dt, by Simpson's rule. */
  function byQuadrature(n: number, x: number): number {
    const steps = 4000;
    const f = (t: number): number => t ** n * Math.cos(Math.PI * x * t + (n * Math.PI) / 2);
    let sum = f(0) + f(1);
    for (let i = 1; i < steps; i++) sum += (i % 2 === 0 ? 2 : 4) * f(i / steps);
    return (Math.PI ** n * sum) / (3 * steps);
  }

  it.each([0, 1, 2, 3, 4, 5, 6])("agrees with the integral at order %d", (n) => {
    for (let x = -4; x <= 4; x += 0.13) {
      expect(Math.abs(sincDerivative(n, x) - byQuadrature(n, x))).toBeLessThan(1e-11 * Math.PI ** n);
    }
  });

  it("has the symmetry of its order, exactly", () => {
    for (const n of [0, 1, 2, 3])
      for (const x of [1e-300, 0.1, 0.9, 2.3, 1e6]) {
        expect(sincDerivative(n, -x)).toBe((n % 2 === 0 ? 1 : -1) * sincDerivative(n, x));
      }
  });
});

describe("power and integerPower", () => {
  it("follows IEEE 754 where ECMAScript does not", () => {
    expect([power(1, NaN), power(-1, Infinity), power(-1, -Infinity), power(1, Infinity)]).toEqual([1, 1, 1, 1]);
    expect([power(2, 10), power(NaN, 0), power(NaN, 1)]).toEqual([1024, 1, NaN]);
  });

  it("squares modulo 2³²", () => {
    expect(integerPower(3, 20)).toBe(3486784401 - 2 ** 32);
    expect(integerPower(2, 32)).toBe(0);
    expect(integerPower(0, 0)).toBe(1);
    expect(integerPower(-1, 4294967295)).toBe(-1);
    expect([integerPower(2, -1), integerPower(-1, -3), integerPower(-1, -2)]).toEqual([0, -1, 1]);
  });
});
