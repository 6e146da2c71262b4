// What shapes in types cost: the instantiations of each operator, compared with scripts/type-budget.json, and the seconds that 1,000 typed statements add to
// TypeScript 5.9 and 7. A count above its line fails; `--write` rewrites the table, so that every rise is a line in a diff. `--no-time` leaves the clock out.
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import ts from "typescript";
import { root } from "./setup.mjs";

/** Seconds that 1,000 statements may add, on a machine on which the compiler takes `yardstickSeconds` for the yardstick; one that is slower there gets as much more. */
const secondsAllowed = { five: 2.4, seven: 0.5 };
const yardstickSeconds = 0.5;
/** Types that have nothing to do with the library: how fast the compiler is here. */
const yardstick = `
type Tuple<N extends number, T extends readonly unknown[] = []> = T["length"] extends N ? T : Tuple<N, readonly [...T, T]>;
type Words<S extends string> = S extends \`\${infer First} \${infer Rest}\` ? [First, ...Words<Rest>] : [S];
${Array.from(
  { length: 300 },
  (_, i) => `export const tuple${i}: Tuple<${40 + (i % 60)}>["length"] = ${40 + (i % 60)};
export const word${i}: Words<"a${i} b c d e f g h i j k l m n o p q r s t u v w x y z">[3] = "d";
export const list${i} = [${i}, 2, 3].map((n) => ({ n, text: String(n) })).filter(({ n }) => n > 1).map(({ text }) => text.split(",")).flatMap((each) => each);`,
).join("\n")}
`;
/** TypeScript 7 spends a moment on what is paid once, in each of its threads: the difference of these many thousand statements leaves that out. */
const thousands = { few: 1, many: 6 };
const perFile = 100;
/** So often each is timed; the least counts. */
const runs = 3;
/** Counts depend a little on what was instantiated before; above this share of the table's they count as raised. */
const tolerance = 1.05;
const tablePath = join(root, "scripts", "type-budget.json");
const file = join(root, "packages", "autograd", "src", "type-budget-in-memory.ts");
/** So many statements stand in a function: for each name the compiler goes back over all before it in the same one, whatever their types are. */
const perFunction = 25;

/**
 * @param {readonly string[]} statements
 * @param {string} autograd where that is imported from
 * @param {string} nn
 */
const programOf = (statements, autograd, nn) =>
  [
    `import * as g from "${autograd}";`,
    `import * as nn from "${nn}";`,
    ...statements.map((statement, i) => {
      const [opening, closing] = [
        i % perFunction === 0,
        i % perFunction === perFunction - 1 || i === statements.length - 1,
      ];
      return `${opening ? `export function part${i}() {\n` : ""}  const x${i} = ${statement};${closing ? "\n}" : ""}`;
    }),
  ].join("\n");

/**
 * One statement for each operator, with shapes that no other has: i makes them differ.
 *
 * @type {Record<string, (i: number) => string>}
 */
const operators = {
  zeros: (i) => `g.zeros([${i}, 3])`,
  tensor: (i) => `g.tensor([[1, 2, ${i}], [4, 5, 6]])`,
  add: (i) => `g.add(g.zeros([${i}, 3]), g.zeros([3]))`,
  "add, a method": (i) => `g.zeros([${i}, 3]).add(g.zeros([3]))`,
  relu: (i) => `g.relu(g.zeros([${i}, 3]))`,
  where: (i) => `g.where(g.zeros([${i}, 3], { dtype: "bool" }), g.zeros([3]), 0)`,
  matmul: (i) => `g.matmul(g.zeros([${i}, 784]), g.zeros([784, 10]))`,
  sum: (i) => `g.sum(g.zeros([${i}, 3]), { axis: 1 })`,
  softmax: (i) => `g.softmax(g.zeros([${i}, 3]), { axis: 1 })`,
  transpose: (i) => `g.transpose(g.zeros([${i}, 3, 4]), { axes: [2, 0, 1] })`,
  reshape: (i) => `g.reshape(g.zeros([${i}, 28, 28]), [${i}, -1])`,
  flatten: (i) => `g.flatten(g.zeros([${i}, 28]))`,
  expandDims: (i) => `g.expandDims(g.zeros([${i}, 3]), 0)`,
  squeeze: (i) => `g.squeeze(g.zeros([${i}, 1]))`,
  broadcastTo: (i) => `g.broadcastTo(g.zeros([3]), [${i}, 3])`,
  concat: (i) => `g.concat([g.zeros([${i}, 3]), g.zeros([2, 3])])`,
  conv2d: (i) => `g.conv2d(g.zeros([${i}, 3, 32, 32]), g.zeros([64, 3, 3, 3]), { stride: 2, padding: 1 })`,
  maxPool2d: (i) => `g.maxPool2d(g.zeros([${i}, 3, 32, 32]), { kernelSize: 2 })`,
  einsum: (i) => `g.einsum("bij,jk->bik", g.zeros([${i}, 28, 3]), g.zeros([3, 4]))`,
  clip: (i) => `g.clip(g.zeros([${i}, 3]), { min: 0, max: 1 })`,
  cumsum: (i) => `g.cumsum(g.zeros([${i}, 3]), { axis: 0 })`,
  sort: (i) => `g.sort(g.zeros([${i}, 3]))`,
  take: (i) => `g.take(g.zeros([${i}, 3]), [0, 1], { axis: 0 })`,
  oneHot: (i) => `g.oneHot(g.zeros([${i}], { dtype: "int32" }), 10)`,
  dot: (i) => `g.dot(g.zeros([${i}, 3]), g.zeros([3]))`,
  scaledDotProductAttention: (i) =>
    `g.scaledDotProductAttention(g.zeros([${i}, 5, 16]), g.zeros([${i}, 7, 16]), g.zeros([${i}, 7, 32]))`,
  slice: (i) => `g.slice(g.zeros([${i}, 9]), { start: [1], stop: [undefined, -1] })`,
  pad: (i) => `g.pad(g.zeros([${i}, 3]), { widths: 1 })`,
  tile: (i) => `g.tile(g.zeros([${i}, 3]), 2)`,
  topk: (i) => `g.topk(g.zeros([${i}, 5]), { k: 3 })`,
  stack: (i) => `g.stack([g.zeros([${i}, 3]), g.zeros([${i}, 3])])`,
  grad: (i) => `g.grad((x: g.Tensor<[${i}, 3], "float32">) => g.sum(x))(g.zeros([${i}, 3]))`,
  valueAndGrad: (i) => `g.valueAndGrad((x: g.Tensor<[${i}, 3], "float32">) => g.sum(x))(g.zeros([${i}, 3]))`,
  vjp: (i) => `g.vjp((x: g.Tensor<[${i}, 3], "float32">) => g.relu(x), g.zeros([${i}, 3]))`,
  jvp: (i) => `g.jvp((x: g.Tensor<[${i}, 3], "float32">) => g.relu(x), [g.zeros([${i}, 3])], [g.zeros([${i}, 3])])`,
  jacobian: (i) => `g.jacobian((x: g.Tensor<[${i}, 3], "float32">) => g.relu(x))(g.zeros([${i}, 3]))`,
  hessian: (i) => `g.hessian((x: g.Tensor<[${i}, 3], "float32">) => g.sum(x))(g.zeros([${i}, 3]))`,
  vmap: (i) => `g.vmap((x: g.Tensor<[${i}, 3], "float32">) => g.relu(x))(g.zeros([5, ${i}, 3]))`,
  "vmap, with axes": (i) =>
    `g.vmap((x: g.Tensor<[${i}, 3], "float32">) => g.relu(x), { inAxes: 2, outAxes: 1 })(g.zeros([${i}, 3, 5]))`,
  jit: (i) => `g.jit((x: g.Tensor<[${i}, 3], "float32">) => g.relu(x))(g.zeros([${i}, 3]))`,
  scan: (i) => `g.scan((c, x) => [g.add(c, x), x], g.zeros([${i}, 3]), g.zeros([7, ${i}, 3]))`,
  cond: (i) => `g.cond(g.tensor(true), (x) => g.relu(x), (x) => x, g.zeros([${i}, 3]))`,
  whileLoop: (i) => `g.whileLoop((x) => g.less(g.sum(x), 9), (x) => g.relu(x), g.zeros([${i}, 3]))`,
  split: (i) => `g.split(g.zeros([${i}, 6]), 3, { axis: 1 })`,
  moveaxis: (i) => `g.moveaxis(g.zeros([${i}, 3, 4]), 0, -1)`,
  diagonal: (i) => `g.diagonal(g.zeros([${i}, 3, 3]), { axis1: 1, axis2: 2 })`,
  layerNorm: (i) => `g.layerNorm(g.zeros([${i}, 3]), g.ones([3]), g.zeros([3]))`,
  "linalg.inv": (i) => `g.linalg.inv(g.zeros([${i}, 3, 3]))`,
  "linalg.solve": (i) => `g.linalg.solve(g.zeros([${i}, 3, 3]), g.zeros([3, 2]))`,
  "linalg.svd": (i) => `g.linalg.svd(g.zeros([${i}, 3, 2]))`,
  arange: (i) => `g.arange(${i})`,
  "generator.normal": (i) => `g.generator(1).normal([${i}, 3])`,
  Linear: (i) => `new nn.Linear(${i}, 3).forward(g.zeros([5, ${i}]))`,
  Conv2d: (i) => `new nn.Conv2d(3, ${i}, 3, { padding: 1 }).forward(g.zeros([5, 3, 8, 8]))`,
  LSTM: (i) => `new nn.LSTM(${i}, 3).forward(g.zeros([5, 2, ${i}]))`,
  Sequential: (i) =>
    `new nn.Sequential(new nn.Linear(${i}, 3), g.relu, new nn.Linear(3, 2)).forward(g.zeros([5, ${i}]))`,
  mseLoss: (i) => `nn.mseLoss(g.zeros([${i}, 3]), g.zeros([${i}, 3]))`,
  crossEntropy: (i) => `nn.crossEntropy(g.zeros([${i}, 3]), g.zeros([${i}], { dtype: "int32" }))`,
};

/** @type {ts.CompilerOptions} */
const options = {
  strict: true,
  noEmit: true,
  target: ts.ScriptTarget.ES2022,
  lib: ["lib.es2022.d.ts"],
  module: ts.ModuleKind.NodeNext,
  moduleResolution: ts.ModuleResolutionKind.NodeNext,
  skipLibCheck: true,
  types: [],
};
/** @type {Map<string, ts.SourceFile | undefined>} */
const sources = new Map();

/**
 * Checks the statements alone (the library's declarations as far as they need them): instantiations, seconds and messages.
 *
 * @param {readonly string[]} statements
 */
const check = (statements) => checkText(programOf(statements, "./index.js", "../../nn/src/index.js"));

/** @param {string} text */
function checkText(text) {
  const host = ts.createCompilerHost(options);
  const { fileExists } = host;
  host.fileExists = (name) => name === file || fileExists(name);
  host.getSourceFile = (name) => {
    if (name === file) return ts.createSourceFile(name, text, ts.ScriptTarget.ES2022);
    if (!sources.has(name)) {
      const found = ts.sys.readFile(name);
      sources.set(name, found === undefined ? undefined : ts.createSourceFile(name, found, ts.ScriptTarget.ES2022));
    }
    return sources.get(name);
  };
  const program = ts.createProgram([file], options, host);
  program.getTypeChecker();
  const [start, used] = [performance.now(), process.cpuUsage().user];
  const diagnostics = program.getSemanticDiagnostics(program.getSourceFile(file));
  // The clock counts what else the machine does, the processor's time what the engine does beside: compiling and collecting in other threads.
  const seconds = Math.min((performance.now() - start) / 1e3, (process.cpuUsage().user - used) / 1e6);
  const messages = diagnostics.map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, "\n"));
  return { instantiations: program.getInstantiationCount(), seconds, messages };
}

/** @type {string[]} */
const failures = [];
/**
 * @param {(i: number) => string} operator
 * @param {number} count
 */
const many = (operator, count) => Array.from({ length: count }, (_, i) => operator(i + 2));
/** @type {Record<string, number>} */
const counts = {};
for (const [name, operator] of Object.entries(operators)) {
  // The difference of two runs leaves out what the library costs once.
  const [few, more] = [check(many(operator, 5)), check(many(operator, 25))];
  counts[name] = Math.round((more.instantiations - few.instantiations) / 20);
  failures.push(...more.messages.slice(0, 1).map((message) => `${name}: ${message}`));
}

if (process.argv.includes("--write")) writeFileSync(tablePath, `${JSON.stringify(counts, null, 2)}\n`);
const table = JSON.parse(readFileSync(tablePath, "utf8"));
for (const [name, count] of Object.entries(counts)) {
  const allowed = table[name];
  if (allowed === undefined) failures.push(`${name}: not in scripts/type-budget.json; run with --write`);
  else if (count > allowed * tolerance)
    failures.push(`${name}: ${count} instantiations a call, the table allows ${allowed}`);
}
console.log("instantiations a call:", counts);

if (!process.argv.includes("--no-time")) {
  const all = Object.values(operators);
  /** @param {number} length */
  const mixed = (length) =>
    Array.from({ length }, (_, i) => all[i % all.length]?.(2 + Math.floor(i / all.length)) ?? "");
  // The first call of an operator reads its declaration; that is paid once, however many follow.
  const once = all.map((operator) => operator(1));
  const five = least(() => check(mixed(1000)).seconds) - least(() => check(once).seconds);
  const slowness = Math.max(1, least(() => checkText(yardstick).seconds) / yardstickSeconds);
  console.log(
    `the yardstick takes ${slowness.toFixed(2)} times as long as on the machine that the limits are for, or less`,
  );
  report(`TypeScript ${ts.version}`, five, secondsAllowed.five * slowness);
  const { version, seconds } = nativeCompiler(mixed(1000 * thousands.few), mixed(1000 * thousands.many));
  report(`TypeScript ${version}`, seconds, secondsAllowed.seven * slowness);
}

/** @param {() => number} measure */
function least(measure) {
  return Math.min(...Array.from({ length: runs }, measure));
}

/**
 * @param {string} compiler
 * @param {number} seconds
 * @param {number} allowed
 */
function report(compiler, seconds, allowed) {
  const line = `${compiler}: 1,000 statements add ${seconds.toFixed(2)} s (allowed ${allowed.toFixed(2)} s)`;
  console.log(line);
  if (seconds > allowed) failures.push(line);
}

/**
 * TypeScript 7 is a program without this one's interface: it says itself how long it checked. The library stands beside the statements as declarations, as it
 * does in a project that installed it; its own source would be checked too.
 *
 * @param {readonly string[]} few
 * @param {readonly string[]} many
 */
function nativeCompiler(few, many) {
  const tsc = join(root, "node_modules", "typescript-7", "bin", "tsc");
  const folder = mkdtempSync(join(tmpdir(), "glissade-type-budget-"));
  const language = ["--strict", "--skipLibCheck", "--target", "es2022", "--lib", "es2022", "--module", "nodenext"];
  /** @param {readonly string[]} args @param {string} cwd */
  const run = (args, cwd) => {
    const all = [tsc, "--ignoreConfig", ...language, "--types", "", ...args];
    return spawnSync(process.execPath, all, { cwd, encoding: "utf8" }).stdout;
  };
  try {
    const packages = ["autograd", "nn"];
    const entries = packages.map((name) => join("packages", name, "src", "index.ts"));
    const installed = join(folder, "node_modules", "@glissade");
    const declarations = ["--declaration", "--emitDeclarationOnly", "--noCheck", "--rootDir", "packages"];
    run([...declarations, "--outDir", installed, ...entries], root);
    for (const name of packages) {
      const manifest = { name: `@glissade/${name}`, type: "module", exports: "./src/index.d.ts" };
      writeFileSync(join(installed, name, "package.json"), JSON.stringify(manifest));
    }
    writeFileSync(join(folder, "package.json"), '{ "type": "module" }');
    /** Seconds for the statements in files of some each, as projects have them. @param {readonly string[]} statements */
    const timed = (statements) => {
      const files = Array.from({ length: Math.ceil(statements.length / perFile) }, (_, i) => {
        const part = statements.slice(i * perFile, (i + 1) * perFile);
        writeFileSync(join(folder, `part${i}.ts`), programOf(part, "@glissade/autograd", "@glissade/nn"));
        return `part${i}.ts`;
      });
      return least(() => {
        const said = run(["--noEmit", "--extendedDiagnostics", ...files], folder);
        const errors = said.split("\n").filter((line) => line.includes("error TS"));
        failures.push(...errors.slice(0, 1));
        return Number(/Check time:\s*([\d.]+)s/.exec(said)?.[1] ?? Number.NaN);
      });
    };
    const { stdout } = spawnSync(process.execPath, [tsc, "--version"], { encoding: "utf8" });
    const seconds = (timed(many) - timed(few)) / (thousands.many - thousands.few);
    if (Number.isNaN(seconds)) failures.push("TypeScript 7 did not say how long it checked");
    return { version: stdout.replace("Version", "").trim(), seconds };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

for (const failure of failures) console.error(failure);
if (failures.length > 0) process.exitCode = 1;
