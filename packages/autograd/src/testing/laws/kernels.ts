import { allocate, type DType, isFloat, isStorageOf, type Storage } from "../../dtype.js";
import { constant, type KernelInput, type Linearity, type Node, operandsOf } from "../../graph.js";
import { sameShape, showShape, sizeOf } from "../../shape.js";
import type { Call } from "../call.js";
import { callNodes, weight } from "../derivatives.js";
import type { Law, Trial } from "../trial.js";
import { elementText, expectClose, Finding, magnitude } from "../violation.js";

/** A node's kernel run by hand: what it got, and what it made. */
interface KernelRun {
  readonly node: Node;
  readonly inputs: readonly KernelInput[];
  readonly made: Storage;
}

/** Runs every kernel of a call and of its gradient in turn, and shows each run to `see` before the next. */
function runKernels(nodes: readonly Node[], see: (run: KernelRun) => void): void {
  const values = new Map<Node, Storage>();
  for (const node of nodes) {
    if (node.value !== undefined || node.primitive === constant || node.symbolic) continue;
    const inputs = node.inputs.map((input) => {
      const data = values.get(input) ?? input.value;
      if (data === undefined) throw new Error(`${node.primitive.name}: an operand was not computed`);
      return { data, shape: input.shape, dtype: input.dtype };
    });
    const { shape, dtype, attributes } = node;
    const made = node.primitive.run({ inputs: operandsOf(inputs), attributes, shape, dtype });
    values.set(node, made);
    see({ node, inputs, made });
  }
}

const floatDTypes: readonly DType[] = ["float64", "float32"];

const describeStorage = (made: unknown): string =>
  ArrayBuffer.isView(made) && "length" in made ? `${made.constructor.name} of ${String(made.length)}` : typeof made;

/** The result of a kernel against what was inferred for it. */
function checkInference(call: Call, { node, inputs, made }: KernelRun): void {
  const { shape, dtype, primitive, attributes } = node;
  const where = `the kernel of ${primitive.name}`;
  if (!isStorageOf(dtype, made) || made.length !== sizeOf(shape)) {
    throw new Finding(call.text(), where, [
      ["made", describeStorage(made)],
      ["inferred", `shape ${showShape(shape)}, dtype ${dtype}`],
    ]);
  }
  const impossible = dtype === "bool" ? made.findIndex((x) => x > 1) : -1;
  if (impossible >= 0) {
    throw new Finding(call.text(), `${where}, ${elementText(shape, impossible)}`, [
      ["made", String(made[impossible])],
      ["inferred", "dtype bool, stored as 0 or 1"],
    ]);
  }
  const again = primitive.infer({ inputs: operandsOf(inputs), attributes });
  if (!sameShape(again.shape, shape) || again.dtype !== dtype) {
    throw new Finding(call.text(), `infer of ${primitive.name}, asked twice`, [
      ["first", `${showShape(shape)} ${dtype}`],
      ["then", `${showShape(again.shape)} ${again.dtype}`],
    ]);
  }
}

/** Float results have the dtype of the operands, unless an argument says otherwise. */
function checkResultDType(call: Call, dtype: DType): void {
  if (call.choosesDType || call.operands.length === 0) return;
  for (const [k, result] of call.results().entries()) {
    if (!isFloat(result.dtype) || result.dtype === dtype) continue;
    throw new Finding(call.text(), `dtype of result ${k}`, [
      ["inferred", result.dtype],
      ["operands", dtype],
    ]);
  }
}

export const inference: Law = {
  name: "inferred shape and dtype ≡ what the kernel made",
  drawing: { style: "plain" },
  runs: 80,
  applies: () => true,
  check(trial) {
    for (const dtype of floatDTypes) {
      const call = trial.render(dtype);
      checkResultDType(call, dtype);
      runKernels(callNodes(call, true).nodes, (run) => checkInference(call, run));
    }
  },
};

const bytesOf = (storage: Storage): Uint8Array =>
  new Uint8Array(storage.buffer, storage.byteOffset, storage.byteLength);

export const inputsUnchanged: Law = {
  name: "inputs unchanged",
  drawing: { style: "plain" },
  runs: 50,
  applies: ({ call }) => call.tensors.some((x) => x.size > 0),
  check({ call }) {
    const { nodes } = callNodes(call, true);
    const kept = new Map<Storage, Uint8Array>();
    const text = call.text();
    for (const { value } of [...call.tensors.map((x) => x.node), ...nodes])
      if (value) kept.set(value, bytesOf(value).slice());
    runKernels(nodes, ({ node, inputs, made }) => {
      for (const [storage, bytes] of kept) {
        const now = bytesOf(storage);
        const at = now.findIndex((byte, i) => byte !== bytes[i]);
        if (at < 0) continue;
        const operand = inputs.findIndex(({ data }) => data === storage);
        const what = operand < 0 ? "a tensor that it was not given" : `operand ${operand}`;
        throw new Finding(text, `the kernel of ${node.primitive.name} wrote to ${what}`, [
          ["element", String(Math.floor(at / storage.BYTES_PER_ELEMENT))],
          ["now", String(storage[Math.floor(at / storage.BYTES_PER_ELEMENT)])],
        ]);
      }
      if (!kept.has(made)) kept.set(made, bytesOf(made).slice());
    });
  },
};

/** The groups of operands in which an operator says that it is linear. */
function linearGroups(linear: Linearity, inputs: readonly KernelInput[]): number[][] {
  const all = inputs.map((_, i) => i).filter((i) => isFloat(inputs[i]?.dtype ?? "bool"));
  if (linear === "none") return [];
  if (linear === "jointly") return all.length === inputs.length ? [all] : [];
  if (linear === "separately") return all.map((i) => [i]);
  return linear.every((i) => all.includes(i)) ? [[...linear]] : [];
}

const [alpha, beta] = [2, -3];

/** f(αx + βy) against αf(x) + βf(y), in the operands of one group, at the inputs that a kernel was seen with. */
function checkLinear(call: Call, { node, inputs, made }: KernelRun, operands: readonly number[]): void {
  const run = (change: (x: number, y: number) => number): Storage => {
    const changed = inputs.map((input, k) => {
      if (!operands.includes(k)) return input;
      const data = allocate(input.dtype, input.data.length);
      for (let i = 0; i < data.length; i++) data[i] = change(input.data[i] ?? 0, weight(i, 3));
      return { ...input, data };
    });
    const { shape, dtype, attributes } = node;
    return node.primitive.run({ inputs: operandsOf(changed), attributes, shape, dtype });
  };
  const other = run((_, y) => y);
  const together = run((x, y) => alpha * x + beta * y);
  const expected = Float64Array.from(made, (x, i) => alpha * x + beta * (other[i] ?? 0));
  const terms = inputs.filter((_, k) => operands.includes(k)).map(({ data }) => data);
  const scale = Math.max(magnitude(made, other, ...terms), 1);
  const coarse = node.dtype === "float32" || inputs.some(({ dtype }) => dtype === "float32");
  expectClose(
    {
      call: () => call.text(),
      what: `${node.primitive.name} with x = ${Array.from(terms[0] ?? [])
        .slice(0, 4)
        .join(", ")} and y = ${weight(0, 3)}, … in operand ${operands.join(", ")}`,
      shape: node.shape,
      actual: ["f(2x − 3y)", together],
      expected: ["2 f(x) − 3 f(y)", expected],
    },
    (coarse ? 1e-4 : 1e-10) * scale * Math.max(1, Math.max(...inputs.map(({ data }) => data.length))),
  );
}

export const linearity: Law = {
  name: "linear operators are linear",
  drawing: { style: "plain" },
  runs: 40,
  applies: (trial: Trial) => trial.call.operands.some((x) => x.size > 0),
  check({ call }) {
    runKernels(callNodes(call, true).nodes, (run) => {
      if (!isFloat(run.node.dtype)) return;
      for (const operands of linearGroups(run.node.primitive.linear, run.inputs)) checkLinear(call, run, operands);
    });
  },
};
