import { add, definePrimitive, elementwise, type Tensor } from "@glissade/autograd";
import {
  broadcastable,
  type Draw,
  type describeOperator,
  drawn,
  type OperatorLaw,
  operatorLaws,
  type Sampler,
  shapes,
  tensors,
} from "@glissade/autograd/testing";
import { type Arbitrary, assert } from "fast-check";
import { expectTypeOf, test } from "vitest";

test("arbitraries have the type of what they draw", () => {
  expectTypeOf(shapes()).toEqualTypeOf<Arbitrary<number[]>>();
  expectTypeOf(broadcastable(2)).toEqualTypeOf<Arbitrary<number[][]>>();
  expectTypeOf(tensors({ shape: [2, 3], dtype: "float64" })).toEqualTypeOf<Arbitrary<Tensor>>();
  expectTypeOf(drawn((draw) => [draw.integer(0, 1), draw.tensor([])] as const)).toEqualTypeOf<
    Arbitrary<readonly [number, Tensor]>
  >();
  expectTypeOf(drawn((draw) => draw.pick(["a", "b"] as const))).toEqualTypeOf<Arbitrary<"a" | "b">>();
});

test("operators of every making have laws", () => {
  expectTypeOf(operatorLaws(add)).toEqualTypeOf<OperatorLaw[]>();
  expectTypeOf(elementwise("id", { value: (x: number) => x })).toExtend<Parameters<typeof describeOperator>[0]>();
  expectTypeOf(definePrimitive).returns.toExtend<Parameters<typeof describeOperator>[0]>();
  const samples = (draw: Draw): readonly unknown[] => [draw.tensor(draw.shape())];
  expectTypeOf(samples).toExtend<Sampler>();
  expectTypeOf(operatorLaws).toBeCallableWith((x: Tensor, axis: number) => [x, axis], { samples });
});

test("laws go to fast-check as they are", () => {
  for (const law of [] as OperatorLaw[]) expectTypeOf(assert).toBeCallableWith(law.property, { numRuns: law.numRuns });
});
