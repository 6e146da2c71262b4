import { describe, expect, test } from "vitest";
import { variableIndex } from "../../src/ir/affine.js";
import { type Column, columnOf, evaluatorOf } from "../../src/ir/evaluate.js";
import { scalarFunction } from "../../src/ir/expression.js";

describe("expressions evaluated", () => {
  test("round to float32 after every operation", () => {
    const third = evaluatorOf((b, x) => b.mul(b.div(x, b.like(x, 3)), b.like(x, 3)), ["f32"]);
    expect([...third([Float32Array.of(0.1, 7)])]).toEqual(
      [0.1, 7].map((x) => Math.fround(Math.fround(Math.fround(x) / 3) * 3)),
    );
  });

  test("take minima and maxima with NaN and the signs of zeros", () => {
    const both = evaluatorOf((b, x, y) => b.min(x, y), ["f64", "f64"]);
    expect([...both([Float64Array.of(0, 1, NaN), Float64Array.of(-0, NaN, 2)])]).toEqual([-0, NaN, NaN]);
  });

  test("round halves to even, and keep the sign of zero", () => {
    const nearest = evaluatorOf((b, x) => b.nearest(x), ["f64"]);
    expect([...nearest([Float64Array.of(0.5, 1.5, -0.4, -2.5)])]).toEqual([0, 2, -0, -2]);
  });

  test("wrap integers to their type", () => {
    const product = (type: "i32" | "u32" | "u8", x: Column): unknown[] => [
      ...evaluatorOf((b, a) => b.add(b.mul(a, a), a), [type])([x]),
    ];
    expect(product("i32", Int32Array.of(65536, 50000))).toEqual([65536, (50000 * 50001) | 0]);
    expect(product("u32", Uint32Array.of(70000))).toEqual([(70000 * 70001) % 2 ** 32]);
    expect(product("u8", Uint8Array.of(20))).toEqual([(20 * 21) % 256]);
  });

  test("divide integers towards zero, and by zero to 0", () => {
    const divided = evaluatorOf((b, x, y) => b.sub(b.mul(b.div(x, y), b.like(x, 100)), b.rem(x, y)), ["i32", "i32"]);
    expect([...divided([Int32Array.of(-7, 7, 7), Int32Array.of(2, -2, 0)])]).toEqual([-299, -301, 0]);
  });

  test("shift with and without sign", () => {
    const shifted = evaluatorOf((b, x) => b.xor(b.shr(x, 4), b.shrU(x, 28)), ["i32"]);
    expect([...shifted([Int32Array.of(-256)])]).toEqual([-16 ^ 15]);
    const wide = evaluatorOf((b, x) => b.add(b.shrU(x, 60), b.shr(x, 60)), ["i64"]);
    expect([...wide([BigInt64Array.of(-1n)])]).toEqual([14n]);
  });

  test("convert towards zero and modulo the range, and saturate", () => {
    const converted = evaluatorOf((b, x) => b.convert(x, "u8"), ["f32"]);
    expect([...converted([Float32Array.of(-1.5, 257.9, NaN)])]).toEqual([255, 1, 0]);
    const saturated = evaluatorOf((b, x) => b.saturate(x), ["f64"]);
    expect([...saturated([Float64Array.of(1e10, -1e10, NaN, -2.9)])]).toEqual([2147483647, -2147483648, 0, -2]);
  });

  test("see the same bits as another type", () => {
    const doubled = evaluatorOf((b, x) => b.bits(b.add(b.bits(x), b.constant("i64", 1n << 52n))), ["f64"]);
    expect([...doubled([Float64Array.of(1.5, -3)])]).toEqual([3, -6]);
    const halves = evaluatorOf((b, x) => b.narrow(b.shrU(b.bits(x), 32)), ["f64"]);
    expect([...halves([Float64Array.of(1)])]).toEqual([0x3ff00000]);
  });

  test("copy signs, that of NaN too", () => {
    const signed = evaluatorOf((b, x, y) => b.copysign(x, y), ["f32", "f32"]);
    expect([...signed([Float32Array.of(1, -2, 3), Float32Array.of(-0, 5, -1)])]).toEqual([-1, 2, -3]);
  });

  test("call functions, and rescue the elements that need it", () => {
    const cube = scalarFunction("cube", (b, x) => b.mul(x, b.mul(x, x)));
    const rescued = evaluatorOf((b, x) => b.rescue(b.gt(x, b.like(x, 2)), b.neg(x), cube.callee, [x]), ["f64"]);
    const x = Float64Array.from({ length: 3000 }, (_, i) => i % 5);
    expect([...rescued([x])]).toEqual([...x].map((value) => (value > 2 ? value ** 3 : -value)));
  });

  test("start from columns of zeros", () => {
    expect(columnOf("i64", 2)).toEqual(BigInt64Array.of(0n, 0n));
    expect(columnOf("bool", 1)).toEqual(Uint8Array.of(0));
  });

  test("have no meaning with what belongs to loops", () => {
    expect(() => evaluatorOf((b) => b.index(variableIndex(0)), [])).toThrow(/no meaning/);
  });
});
