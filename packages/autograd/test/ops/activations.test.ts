import {
  celu,
  elu,
  gelu,
  hardSigmoid,
  hardSwish,
  hardTanh,
  leakyRelu,
  mish,
  relu,
  relu6,
  selu,
  silu,
  softsign,
  type Tensor,
  tanhshrink,
  tensor,
  ValueError,
} from "@glissade/autograd";
import { describe, expect, test } from "vitest";
import { slopeAt, slopeInFloat32, valueAt } from "./slopes.js";

const tanhGelu = (x: Tensor): Tensor => gelu(x, { approximate: "tanh" });

describe("piecewise activations", () => {
  const scale = 1.0507009873554805;
  const alpha = 1.6732632423543772;

  // Values and derivatives at the kinks are PyTorch's.
  test.each<[string, (x: Tensor) => Tensor, number[], number[], number[]]>([
    ["relu", relu, [-1, 0, 2], [0, 0, 2], [0, 0, 1]],
    ["relu6", relu6, [-1, 0, 3, 6, 8], [0, 0, 3, 6, 6], [0, 0, 1, 0, 0]],
    ["leakyRelu", (x) => leakyRelu(x, { negativeSlope: 0.5 }), [-1, 0, 2], [-0.5, 0, 2], [0.5, 0.5, 1]],
    ["hardTanh", hardTanh, [-2, -1, 0.5, 1, 2], [-1, -1, 0.5, 1, 1], [0, 0, 1, 0, 0]],
    ["hardSigmoid", hardSigmoid, [-4, -3, 0, 3, 4], [0, 0, 0.5, 1, 1], [0, 0, 1 / 6, 0, 0]],
    ["hardSwish", hardSwish, [-4, -3, 0, 3, 4], [0, 0, 0, 3, 4], [0, 0, 0.5, 1, 1]],
    ["softsign", softsign, [-1, 0, 3], [-0.5, 0, 0.75], [0.25, 1, 1 / 16]],
    ["elu", (x) => elu(x, { alpha: 2 }), [-1, 0, 3], [2 * Math.expm1(-1), 0, 3], [2 / Math.E, 2, 1]],
    ["celu", (x) => celu(x, { alpha: 2 }), [-2, 0, 3], [2 * Math.expm1(-1), 0, 3], [1 / Math.E, 1, 1]],
    [
      "selu",
      selu,
      [-1, 0, 1],
      [scale * alpha * Math.expm1(-1), 0, scale],
      [(scale * alpha) / Math.E, scale * alpha, scale],
    ],
  ])("%s", (_name, f, x, values, slopes) => {
    for (const [i, at] of x.entries()) {
      expect(valueAt(f, at)).toBeCloseTo(values[i] ?? NaN, 15);
      expect(slopeAt(f, at)).toBeCloseTo(slopes[i] ?? NaN, 15);
    }
    expect(valueAt(f, NaN)).toBeNaN();
  });

  test("integers stay integers where they can", () => {
    const x = tensor(new Int32Array([-3, 0, 9]));
    expect(relu(x).data()).toEqual(new Int32Array([0, 0, 9]));
    expect(relu6(x).data()).toEqual(new Int32Array([0, 0, 6]));
    expect(hardTanh(x).data()).toEqual(new Int32Array([-1, 0, 1]));
    expect(leakyRelu(x).dtype).toBe("float32");
    expect(tanhGelu(x).dtype).toBe("float32");
    expect(elu([true]).data()).toEqual(new Float32Array([1]));
  });

  test("defaults", () => {
    expect(leakyRelu(tensor(-1, { dtype: "float64" })).item()).toBe(-0.01);
    expect(elu(-Infinity).item()).toBe(-1);
    expect(celu(-Infinity).item()).toBe(-1);
  });

  test("options are checked", () => {
    expect(() => celu([1], { alpha: 0 })).toThrow(ValueError);
    expect(() => celu([1], { alpha: 0 })).toThrow("celu: alpha must be positive, not 0.");
    expect(() => elu([1], { alpha: NaN })).toThrow("elu: alpha must be a finite number, not NaN.");
    // @ts-expect-error: a string is no slope
    expect(() => leakyRelu([1], { negativeSlope: "0.1" })).toThrow("leakyRelu: negativeSlope is string, not a number.");
    // @ts-expect-error: no such approximation
    expect(() => gelu([1], { approximate: "erf" })).toThrow('gelu: approximate is "erf"; use "none" or "tanh".');
  });
});

describe("smooth activations", () => {
  // To 16 digits from the definitions.
  test.each<[string, (x: Tensor) => Tensor, number, number]>([
    ["gelu", gelu, 1, 0.8413447460685429],
    ["gelu by tanh", tanhGelu, 1, 0.8411919906082768],
    ["silu", silu, 1, 0.7310585786300049],
    ["mish", mish, 1, 0.8650983882673103],
    ["tanhshrink", tanhshrink, 1, 1 - Math.tanh(1)],
    ["tanhshrink near 0", tanhshrink, 1e-4, 3.33333332e-13],
  ])("%s", (_name, f, x, y) => expect(valueAt(f, x) / y).toBeCloseTo(1, 8));

  test.each<[string, (x: Tensor) => Tensor]>([
    ["gelu", gelu],
    ["gelu by tanh", tanhGelu],
    ["silu", silu],
    ["mish", mish],
    ["elu", elu],
    ["celu", celu],
  ])("%s far out: as 0 on the left, as x on the right, in value and two derivatives", (_name, f) => {
    const limit = f === elu || f === celu ? -1 : 0;
    expect([-1e4, 1e4].map((x) => valueAt(f, x) + 0)).toEqual([limit, 1e4]);
    for (const x of [1e4, 1e30, 3e38]) {
      expect([slopeInFloat32(f, -x) + 0, slopeInFloat32(f, x)]).toEqual([0, 1]);
      expect([slopeInFloat32(f, -x, 2) + 0, slopeInFloat32(f, x, 2) + 0]).toEqual([0, 0]);
      expect([slopeAt(f, -x, 2) + 0, slopeAt(f, x, 2) + 0]).toEqual([0, 0]);
    }
    expect(valueAt(f, -Infinity) + 0).toBe(limit);
    expect(valueAt(f, Infinity)).toBe(Infinity);
  });

  test("derivatives at 0", () => {
    expect([gelu, tanhGelu, silu].map((f) => slopeAt(f, 0))).toEqual([0.5, 0.5, 0.5]);
    expect(slopeAt(mish, 0)).toBeCloseTo(0.6, 15);
    expect(slopeAt(gelu, 0, 2)).toBeCloseTo(2 / Math.sqrt(2 * Math.PI), 15);
    expect(slopeAt(silu, 0, 2)).toBe(0.5);
    expect(slopeAt(tanhshrink, 0, 3)).toBe(2);
  });

  test("softsign at infinity", () => {
    expect([-Infinity, Infinity].map((x) => valueAt(softsign, x))).toEqual([-1, 1]);
    expect(slopeAt(softsign, 1e200)).toBe(0);
    expect(slopeInFloat32(softsign, 3e38)).toBe(0);
  });
});
