import { ones, square, sum, type Tensor } from "@glissade/autograd";
import { stepSizeSweep, stepSizeSweepSync } from "@glissade/optim";
import { describe, expect, test } from "vitest";

describe("stepSizeSweep", () => {
  const f = (x: Tensor): Tensor => sum(square(x));

  test("tries every step size from the same start, with one gradient", () => {
    const { table, stepSize, value, evaluations, reason } = stepSizeSweepSync(f, ones([2]), {
      stepSizes: [0.25, 0.5, 1],
    });
    expect(table).toEqual([
      { stepSize: 0.25, value: 0.5 },
      { stepSize: 0.5, value: 0 },
      { stepSize: 1, value: 2 },
    ]);
    expect([stepSize, value, evaluations]).toEqual([0.5, 0, 4]);
    expect(reason).toBe("of 3 step sizes tried, 0.5 gave the lowest loss");
  });

  test("tries the note's ten by default, for as many updates as asked", async () => {
    const { table, stepSize } = await stepSizeSweep(f, ones([2]), { iterations: 3 });
    expect(table.map((entry) => entry.stepSize)).toEqual([1e-10, 1e-9, 1e-8, 1e-7, 1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 1e-1]);
    expect(stepSize).toBe(0.1);
  });

  test("tells which step sizes diverge", () => {
    const { table, stepSize } = stepSizeSweepSync(f, ones([2]), {
      stepSizes: [0.1, 1e30],
      iterations: 5,
      gradient: "central",
    });
    expect(Number.isFinite(table[1]!.value)).toBe(false);
    expect(stepSize).toBe(0.1);
    const none = stepSizeSweepSync(f, ones([2]), { stepSizes: [1e30] });
    expect(none).toMatchObject({ stepSize: undefined, reason: "none of the 1 step sizes tried gave a finite loss" });
  });

  test("keeps a budget of evaluations", () => {
    expect(stepSizeSweepSync(f, ones([2]), { evaluations: 4 }).table).toHaveLength(3);
  });

  test("refuses step sizes out of range", () => {
    expect(() => stepSizeSweepSync(f, ones([2]), { stepSizes: [] })).toThrow(/stepSizeSweep: stepSizes is empty/);
    expect(() => stepSizeSweepSync(f, ones([2]), { stepSizes: [1, 0] })).toThrow(
      /stepSizes\[1\] must be a finite number above 0, not 0/,
    );
  });
});
