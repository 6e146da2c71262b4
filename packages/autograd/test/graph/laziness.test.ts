import {
  add,
  elementwise,
  grad,
  mul,
  realize,
  sum,
  type Tensor,
  tensor,
  valueAndGrad,
  variable,
  variableGrads,
  zeros,
} from "@glissade/autograd";
import { describe, expect, test } from "vitest";

/** An identity whose kernel counts how often it runs. */
function counter(): { readonly count: (x: Tensor) => Tensor; readonly runs: () => number } {
  let runs = 0;
  const count = elementwise("counted", {
    value: (x: number) => {
      runs++;
      return x;
    },
    vjp: ({ cotangent }) => [cotangent],
    linear: "jointly",
  });
  return { count, runs: () => runs };
}

/** Heap in use after a collection, in MiB. */
function heap(): number {
  globalThis.gc?.();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return (heapUsed + arrayBuffers) / 2 ** 20;
}

describe("nothing runs until a value is read", () => {
  test("building a graph runs no kernel, reading runs it once", () => {
    const { count, runs } = counter();
    const y = add(count(tensor([1])), 1);
    expect(runs()).toBe(0);
    expect(y.toArray()).toEqual([2]);
    expect(y.toArray()).toEqual([2]);
    expect(runs()).toBe(1);
  });

  test("a node shared by two results is computed once", () => {
    const { count, runs } = counter();
    const shared = count(tensor([2]));
    const a = add(shared, 1);
    const b = mul(shared, 3);
    realize(a, b);
    expect([a.item(), b.item(), runs()]).toEqual([3, 6, 1]);
  });

  test("value, gradients and aux of one call are computed together", () => {
    const { count, runs } = counter();
    const f = (x: Tensor): [Tensor, Tensor] => {
      const y = count(mul(x, x));
      return [y, add(y, 1)];
    };
    const { value, grads, aux } = valueAndGrad(f, { hasAux: true })(tensor(3));
    expect(value.item()).toBe(9);
    expect([grads.item(), aux.item(), runs()]).toEqual([6, 10, 1]);
  });

  test("printing anywhere changes no result and no derivative", () => {
    const f = (print: boolean) => (x: Tensor) => {
      const y = mul(x, x);
      if (print) String(x) + String(y);
      return mul(y, x);
    };
    const x = mul(tensor(2), 1);
    expect(grad(f(true))(x).item()).toBe(12);
    expect(grad(f(false))(x).item()).toBe(12);
    String(x);
    expect(grad(f(true))(x).item()).toBe(12);
    expect(grad((y: Tensor) => grad(f(true))(y))(x).item()).toBe(12);
  });

  test("reading inside grad leaves the history in place until the outermost call returns", () => {
    const second = grad((x: Tensor) => {
      const inner = grad((y: Tensor) => {
        const z = mul(mul(y, y), x);
        z.item();
        return z;
      })(x);
      inner.item();
      return mul(inner, x);
    });
    // inner = 2x², the whole is 2x³
    expect(second(tensor(2)).item()).toBe(24);
  });
});

describe("graphs stay bounded", () => {
  const bound = 48;

  test("20,000 steps of a hand-written training loop", () => {
    let w = tensor(new Float32Array(1000));
    const x = tensor(new Float32Array(1000).fill(0.5));
    const before = heap();
    for (let step = 0; step < 20_000; step++) {
      const { grads } = valueAndGrad((p: Tensor) => {
        const error = add(mul(p, x), -1);
        return dotWith(error, error);
      })(w);
      w = add(w, mul(grads, -0.001));
    }
    expect(w.data()[0]).toBeGreaterThan(0.5);
    expect(heap() - before).toBeLessThan(bound);
  });

  test("20,000 steps of an exponential average that nobody reads", () => {
    const average = variable(zeros([100]));
    const x = tensor(new Float32Array(100).fill(1));
    const before = heap();
    for (let step = 0; step < 20_000; step++) average.assign(add(mul(average, 0.999), mul(x, 0.001)));
    expect(heap() - before).toBeLessThan(bound);
    expect(average.value.data()[0]).toBeCloseTo(1, 2);
  });

  test("20,000 losses that are kept, and read at the end", () => {
    const w = variable(tensor(new Float32Array(500).fill(1)));
    const losses: Tensor[] = [];
    const before = heap();
    for (let step = 0; step < 20_000; step++) {
      const { value, grads } = variableGrads(() => dotWith(w.value, w.value), [w]);
      w.assign(add(w, mul(grads[0], -1e-4)));
      losses.push(value);
    }
    expect(heap() - before).toBeLessThan(bound + 20);
    expect(losses[0]?.item()).toBe(500);
    expect(losses[19_999]?.item()).toBeLessThan(1);
  });

  test("20,000 results that are dropped, unread, in a scope and outside", () => {
    const x = tensor(new Float32Array(1000).fill(1));
    const before = heap();
    let total = tensor(0);
    for (let step = 0; step < 20_000; step++) {
      mul(x, x);
      const g = grad((y: Tensor) => {
        mul(y, y);
        return dotWith(y, x);
      })(x);
      total = add(total, dotWith(g, x));
    }
    expect(total.item()).toBe(20_000_000);
    expect(heap() - before).toBeLessThan(bound);
  });
});

/** ⟨a, b⟩ of vectors. */
const dotWith = (a: Tensor, b: Tensor): Tensor => sum(mul(a, b));
