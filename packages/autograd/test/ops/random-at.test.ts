import { DTypeError, generator, ShapeError, type Tensor, tensor } from "@glissade/autograd";
import { expect, test } from "vitest";

const counter = (words: number): Tensor => tensor(words, { dtype: "float64" });

test("a generator at a counter draws what it would draw there, and the first does not move", () => {
  const random = generator(11);
  const first = random.normal([3]).toArray();
  const here = random.state();
  const second = random.normal([3]).toArray();
  const standing = random.state();
  expect(random.at(counter(0)).normal([3]).toArray()).toEqual(first);
  expect(random.at(counter(here.counter)).normal([3]).toArray()).toEqual(second);
  expect(random.state()).toEqual(standing);
});

test("it moves on by itself", () => {
  const random = generator(11);
  const both = [random.normal([3]).toArray(), random.normal([3]).toArray()];
  const again = random.at(counter(0));
  expect([again.normal([3]).toArray(), again.normal([3]).toArray()]).toEqual(both);
  expect(again.state().counter).toBe(random.state().counter);
});

test("a counter that is no float64 scalar is refused", () => {
  expect(() => generator(1).at(tensor(0))).toThrow(DTypeError);
  expect(() => generator(1).at(tensor([0], { dtype: "float64" }))).toThrow(ShapeError);
});
