import { describe, expect, test } from "vitest";
import { climbingEdges, cycles, type Edge, filesUnder, importsOf, layerOf, readSources } from "./source-graph.js";

/**
 * The files and folders of `packages/autograd/src`, low to high. A file imports from its own layer and from those above it
 * in this list, never from one below. Within a layer run-time imports form no cycle.
 */
const autogradLayers: readonly (readonly string[])[] = [
  ["numbers/"],
  ["errors.ts"],
  ["dtype.ts", "shape.ts", "format.ts"],
  ["ir/"],
  // Made of numbers/ by pnpm routines.
  ["routines/"],
  // types/ names Tensor, and is nothing at run time.
  [
    "graph.ts",
    "origin.ts",
    "recompiling.ts",
    "scope.ts",
    "sampling.ts",
    "execute.ts",
    "lifetime.ts",
    "tensor.ts",
    "types/",
  ],
  ["convert.ts", "tree.ts"],
  ["primitive.ts"],
  ["ops/"],
  ["compile/"],
  ["backends/"],
  ["transforms/"],
  ["numeric/"],
  ["functions.ts"],
  ["methods.ts", "tensor-methods.ts"],
  ["index.ts"],
  ["debug/", "testing/"],
];

/** What each package may import by name, and from which of its folders. */
const allowedPackages: Record<string, readonly { readonly folder: string; readonly name: string }[]> = {
  autograd: [
    { folder: "testing/", name: "fast-check" },
    { folder: "testing/", name: "vitest" },
  ],
  optim: [{ folder: "", name: "@glissade/autograd" }],
  nn: [
    { folder: "", name: "@glissade/autograd" },
    { folder: "files/zip.ts", name: "fflate" },
    { folder: "onnx/messages.ts", name: "@bufbuild/protobuf/wire" },
    { folder: "onnx/", name: "@glissade/autograd/debug" },
    { folder: "files/node/", name: "node:fs/promises" },
    { folder: "files/node/", name: "node:path" },
    { folder: "terminal/", name: "cli-progress" },
    { folder: "terminal/", name: "node:process" },
  ],
};

const forbiddenNames = /^(utils?|helpers?|common|misc|managers?)$/i;

describe.each(Object.keys(allowedPackages))("the sources of %s", (name) => {
  const sources = readSources(name);
  const edges = importsOf(sources);

  test("import only files that exist", () => {
    const missing = edges.filter(({ to, external }) => !external && !sources.has(to));
    expect(missing.map(({ from, to }) => `${from} → ${to}`)).toEqual([]);
  });

  test("import by name only what the package declares", () => {
    const isAllowed = ({ from, to }: Edge): boolean =>
      (allowedPackages[name] ?? []).some((allowed) => from.startsWith(allowed.folder) && to === allowed.name);
    const foreign = edges.filter((edge) => edge.external && !isAllowed(edge));
    expect(foreign.map(({ from, to }) => `${from} → ${to}`)).toEqual([]);
  });

  test("have no import cycle", () => {
    expect(cycles(edges)).toEqual([]);
  });
});

describe("the layers of autograd", () => {
  const sources = readSources("autograd");

  test("name every file: add a new one to the table at the top of this test", () => {
    expect([...sources.keys()].filter((file) => layerOf(autogradLayers, file) < 0)).toEqual([]);
  });

  test("are not climbed by an import", () => {
    expect(climbingEdges(autogradLayers, importsOf(sources))).toEqual([]);
  });
});

test("no file or folder has a name that says nothing", () => {
  const folders = ["packages", "examples", "tests", "scripts"];
  const paths = folders.flatMap((folder) => filesUnder(folder, [".ts", ".mjs"]).map((path) => `${folder}/${path}`));
  const isForbidden = (path: string): boolean =>
    path.split("/").some((part) => forbiddenNames.test(part.replace(/\..*$/, "")));
  expect(paths.filter(isForbidden)).toEqual([]);
});

describe("the rules themselves", () => {
  const layers = [["low.ts"], ["middle/"], ["high.ts"]];
  const graph = (files: Record<string, string>): Edge[] => importsOf(new Map(Object.entries(files)));

  test("name the edge that climbs, by value, by type, by re-export and by import()", () => {
    const edges = graph({
      "low.ts": 'import { m } from "./middle/m.js"; export * from "./high.js";',
      "middle/m.ts": 'import type { H } from "../high.js"; import "../low.js"; const late = import("../high.js");',
    });
    expect(climbingEdges(layers, edges)).toEqual([
      "low.ts → middle/m.ts",
      "low.ts → high.ts",
      "middle/m.ts → high.ts",
      "middle/m.ts → high.ts",
    ]);
  });

  test("name the cycle, and leave imports of types out of it", () => {
    expect(
      cycles(graph({ "a.ts": 'import "./b.js";', "b.ts": 'import "./c.js";', "c.ts": 'import "./b.js";' })),
    ).toEqual(["b.ts → c.ts → b.ts"]);
    expect(
      cycles(graph({ "a.ts": 'import { b } from "./b.js";', "b.ts": 'import type { A } from "./a.js";' })),
    ).toEqual([]);
  });

  test("know no layer for a file outside the table", () => {
    expect(layerOf(layers, "middle/m.ts")).toBe(1);
    expect(layerOf(layers, "other.ts")).toBe(-1);
  });
});
