import { describe, expect, test } from "vitest";
import { baInstances } from "../support/adbench/ba.js";
import { gmmInstances } from "../support/adbench/gmm.js";
import { handInstances } from "../support/adbench/hand.js";
import { lstmInstances } from "../support/adbench/lstm.js";
import { measure } from "../support/adbench/measure.js";
import { distance } from "../support/adbench/vectors.js";

describe.each([
  ["GMM", gmmInstances, 7],
  ["LSTM", lstmInstances, 4],
  ["BA", baInstances, 3],
  ["Hand", handInstances, 4],
] as const)("%s", (_, instancesOf, count) => {
  const instances = instancesOf();

  test("has all its instances", () => {
    expect(instances).toHaveLength(count);
  });

  test.each(instances)("$name agrees with the hand-written derivative, far below ADBench's 1e-8", ({ errors }) => {
    const { objective, derivative } = errors();
    expect(objective).toBeLessThan(1e-12);
    expect(derivative).toBeLessThan(1e-11);
  });
});

test("the distance is relative to large numbers, absolute among small ones, and infinite for NaN", () => {
  expect(distance([3], [1])).toBe(0.5);
  expect(distance([0.1, 2], [0.3, 2])).toBeCloseTo(0.2, 12);
  expect(distance([Number.NaN], [0])).toBe(Number.POSITIVE_INFINITY);
  expect(distance([1], [1, 2])).toBe(Number.POSITIVE_INFINITY);
});

test("a time is the least of many calls after the first", () => {
  let calls = 0;
  const seconds = measure(() => {
    calls++;
  });
  expect(calls).toBeGreaterThan(100);
  expect(seconds).toBeLessThan(0.01);
});
