import { generator, log, ones, square, sub, sum, type Tensor, tensor, zeros } from "@glissade/autograd";
import { randomLocalSearchSync, randomSearchSync } from "@glissade/optim";
import { describe, expect, test } from "vitest";
import { bowl, type Params } from "./road-problems.js";

describe("the searches", () => {
  test("keep x0 where nothing better comes", () => {
    const bottom: Params = { w: ones([10]), b: tensor(-2) };
    expect(randomSearchSync(bowl, bottom, { iterations: 50 }).x).toBe(bottom);
    expect(randomLocalSearchSync(bowl, bottom, { iterations: 50, stepSize: 1 }).x).toBe(bottom);
  });

  test("draw at the scale, with the seed", () => {
    const best = (seed: number, scale: number) =>
      randomSearchSync((w: Tensor) => sum(square(sub(w, 100))), zeros([4]), {
        iterations: 30,
        scale,
        generator: generator(seed),
      }).x.data();
    expect(best(1, 10)).toEqual(best(1, 10));
    expect(best(1, 10)).not.toEqual(best(2, 10));
    expect(Math.max(...best(1, 1e-3))).toBeLessThan(0.01);
  });

  test("pass over losses that are infinite or NaN", () => {
    const f = (x: Tensor): Tensor => sum(log(x)); // NaN below 0, −Infinity at 0
    const { x, value } = randomLocalSearchSync(f, tensor([-0.1]), { iterations: 200, stepSize: 0.1 });
    expect(x.item()).toBeGreaterThan(0);
    expect(Number.isFinite(value)).toBe(true);
    expect(randomSearchSync(f, tensor([0]), { iterations: 20, scale: 1e-3 }).value).toBe(Number.NEGATIVE_INFINITY);
  });

  test("search in float64", () => {
    const { x } = randomSearchSync((w: Tensor) => sum(square(sub(w, 1))), tensor(new Float64Array(2)), {
      iterations: 10,
    });
    expect(x.dtype).toBe("float64");
  });
});
