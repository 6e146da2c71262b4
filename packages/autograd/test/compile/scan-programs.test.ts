import {
  add,
  clip,
  grad,
  jit,
  jvp,
  matmul,
  mul,
  reshape,
  scan,
  sin,
  sub,
  sum,
  type Tensor,
  tanh,
  tensor,
  withBackend,
} from "@glissade/autograd";
import { costOf } from "@glissade/autograd/debug";
import fc from "fast-check";
import { describe, expect, test } from "vitest";

/** How a step makes one of its results of its constants, carries and what it scans: the kind, and two operands among those. */
type Recipe = readonly [kind: number, first: number, second: number];

interface Program {
  /** Sides on both sides of the 512 bytes up to which values are copied. */
  readonly side: number;
  readonly length: number;
  readonly reverse: boolean;
  readonly carries: readonly Recipe[];
  readonly stacks: readonly Recipe[];
}

const recipe: fc.Arbitrary<Recipe> = fc.tuple(fc.nat(5), fc.nat(6), fc.nat(6));

const programs: fc.Arbitrary<Program> = fc.record({
  side: fc.constantFrom(0, 1, 3, 8, 9, 40, 63, 64, 65),
  length: fc.constantFrom(0, 1, 2, 5, 8),
  reverse: fc.boolean(),
  carries: fc.array(recipe, { minLength: 1, maxLength: 4 }),
  stacks: fc.array(recipe, { maxLength: 3 }),
});

function make([kind, first, second]: Recipe, pool: readonly Tensor[]): Tensor {
  const a = pool[first % pool.length] as Tensor;
  const b = pool[second % pool.length] as Tensor;
  if (kind === 0) return a;
  if (kind === 1) return tanh(add(a, b));
  if (kind === 2) return mul(sub(a, b), 0.5);
  if (kind === 3) return clip(mul(a, b), { min: -2, max: 2 });
  if (kind === 4) return mul(tensor(new Float64Array(a.size).fill(0.25)), a);
  // The factor keeps long sums, and what they turn into after some steps, from making errors larger.
  return mul(sin(a), mul(sum(tanh(b)), 0.02));
}

const numbers = (count: number, seed: number): Tensor =>
  tensor(Float64Array.from({ length: count }, (_, i) => Math.sin(1.7 * i + seed)));

/** A function of a constant, the first carries and what is scanned. */
function run({ side, length, reverse, carries, stacks }: Program) {
  return (constant: Tensor, first: Tensor, xs: Tensor): Tensor[] => {
    const init = carries.map((_, i) => mul(first, i + 1));
    const [last, ys] = scan(
      (state: Tensor[], x: Tensor) => {
        const pool = [...state, x, constant];
        return [carries.map((each) => make(each, pool)), stacks.map((each) => make(each, pool)) as unknown as Tensor];
      },
      init,
      reshape(xs, [length, side]),
      { reverse },
    );
    return [...last, ...(ys as unknown as Tensor[])];
  };
}

const dataOf = (tensors: readonly Tensor[]): number[][] => tensors.map((each) => Array.from(each.data()));

function expectClose(got: readonly number[][], expected: readonly number[][]): void {
  for (const [i, list] of expected.entries())
    for (const [k, value] of list.entries())
      expect(Math.abs((got[i]?.[k] ?? Number.NaN) - value)).toBeLessThanOrEqual(1e-10 * (1 + Math.abs(value)));
  expect(got.map(({ length }) => length)).toEqual(expected.map(({ length }) => length));
}

describe("a compiled scan", () => {
  test("computes what the reference backend does, whatever becomes of carries and stacks", () => {
    fc.assert(
      fc.property(programs, (program) => {
        const operands = [
          numbers(program.side, 1),
          numbers(program.side, 2),
          numbers(program.side * program.length, 3),
        ] as const;
        const f = run(program);
        const compiled = dataOf(jit(f)(...operands));
        expectClose(
          compiled,
          withBackend("reference", () => dataOf(jit(f)(...operands))),
        );
      }),
    );
  });

  test("and so do its gradients and tangents", () => {
    fc.assert(
      fc.property(programs, (program) => {
        const operands = [
          numbers(program.side, 1),
          numbers(program.side, 2),
          numbers(program.side * program.length, 3),
        ] as const;
        const f = run(program);
        const total = (...args: [Tensor, Tensor, Tensor]) =>
          f(...args).reduce((s: Tensor, each) => add(s, sum(sin(each))), tensor(0));
        const gradient = jit((...args: [Tensor, Tensor, Tensor]) => grad(total, { argnums: [0, 1, 2] })(...args));
        const tangent = jit((...args: [Tensor, Tensor, Tensor]) => jvp(total, args, args)[1]);
        const both = () => dataOf([...(gradient(...operands) as unknown as Tensor[]), tangent(...operands)]);
        const compiled = both();
        const again = withBackend("reference", () => {
          const reference = jit((...args: [Tensor, Tensor, Tensor]) => grad(total, { argnums: [0, 1, 2] })(...args));
          const forward = jit((...args: [Tensor, Tensor, Tensor]) => jvp(total, args, args)[1]);
          return dataOf([...(reference(...operands) as unknown as Tensor[]), forward(...operands)]);
        });
        expectClose(compiled, again);
      }),
    );
  });

  test("is one kernel, and so is one inside another", () => {
    const w = tensor(Float64Array.from({ length: 36 }, (_, i) => Math.cos(i) / 6));
    const f = (x: Tensor): Tensor =>
      scan(
        (h: Tensor, _: null) => {
          const inner = scan(
            (c: Tensor) => [tanh(matmul(c, reshape(w, [6, 6]))), null] as const,
            h,
            null as unknown as Tensor,
            { length: 3 },
          )[0];
          return [add(h, inner), null] as const;
        },
        x,
        null,
        { length: 4 },
      )[0];
    const x = reshape(numbers(12, 5), [2, 6]);
    expect(costOf(f, x).kernels.map(({ kind }) => kind)).toEqual(["steps"]);
    expectClose(
      dataOf([jit(f)(x)]),
      withBackend("reference", () => dataOf([jit(f)(x)])),
    );
  });

  test("leaves stacks out that nobody asks for", () => {
    const f = (x: Tensor): Tensor =>
      scan((c: Tensor) => [tanh(c), sin(c)] as const, x, null as unknown as Tensor, { length: 9 })[0];
    const both = (x: Tensor) =>
      scan((c: Tensor) => [tanh(c), sin(c)] as const, x, null as unknown as Tensor, { length: 9 });
    expect(costOf(f, numbers(50, 1)).flops).toBeLessThan(costOf(both, numbers(50, 1)).flops);
  });
});
