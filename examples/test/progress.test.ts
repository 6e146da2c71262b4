import { PassThrough } from "node:stream";
import { describe, expect, test } from "vitest";
import { formatDuration, progressBar } from "../support/progress.js";

/** A stream that keeps what is written to it, and a clock that is set by hand. */
function harness(terminal?: { columns: number }) {
  const stream = Object.assign(new PassThrough(), terminal && { isTTY: true, ...terminal, cursorTo: () => true });
  const chunks: string[] = [];
  stream.on("data", (chunk: Buffer) => chunks.push(chunk.toString()));
  const clock = { time: 0 };
  return { stream, clock, written: () => chunks.join(""), now: () => clock.time };
}

describe("without a terminal", () => {
  test("one line for each tenth, with loss, accuracy, rate and time left", () => {
    const { stream, clock, written, now } = harness();
    const bar = progressBar("training", { stream, now });
    bar.start(1000);
    for (let done = 1; done <= 1000; done++) {
      clock.time = 90 * done;
      bar.update(done, { loss: 100 / done, accuracy: done / 1000, examplesPerSecond: 12_345.6 });
    }
    bar.stop();
    const lines = written().trimEnd().split("\n");
    expect(lines).toHaveLength(10);
    expect(lines[0]).toBe("training   10 %  loss 1.0000  accuracy 10.0 %  12,346 examples/s  1:21 left");
    expect(lines[2]).toBe("training   30 %  loss 0.3333  accuracy 30.0 %  12,346 examples/s  1:03 left");
    expect(lines[9]).toBe("training  100 %  loss 0.1000  accuracy 100.0 %  12,346 examples/s  took 1:30");
  });

  test("long strides skip lines, the end is said once, and a second run begins anew", () => {
    const { stream, written, now } = harness();
    const bar = progressBar("epoch", { stream, now, interval: 0.25 });
    for (let run = 0; run < 2; run++) {
      bar.start(10);
      for (const done of [1, 6, 7, 10, 10]) bar.update(done);
      bar.stop();
    }
    const once = "epoch   60 %  0:00 left\nepoch  100 %  took 0:00\n";
    expect(written()).toBe(once + once);
  });

  test("nothing is written before the start and after the stop", () => {
    const { stream, written, now } = harness();
    const bar = progressBar("x", { stream, now });
    bar.update(5);
    bar.stop();
    bar.start(5);
    bar.stop();
    bar.update(5);
    expect(written()).toBe("");
  });
});

test.each([
  [120, / 25 % {2}loss 0\.5000 {2}accuracy 90\.0 % {2}21,000 examples\/s {2}0:09 left/],
  [80, / 25 % {2}loss 0\.5000 {2}acc 90\.0 % {2}21,000 ex\/s {2}0:09 left/],
])("in a terminal of %i columns, the bar redraws in place, fits and ends with the last state", (columns, text) => {
  const { stream, clock, written, now } = harness({ columns });
  const bar = progressBar("training", { stream, now });
  bar.start(200);
  clock.time = 3000;
  bar.update(50, { loss: 0.5, accuracy: 0.9, examplesPerSecond: 21_000 });
  bar.stop();
  const frames = written().split("training").slice(1);
  expect(frames[0]).toMatch(/^ {2}─+ {4}0 %/);
  expect(frames.at(-1)).toMatch(/^ {2}━{3,}─+ /);
  expect(frames.at(-1)).toMatch(text);
  expect(frames.at(-1)!.split("left")[0]!.length + "trainingleft".length).toBeLessThanOrEqual(columns);
});

test("bad settings are refused", () => {
  expect(() => progressBar("x", { interval: 0 })).toThrow("progressBar: interval is 0; expected a share of the total");
  expect(() => progressBar("x").start(0)).toThrow("progressBar: total is 0; expected a positive number");
});

test("formatDuration", () => {
  expect([0, 1, 4200, 59_001, 3_599_000, 3_600_000, 36_061_000].map(formatDuration)).toEqual([
    "0:00",
    "0:01",
    "0:05",
    "1:00",
    "59:59",
    "1:00:00",
    "10:01:01",
  ]);
});
