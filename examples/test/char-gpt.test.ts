import { generator, jit, reshape, tensor, variableGrads } from "@glissade/autograd";
import { crossEntropy } from "@glissade/nn";
import { adamw } from "@glissade/optim";
import { describe, expect, test } from "vitest";
import { corpusOf, loadBook } from "../support/gpt/book.js";
import { CharGpt } from "../support/gpt/model.js";
import { writer } from "../support/gpt/sample.js";

const sizes = { context: 16, width: 16, layers: 2, heads: 2, dropout: 0 };

describe("the book", () => {
  test("is Moby-Dick, as numbers of characters", () => {
    const { alphabet, train, validation } = loadBook();
    expect(train.length + validation.length).toBeGreaterThan(1_200_000);
    expect(validation.length / (train.length + validation.length)).toBeCloseTo(0.1, 3);
    const text = Array.from(train.slice(0, 40_000), (number) => alphabet[number]).join("");
    expect(text).toContain("Call me Ishmael.");
    expect(train.every((number) => number < alphabet.length)).toBe(true);
  });

  test("gives every character its number", () => {
    expect(corpusOf("abcabcabca")).toEqual({
      alphabet: ["a", "b", "c"],
      train: Int32Array.of(0, 1, 2, 0, 1, 2, 0, 1, 2),
      validation: Int32Array.of(0),
    });
  });
});

describe("the character model", () => {
  test("looks at no character behind the one that it guesses from", () => {
    const model = new CharGpt({ ...sizes, characters: 5 }, generator(1)).eval();
    const [a, b] = [
      [0, 1, 2, 3, 4, 0],
      [0, 1, 2, 0, 0, 1],
    ].map((row) => model.forward(tensor([row], { dtype: "int32" })).data());
    expect(a?.slice(0, 15)).toEqual(b?.slice(0, 15));
    expect(a?.slice(15, 20)).not.toEqual(b?.slice(15, 20));
  });

  test("learns a text by heart, and writes it on", () => {
    const { alphabet, train } = corpusOf("the sea was calm; ".repeat(12));
    const random = generator(2);
    const model = new CharGpt({ ...sizes, characters: alphabet.length }, random);
    const optimizer = adamw(model.parameters(), { lr: 0.01 });
    const step = jit((text: ReturnType<typeof tensor>) => {
      const next = text.slice({ start: [0, 1], stop: [8, 17] });
      const { value, grads } = variableGrads(
        () =>
          crossEntropy(
            reshape(model.forward(text.slice({ start: [0, 0], stop: [8, 16] })), [128, -1]),
            reshape(next, [128]),
          ),
        model.parameters(),
      );
      optimizer.step(grads);
      return value;
    });
    let loss = 9;
    for (let i = 0; i < 120; i++) {
      const starts = random.randint([8], { max: train.length - 17 }).data();
      const rows = Array.from(starts, (start) => Array.from(train.slice(start, start + 17)));
      loss = step(tensor(rows, { dtype: "int32" })).item();
    }
    expect(loss).toBeLessThan(0.3);
    const write = writer(model, alphabet, generator(3));
    expect(write("the sea was ", 6)).toBe("calm; ");
    expect(write("the sea was ", 40)).toHaveLength(40);
  });
});
