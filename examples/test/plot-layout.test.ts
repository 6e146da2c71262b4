import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { domainOf, formatTick, linearTicks, logTicks, tickFormat } from "../support/plot/axis.js";
import { moveApart } from "../support/plot/key.js";
import { type Point, thinOut } from "../support/plot/series.js";
import { textWidth, wrapText } from "../support/plot/theme.js";

describe("ticks", () => {
  test.each<[[number, number], number, number[]]>([
    [[0, 5], 6, [0, 1, 2, 3, 4, 5]],
    [[5, 0], 6, [0, 1, 2, 3, 4, 5]],
    [[0.12, 0.48], 5, [0.2, 0.3, 0.4]],
    [[0, 60_000], 5, [0, 20_000, 40_000, 60_000]],
    [[-1, 1], 3, [-1, 0, 1]],
  ])("linear ticks of %j, at most %i", (domain, most, ticks) => expect(linearTicks(domain, most)).toEqual(ticks));

  test.each<[[number, number], number, number[]]>([
    [[1e-3, 1], 8, [1e-3, 1e-2, 1e-1, 1]],
    [[1e-12, 1e-1], 6, [1e-12, 1e-10, 1e-8, 1e-6, 1e-4, 1e-2]],
    [[3, 0.15], 8, [0.2, 0.5, 1, 2]],
  ])("logarithmic ticks of %j, at most %i", (domain, most, ticks) => expect(logTicks(domain, most)).toEqual(ticks));

  test("are ascending, within the domain and no more than asked for", () => {
    const ends = fc.tuple(
      fc.double({ min: -1e6, max: 1e6, noNaN: true }),
      fc.double({ min: 1e-3, max: 1e6, noNaN: true }),
    );
    fc.assert(
      fc.property(ends, fc.integer({ min: 2, max: 12 }), ([low, span], most) => {
        const ticks = linearTicks([low, low + span], most);
        expect(ticks.length).toBeLessThanOrEqual(most);
        for (const [index, tick] of ticks.entries()) {
          expect(tick).toBeGreaterThanOrEqual(low - span * 1e-6);
          expect(tick).toBeLessThanOrEqual(low + span * (1 + 1e-6));
          if (index > 0) expect(tick).toBeGreaterThan(ticks[index - 1]!);
        }
      }),
    );
  });

  test("are written plainly, or with powers of ten when one of a logarithmic axis needs it", () => {
    const values = [60_000, 0.1, 1e-7, 2e-7, -1e-7, 1e12, 0];
    expect(values.map(formatTick)).toEqual(["60,000", "0.1", "10⁻⁷", "2·10⁻⁷", "−10⁻⁷", "10¹²", "0"]);
    const axis = { label: "", scale: "log" as const };
    expect([0.1, 1].map(tickFormat(axis, [0.1, 1]))).toEqual(["0.1", "1"]);
    expect([0.1, 1].map(tickFormat(axis, [1e-6, 1]))).toEqual(["10⁻¹", "1"]);
  });
});

test("a domain shows all values; a single one stands in its middle", () => {
  expect(domainOf([1, 3], "linear", false)).toEqual([1, 3]);
  expect(domainOf([0, 100], "linear", true)).toEqual([0, 104]);
  expect(domainOf([-100, 0], "linear", true)).toEqual([-104, 4]);
  expect(domainOf([2], "linear", true)).toEqual([1, 3]);
  expect(domainOf([0], "linear", true)).toEqual([-1, 1]);
  expect(domainOf([2], "log", true)).toEqual([1, 4]);
});

describe("moveApart", () => {
  test("moves no further than needed", () => {
    expect(moveApart([10, 50], 20, [0, 100])).toEqual([10, 50]);
    expect(moveApart([30, 30], 20, [0, 100])).toEqual([20, 40]);
    expect(moveApart([99, 98], 20, [0, 100])).toEqual([100, 80]);
  });

  test("keeps order, distance and range wherever there is room", () => {
    const wanted = fc.array(fc.double({ min: 0, max: 400, noNaN: true }), { maxLength: 12 });
    fc.assert(
      fc.property(wanted, (positions) => {
        const moved = moveApart(positions, 19, [0, 400]);
        const byWanted = positions.map((_, i) => i).sort((a, b) => positions[a]! - positions[b]!);
        for (const [rank, i] of byWanted.entries()) {
          expect(moved[i]).toBeGreaterThanOrEqual(0);
          expect(moved[i]).toBeLessThanOrEqual(400 + 1e-9);
          if (rank > 0) expect(moved[i]! - moved[byWanted[rank - 1]!]!).toBeGreaterThanOrEqual(19 - 1e-9);
        }
      }),
    );
  });
});

describe("thinOut", () => {
  const column = (x: number): number => Math.floor(x / 10);

  test("keeps first, lowest, highest and last of each column, and every gap", () => {
    const y = [5, 1, 9, 4, 6, Number.NaN, 2, 3, 2.5, 2.6, 7];
    const kept = thinOut(
      y.map((value, x): Point => ({ x, y: value })),
      column,
    );
    expect(kept.map((point) => point.x)).toEqual([0, 1, 2, 4, 5, 6, 7, 9, 10]);
  });

  test("loses no extreme", () => {
    fc.assert(
      fc.property(fc.array(fc.double({ noNaN: true }), { minLength: 1 }), (values) => {
        const points = values.map((y, x): Point => ({ x, y }));
        const kept = thinOut(points, column);
        expect(Math.max(...kept.map(({ y }) => y))).toBe(Math.max(...values));
        expect(Math.min(...kept.map(({ y }) => y))).toBe(Math.min(...values));
        expect(kept.length).toBeLessThanOrEqual(4 * Math.ceil(values.length / 10));
        expect(kept[0]).toBe(points[0]);
        expect(kept.at(-1)).toBe(points.at(-1));
      }),
    );
  });
});

test("text is wrapped at spaces, and a long word stays whole", () => {
  expect(wrapText("loss against time", 90)).toEqual(["loss against", "time"]);
  expect(wrapText("minibatchGradientDescent", 10)).toEqual(["minibatchGradientDescent"]);
  expect(textWidth("mm")).toBeGreaterThan(textWidth("ii"));
});
