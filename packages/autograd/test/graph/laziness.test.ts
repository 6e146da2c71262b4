import {
  add,
  elementwise,
  grad,
  isComputed,
  mul,
  realize,
  sum,
  type Tensor,
  take,
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
  test("and isComputed tells, without computing", () => {
    const x = tensor([1, 2]);
    const y = mul(x, 2);
    expect([isComputed(x), isComputed(y), isComputed(y)]).toEqual([true, false, false]);
    y.data();
    expect(isComputed(y)).toBe(true);
  });

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

describe("Variables are never half updated", () => {
  const outside = (x: Tensor): Tensor => take(x, [5], { axis: 0 }).sum();

  test("values that cannot be computed are taken back, all that were assigned since the last read", () => {
    const a = variable([1, 2]);
    const b = variable([3, 4]);
    a.assign(add(a, 1));
    realize(a);
    a.assign(add(a, 1));
    a.assign(add(a, 1));
    b.assign(add(b, outside(b.value)));
    expect(() => a.value.toArray()).toThrow(/index 5 is out of range/);
    expect([a.value.toArray(), b.value.toArray()]).toEqual([
      [2, 3],
      [3, 4],
    ]);
  });

  test("and so they are where everything pending was computed in between", () => {
    const a = variable([1, 2]);
    const b = variable([3, 4]);
    a.assign(add(a, 1));
    b.assign(add(b, outside(b.value)));
    for (let i = 0, x = tensor([1]); i < 25_000; i++) x = add(x, 1);
    a.assign(add(a, 1));
    expect(() => a.value.toArray()).toThrow(/index 5 is out of range/);
    expect([a.value.toArray(), b.value.toArray()]).toEqual([
      [1, 2],
      [3, 4],
    ]);
  });

  test("and so they are where some were computed before they were assigned", () => {
    const a = variable([1, 2]);
    const b = variable([3, 4]);
    const next = add(a, 1);
    next.data();
    a.assign(next);
    b.assign(add(b, outside(b.value)));
    expect(() => a.value.toArray()).toThrow(/index 5 is out of range/);
    expect([a.value.toArray(), b.value.toArray()]).toEqual([
      [1, 2],
      [3, 4],
    ]);
  });

  test("a tensor that cannot be computed does not disturb them", () => {
    const a = variable([1, 2]);
    a.assign(add(a, 1));
    expect(() => outside(a.value).item()).toThrow(/index 5 is out of range/);
    expect(a.value.toArray()).toEqual([2, 3]);
  });

  test("an error belongs to the read, not to whoever makes the 10,001st node", () => {
    const bad = outside(tensor([1, 2]));
    let x = tensor([1]);
    for (let i = 0; i < 25_000; i++) x = add(x, 1);
    expect(x.toArray()).toEqual([25_001]);
    expect(() => bad.item()).toThrow(/index 5 is out of range/);
  });
});

describe("graphs stay bounded", () => {
  // What may wait at any time: 64 MiB of arrays, or 10,000 nodes, which are a few MiB; the rest is room for the collector.
  const arrays = 96;
  const nodes = 24;

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
    expect(heap() - before).toBeLessThan(arrays);
  });

  test("20,000 steps of an exponential average that nobody reads", () => {
    const average = variable(zeros([100]));
    const x = tensor(new Float32Array(100).fill(1));
    const before = heap();
    for (let step = 0; step < 20_000; step++) average.assign(add(mul(average, 0.999), mul(x, 0.001)));
    expect(heap() - before).toBeLessThan(nodes);
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
    expect(heap() - before).toBeLessThan(arrays);
    expect(losses[0]?.item()).toBe(500);
    expect(losses[19_999]?.item()).toBeLessThan(1);
  });

  test("20,000 results that are dropped, unread, in a scope and outside", () => {
    const x = tensor(new Float32Array(10).fill(1));
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
    expect(total.item()).toBe(200_000);
    expect(heap() - before).toBeLessThan(nodes);
  });
});

/** ⟨a, b⟩ of vectors. */
const dotWith = (a: Tensor, b: Tensor): Tensor => sum(mul(a, b));
