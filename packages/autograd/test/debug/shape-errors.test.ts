import {
  add,
  broadcastTo,
  full,
  grad,
  jit,
  matmul,
  ShapeError,
  sum,
  type Tensor,
  tanh,
  variable,
} from "@glissade/autograd";
import { recordOrigins } from "@glissade/autograd/debug";
import { describe, expect, test } from "vitest";

/** Of shapes that the compiler does not know: it would refuse these calls. */
const zeros = (shape: readonly number[]): Tensor => full(shape, 0);
const ones = (shape: readonly number[]): Tensor => full(shape, 1);

/** The message of the ShapeError that `f` throws. */
function messageOf(f: () => unknown): string {
  try {
    f();
  } catch (error) {
    if (error instanceof ShapeError) return error.message;
    throw error;
  }
  throw new Error("nothing was thrown");
}

describe("an error of shape says where each operand was made", () => {
  test("by the operator that made it", () => {
    const message = messageOf(() => add(tanh(zeros([2, 3])), matmul(ones([4, 3]), ones([3, 5]))));
    expect(message).toContain("operand 0, [2, 3], is the result of tanh");
    expect(message).toContain("operand 1, [4, 5], is the result of matmul");
  });

  test("by the name of a Variable, in and outside transforms", () => {
    const w = variable(zeros([2, 3]), { name: "w" });
    expect(messageOf(() => add(w, ones([4])))).toContain('operand 0, [2, 3], is Variable "w"');
    expect(messageOf(() => grad((x: Tensor) => sum(add(w, x)))(ones([4])))).toContain(
      'operand 0, [2, 3], is Variable "w"; operand 1, [4], is argument 0 of grad',
    );
    w.assign(add(w, 1));
    expect(messageOf(() => add(w, ones([4])))).toContain('Variable "w"');
    const grow = jit(() => w.assign(add(w, 1)));
    grow();
    expect(messageOf(() => add(w, ones([4])))).toContain('Variable "w"');
    expect(messageOf(() => jit(() => add(w, ones([4])))())).toContain('Variable "w"');
  });

  test("by the path of an argument of a transform", () => {
    const f = (params: { readonly w: Tensor }) => sum(matmul(params.w, ones([5])));
    expect(messageOf(() => grad(f)({ w: zeros([2, 3]) }))).toContain("operand 0, [2, 3], is argument 0 at w of grad");
    expect(messageOf(() => jit(f)({ w: zeros([2, 3]) }))).toContain("is argument 0.w of jit of f");
  });

  test("keeps the message of the operator in front", () => {
    expect(messageOf(() => broadcastTo(zeros([2, 3]), [4]))).toMatch(/^broadcastTo: /);
  });

  test("with the user's line, where lines are recorded", () => {
    const message = messageOf(() => recordOrigins(() => add(tanh(zeros([2, 3])), ones([4]))));
    expect(message).toMatch(/operand 0, \[2, 3\], is the result of tanh at .*shape-errors\.test\.ts:\d+:\d+/);
  });
});
