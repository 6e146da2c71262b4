import { linalg, type Tensor, tensor } from "@glissade/autograd";
import { describe, expectTypeOf, test } from "vitest";

const x = tensor([[1]]);

describe("linalg", () => {
  test("returns tensors, or records of them that are named", () => {
    expectTypeOf(linalg.inv([[1]])).toEqualTypeOf<Tensor<[number, number], "float32">>();
    expectTypeOf(linalg.svd(x)).toEqualTypeOf<linalg.Svd<[1, 1], [1], [1, 1], "float32">>();
    expectTypeOf(linalg.qr(x, { mode: "r" }).R).toEqualTypeOf<Tensor<[1, 1], "float32">>();
    expectTypeOf(linalg.eigh(x).eigenvalues).toEqualTypeOf<Tensor<[1], "float32">>();
    expectTypeOf(linalg.slogdet(x)).toEqualTypeOf<linalg.SignAndLogDet<[], "float32">>();
    expectTypeOf(linalg.lstsq(x as Tensor, [1])).toExtend<linalg.LeastSquares>();
  });

  test("takes options by name", () => {
    expectTypeOf(linalg.matrixNorm).toBeCallableWith(x, { ord: Number.POSITIVE_INFINITY, axis: [0, 1] });
    // @ts-expect-error no such norm
    linalg.matrixNorm(x, { ord: "frobenius" });
    // @ts-expect-error no such mode
    linalg.qr(x, { mode: "full" });
    // @ts-expect-error a power is a number
    linalg.matrixPower(x, "2");
  });
});
