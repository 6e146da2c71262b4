import {
  add,
  checkpoint,
  cond,
  greater,
  jit,
  matmul,
  mul,
  ones,
  perCall,
  scan,
  sum,
  type Tensor,
  tensor,
  ValueError,
  variable,
  whileLoop,
  zeros,
} from "@glissade/autograd";
import { graphOf } from "@glissade/autograd/debug";
import { describe, expect, test } from "vitest";
import { viewTrace } from "../../src/debug/graph-view.js";
import { trace } from "../../src/transforms/trace.js";

const ops = (f: (x: Tensor) => unknown, x: Tensor = zeros([3])) => graphOf(f, x).nodes.map(({ op }) => op);

describe("the graph of a function", () => {
  test("has its inputs, Variables, constants, operators and results", () => {
    const w = variable(ones([3]), { name: "w" });
    const view = graphOf(
      (x: Tensor, scale: number) => ({ y: [sum(mul(mul(x, scale), w))], tag: "no tensor" }),
      zeros([3]),
      2,
    );
    expect(view.inputs.map(({ path, shape }) => ({ path, shape }))).toEqual([
      { path: "argument 0", shape: [3] },
      { path: "argument 1", shape: [] },
    ]);
    expect(view.variables).toMatchObject([{ variable: w, shape: [3], dtype: "float32" }]);
    expect(view.nodes.map(({ op }) => op)).toEqual(["mul", "mul", "sum"]);
    const [x, scale] = view.inputs;
    expect(view.nodes[0]?.inputs).toEqual([x?.id, scale?.id]);
    expect(view.nodes[1]?.inputs).toEqual([view.nodes[0]?.id, view.variables[0]?.id]);
    expect(view.outputs).toEqual([view.nodes[2]?.id]);
    expect(view.outputPaths).toEqual(["y[0]"]);
  });

  test("has constants with their elements, and no operators between them", () => {
    const view = graphOf((x: Tensor) => add(x, mul(tensor([1, 2, 3]), 2)), zeros([3]));
    expect(view.nodes.map(({ op }) => op)).toEqual(["add"]);
    expect(view.constants.map(({ data }) => [...data])).toEqual([[2, 4, 6]]);
  });

  test("says on which line each operator was applied", () => {
    const [first, second] = graphOf(
      (x: Tensor) => {
        const y = mul(x, x);
        return add(y, 1);
      },
      zeros([3]),
    ).nodes;
    expect(first?.line).toMatch(/graph-view\.test\.ts:\d+:\d+$/);
    expect(second?.line).not.toBe(first?.line);
  });

  test("takes jitted functions and checkpoints apart", () => {
    const inner = jit((x: Tensor) => mul(x, x));
    expect(ops((x) => add(inner(x), 1))).toEqual(["mul", "add"]);
    expect(ops(checkpoint((x: Tensor) => add(mul(x, x), 1)))).toEqual(["mul", "add"]);
  });

  test("keeps the functions of loops and branches", () => {
    const loop = graphOf((x: Tensor) => scan((c: Tensor) => [mul(c, 2), null], x, null, { length: 4 })[0], zeros([3]));
    expect(loop.nodes.map(({ op }) => op)).toEqual(["scan", "pick"]);
    expect(loop.nodes[0]?.bodies.body?.nodes.map(({ op }) => op)).toEqual(["mul"]);
    expect(loop.nodes[0]?.attributes).toMatchObject({ length: 4, carryCount: 1 });
    const branch = graphOf(
      (x: Tensor) =>
        cond(
          greater(sum(x), 0),
          (v: Tensor) => mul(v, v),
          (v: Tensor) => add(v, 1),
          x,
        ),
      zeros([3]),
    );
    const [node] = branch.nodes.filter(({ op }) => op === "cond");
    expect(Object.keys(node?.bodies ?? {})).toEqual(["onTrue", "onFalse"]);
    const wait = graphOf(
      (x: Tensor) =>
        whileLoop(
          (v: Tensor) => greater(10, sum(v)),
          (v: Tensor) => add(v, 1),
          x,
        ),
      zeros([3]),
    );
    expect(Object.keys(wait.nodes[0]?.bodies ?? {})).toEqual(["test", "body"]);
  });

  test("of long chains is walked without recursion", () => {
    const chain = (x: Tensor): Tensor => {
      let y = x;
      for (let i = 0; i < 20_000; i++) y = add(y, 1);
      return y;
    };
    // Without the line of each operator: to read the stack 20,000 times takes most of a minute.
    const { nodes } = viewTrace(trace("graphOf", chain, [zeros([2])]));
    expect(nodes.length).toBe(20_000);
  });

  test("has operands before those that use them, which may be inputs themselves", () => {
    const view = graphOf((x: Tensor) => [x, matmul(x, x), x], zeros([2, 2]));
    expect(view.outputs[0]).toBe(view.inputs[0]?.id);
    const seen = new Set([...view.inputs, ...view.constants].map(({ id }) => id));
    for (const node of view.nodes) {
      for (const id of node.inputs) expect(seen.has(id)).toBe(true);
      seen.add(node.id);
    }
  });

  test("refuses what is no function, and numbers that are fed at each run", () => {
    // @ts-expect-error a number is no function
    expect(() => graphOf(3)).toThrow(ValueError);
    expect(() =>
      graphOf(
        (x: Tensor) =>
          add(
            x,
            perCall(() => 1),
          ),
        zeros([2]),
      ),
    ).toThrow(ValueError);
  });
});
