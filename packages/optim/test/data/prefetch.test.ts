import { ValueError } from "@glissade/autograd";
import { prefetch } from "@glissade/optim";
import { describe, expect, test } from "vitest";

/** Counts from 0, and notes what was asked for and whether it was left. */
function counter(length: number) {
  const asked: number[] = [];
  const left = { yes: false };
  async function* count(): AsyncGenerator<number, void> {
    try {
      for (let i = 0; i < length; i++) {
        asked.push(i);
        yield i;
      }
    } finally {
      left.yes = true;
    }
  }
  return { asked, left, count };
}

describe("prefetch", () => {
  test.each([0, 1, 5])("hands out everything in order, %s ahead", async (ahead) => {
    const seen: number[] = [];
    for await (const i of prefetch(counter(4).count(), { ahead })) seen.push(i);
    expect(seen).toEqual([0, 1, 2, 3]);
  });

  test("asks ahead while a value is in use", async () => {
    const { asked, count } = counter(5);
    for await (const i of prefetch(count(), { ahead: 2 })) {
      await new Promise((resolve) => setTimeout(resolve));
      expect(asked.length).toBe(Math.min(5, i + 3));
    }
  });

  test("takes promises, which wait for each other in the loop only", async () => {
    const promises = [3, 2, 1].map((ms) => new Promise<number>((resolve) => setTimeout(() => resolve(ms), ms)));
    const seen: number[] = [];
    for await (const ms of prefetch(promises, { ahead: 2 })) seen.push(ms);
    expect(seen).toEqual([3, 2, 1]);
  });

  test("leaves the source when the loop is left", async () => {
    const { left, count } = counter(5);
    for await (const _ of prefetch(count(), { ahead: 2 })) break;
    await new Promise((resolve) => setTimeout(resolve));
    expect(left.yes).toBe(true);
    let returned = false;
    const promises: Iterable<number> = {
      [Symbol.iterator]: () => ({
        next: () => ({ done: false, value: 1 }),
        return: () => {
          returned = true;
          return { done: true, value: undefined };
        },
      }),
    };
    for await (const _ of prefetch(promises)) break;
    expect(returned).toBe(true);
  });

  test("fails when the turn of what failed has come", async () => {
    async function* broken(): AsyncGenerator<number, void> {
      yield 1;
      throw new RangeError("gone");
    }
    const seen: number[] = [];
    const act = async (): Promise<void> => {
      for await (const i of prefetch(broken(), { ahead: 3 })) seen.push(i);
    };
    await expect(act()).rejects.toThrow(new RangeError("gone"));
    expect(seen).toEqual([1]);
  });

  test("refuses a number ahead that is none", () => {
    expect(() => prefetch([], { ahead: 0.5 })).toThrow(ValueError);
  });
});
