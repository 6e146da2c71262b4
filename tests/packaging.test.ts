import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { packAll } from "../scripts/pack.mjs";
import { root } from "./source-graph.js";

/** What a user of each package writes first: what it installs, and a program with the line it prints. */
const consumers = [
  {
    name: "@glissade/autograd",
    needs: [],
    program: `import { grad, tensor, type Tensor } from "@glissade/autograd";
import { mul, sum } from "@glissade/autograd/functions";
const slope: Tensor = grad((x: Tensor) => sum(mul(x, x)))(tensor([1, 2, 3]));
console.log(JSON.stringify(slope.toArray()));
`,
    prints: "[2,4,6]",
  },
  {
    name: "@glissade/optim",
    needs: ["@glissade/autograd"],
    program: `import { variable } from "@glissade/autograd";
import { sgd } from "@glissade/optim";
const w = variable([3, -1]);
const stepper = sgd([w], { lr: 0.25 });
for (let step = 0; step < 2; step++) stepper.minimize(() => w.value.mul(w.value).sum());
console.log(JSON.stringify(w.value.toArray()));
`,
    prints: "[0.75,-0.25]",
  },
  {
    name: "@glissade/nn",
    needs: ["@glissade/autograd"],
    program: `import { tensor } from "@glissade/autograd";
import { crossEntropy, Linear } from "@glissade/nn";
import { loadSafetensors, saveSafetensors } from "@glissade/nn/files";
const layer = new Linear(2, 3);
await saveSafetensors("layer.safetensors", layer.stateDict());
layer.loadStateDict((await loadSafetensors("layer.safetensors")).tensors);
const loss = crossEntropy(layer.forward(tensor([[1, 2]])), tensor(new Int32Array([0])));
console.log(JSON.stringify([layer.parameters().length, loss.item() > 0]));
`,
    prints: "[2,true]",
  },
] as const;

const resolutions = {
  nodenext: { module: "NodeNext", moduleResolution: "NodeNext" },
  bundler: { module: "ESNext", moduleResolution: "Bundler" },
};

const run = promisify(execFile);
let folder = "";
let tarballs: Record<string, string> = {};

/** Runs a command; where it fails, the error shows what the command printed. */
async function succeed(command: string, args: string[], cwd: string): Promise<string> {
  const options = { cwd, shell: process.platform === "win32", maxBuffer: 1 << 26 };
  return run(command, args, options).then(
    ({ stdout }) => stdout,
    ({ stdout, stderr }) => expect.fail(`${command} ${args.join(" ")} failed:\n${stdout}${stderr}`),
  );
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "glissade-packaging-"));
  await mkdir(join(folder, "tarballs"));
  tarballs = packAll(join(folder, "tarballs"));
}, 120_000);

afterAll(() => rm(folder, { recursive: true, force: true }));

describe.each(consumers)("$name, packed and installed in an empty project", ({ name, needs, program, prints }) => {
  const installed = [name, ...needs];
  const short = name.replace("@glissade/", "");
  let project = "";

  beforeAll(async () => {
    project = join(folder, short);
    await mkdir(project);
    await writeFile(join(project, "package.json"), JSON.stringify({ name: "consumer", private: true, type: "module" }));
    const files = installed.map((each) => tarballs[each] ?? expect.fail(`${each} was not packed`));
    await succeed("npm", ["install", "--prefix", project, "--no-audit", "--no-fund", ...files], project);
    await writeFile(join(project, "program.ts"), program);
  }, 120_000);

  test("brings its licence, a README and built files, and nothing else", async () => {
    const contents = await readdir(join(project, "node_modules", name));
    expect(contents.sort()).toEqual(["LICENSE", "README.md", "dist", "package.json"]);
  });

  test("brings no dependency but the packages of this repository", async () => {
    const folders = (await readdir(join(project, "node_modules"))).filter((each) => !each.startsWith("."));
    expect(folders).toEqual(["@glissade"]);
    const scoped = await readdir(join(project, "node_modules", "@glissade"));
    expect(scoped.map((each) => `@glissade/${each}`).sort()).toEqual([...installed].sort());
  });

  test("points every export at a built file with types", async () => {
    const manifest = JSON.parse(await readFile(join(project, "node_modules", name, "package.json"), "utf8"));
    const built = expect.stringMatching(/^\.\/dist\/[\w/]+\.js$/);
    const types = expect.stringMatching(/^\.\/dist\/[\w/]+\.d\.ts$/);
    for (const entry of Object.values(manifest.exports)) expect(entry).toEqual({ types, default: built });
    expect(JSON.stringify(manifest)).not.toContain("workspace:");
  });

  test.each(Object.entries(resolutions))(
    "type-checks with %s resolution, declarations included, and runs",
    async (key, resolution) => {
      const compilerOptions = {
        ...resolution,
        target: "ES2022",
        lib: ["ES2022", "DOM"],
        types: [],
        strict: true,
        skipLibCheck: false,
        noEmitOnError: true,
        outDir: key,
      };
      const config = join(project, `tsconfig.${key}.json`);
      await writeFile(config, JSON.stringify({ compilerOptions, files: ["program.ts"] }));
      await succeed(process.execPath, [join(root, "node_modules", "typescript", "bin", "tsc"), "-p", config], project);
      expect((await succeed(process.execPath, [join(key, "program.js")], project)).trim()).toBe(prints);
    },
    120_000,
  );
});
