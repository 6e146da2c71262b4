import { Resvg } from "@resvg/resvg-js";
import { describe, expect, test } from "vitest";
import { visible } from "../support/plot/contour-map.js";
import { type ContourMapOptions, contourMap, toSvg } from "../support/plot.js";

const options: ContourMapOptions = {
  title: "A bowl",
  heights: [2, 1, 2, 1, 0, 1, 2, 1, 2],
  columns: 3,
  x: [-1, 1],
  y: [-1, 1],
  paths: [
    {
      name: "there",
      points: [
        [-1, -1],
        [0, 0],
      ],
    },
    {
      name: "away",
      points: [
        [0, 0],
        [Number.NaN, 0],
        [5, 5],
      ],
    },
  ],
  marks: [[0, 0]],
  width: 300,
  height: 320,
};

describe("contourMap", () => {
  test("is well-formed, names its paths, and has contours, paths and marks", () => {
    const svg = toSvg(contourMap(options));
    new Resvg(svg, { font: { loadSystemFonts: false } });
    for (const text of ["A bowl", "there", "away"]) expect(svg).toContain(`>${text}<`);
    expect(svg.match(/aria-label="contour"/g)).toHaveLength(1);
    expect(svg.match(/aria-label="line"/g)).toHaveLength(4);
    expect([contourMap(options).width, contourMap(options).height]).toEqual([300, 320]);
  });

  test("puts the least ordinate at the bottom", () => {
    const slope = { ...options, heights: [0, 0, 1, 1], columns: 2, paths: [], marks: [] };
    const upsideDown = { ...slope, heights: [1, 1, 0, 0] };
    expect(toSvg(contourMap(slope))).not.toBe(toSvg(contourMap(upsideDown)));
  });

  test("draws a plain", () => {
    expect(() => toSvg(contourMap({ ...options, heights: [1, 1, 1, 1], columns: 2 }))).not.toThrow();
  });

  test.each([
    [{ heights: [1, 2, 3], columns: 2 }],
    [{ heights: [1, 2], columns: 2 }],
    [{ heights: [1, 2, 3, Number.NaN], columns: 2 }],
  ])("refuses what is no grid: %o", (wrong) => {
    expect(() => contourMap({ ...options, ...wrong })).toThrow(RangeError);
  });
});

test("points less than a pixel apart are left out, but for the first and the last", () => {
  const points = [0, 0.4, 0.9, 1.1, 1.2, 5, 5.1].map((x) => [x, 0] as const);
  expect(visible(points, [1, 1]).map(([x]) => x)).toEqual([0, 1.1, 5, 5.1]);
  expect(visible([], [1, 1])).toEqual([]);
});
