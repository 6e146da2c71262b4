import { add, full, grad, mul, scan, sum, type Tensor, tanh, variable, zeros } from "@glissade/autograd";
import { printGraph, toDot } from "@glissade/autograd/debug";
import { describe, expect, test } from "vitest";

const withoutLines = (text: string): string => text.replace(/ {2}# .*$/gm, "");
const ofScan = (x: Tensor) => scan((c: Tensor) => [mul(c, 2), null], x, null, { length: 4 })[0];

describe("a graph as text", () => {
  test("has a line for each leaf and operator", () => {
    const w = variable(full([3], 2), { name: "w" });
    expect(withoutLines(printGraph((x: Tensor) => ({ loss: sum(mul(x, w)) }), zeros([3])))).toBe(
      [
        "%0 = argument 0 [3] float32",
        '%1 = Variable "w" [3] float32',
        "%2 = mul(%0, %1) [3] float32",
        "%3 = sum(%2) {axes=[0]} [] float32",
        "return loss: %3",
      ].join("\n"),
    );
  });

  test("says the source line, and which rule made an operator", () => {
    const text = printGraph(
      grad((x: Tensor) => sum(tanh(x))),
      zeros([3]),
    );
    expect(text).toMatch(/tanh\(.*# .*print-graph\.test\.ts:\d+:\d+/);
    expect(text).toMatch(/# derivative of tanh, .*print-graph\.test\.ts/);
  });

  test("has the functions of loops below them", () => {
    expect(printGraph(ofScan, zeros([3]))).toMatch(
      /scan\(%0\).*\n {2}body\(%\d+\):\n(.*\n)* {4}%\d+ = mul\(.*\n {4}return %\d+/,
    );
  });
});

describe("a graph in DOT", () => {
  test("has a node for each value and an edge for each operand", () => {
    const dot = toDot((x: Tensor) => add(mul(x, x), 1), zeros([3]));
    expect(dot).toMatch(/^digraph graph_of_f \{\n/);
    expect(dot.match(/ -> /g)).toHaveLength(2 + 2 + 1);
    expect(dot.match(/\{/g)?.length).toBe(dot.match(/\}/g)?.length);
  });

  test("escapes names", () => {
    const w = variable(full([3], 2), { name: 'a"]; evil [label="\\' });
    const dot = toDot((x: Tensor) => mul(x, w), zeros([3]));
    expect(dot).toContain('label="Variable \\"a\\"]; evil [label=\\"\\\\\\" [3] float32"');
    // Every line is a statement whose strings end where they should.
    const statement = /^\s*(digraph \w+ \{|\}|\w+=\w+;|\w+ -> \w+;|\w+ \[(\w+=(\w+|"([^"\\]|\\.)*")(, )?)+\];)$/;
    for (const line of dot.trim().split("\n")) expect(line).toMatch(statement);
  });

  test("has the functions of loops as clusters", () => {
    expect(toDot(ofScan, zeros([3]))).toContain('label="scan: body";');
  });
});
