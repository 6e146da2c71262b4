import {
  add,
  exp,
  expectCompilations,
  type Generator,
  generator,
  guard,
  jit,
  less,
  mul,
  perCall,
  stopGradient,
  sub,
  sum,
  type Tensor,
  take,
  tap,
  tensor,
  ValueError,
  variable,
  variableGrads,
  vmap,
  where,
} from "@glissade/autograd";
import { describe, expect, test } from "vitest";

describe("Variables in a jitted function", () => {
  test("are read anew and assigned at every run", () => {
    const w = variable([1, 2], { name: "w" });
    const step = jit((x: Tensor) => {
      const { value, grads } = variableGrads(() => sum(mul(w.value, mul(w.value, x))), [w]);
      w.assign(sub(w.value, mul(0.1, grads[0])));
      return value;
    });
    const plain = [1, 2];
    for (let i = 0; i < 5; i++) {
      const loss = step(tensor([1, 2])).item();
      expect(loss).toBeCloseTo((plain[0] as number) ** 2 + 2 * (plain[1] as number) ** 2, 4);
      plain[0] = (plain[0] as number) * 0.8;
      plain[1] = (plain[1] as number) * 0.6;
    }
    expect(w.value.data()[0]).toBeCloseTo(plain[0] as number, 5);
    w.assign(tensor([1, 0]));
    expect(step(tensor([3, 3])).item()).toBe(3);
    expectCompilations(step, 1);
  });

  test("keep the tensors that were read before", () => {
    const w = variable([1]);
    const step = jit(() => w.assign(mul(w.value, 2)));
    step();
    const before = w.value;
    step();
    expect([before.toArray(), w.value.toArray()]).toEqual([[2], [4]]);
  });

  test("see assignments that nobody has read yet, and are seen by what is read later", () => {
    const w = variable(1);
    const step = jit(() => w.assign(add(w.value, 1)));
    for (let i = 0; i < 3; i++) {
      w.assign(mul(w.value, 10));
      step();
    }
    expect(w.value.item()).toBe(1111);
  });

  test("can be swapped, set to constants, and assigned twice", () => {
    const [a, b, c] = [variable(1), variable(2), variable(0)];
    const step = jit(() => {
      const before = a.value;
      a.assign(b.value);
      b.assign(before);
      c.assign(tensor(5));
      c.assign(add(c.value, a.value));
    });
    step();
    expect([a, b, c].map((v) => v.value.item())).toEqual([2, 1, 7]);
    step();
    expect([a, b, c].map((v) => v.value.item())).toEqual([1, 2, 6]);
  });

  test("are arguments too, each by its identity", () => {
    const [a, b] = [variable(1), variable(2)];
    const double = jit((v: typeof a) => v.assign(mul(v.value, 2)));
    for (const v of [a, b, a]) double(v);
    expect([a.value.item(), b.value.item(), double.stats().compilations]).toEqual([4, 4, 2]);
  });

  test("are left alone by a function that throws in its trace, and by a run that fails", () => {
    const [v, i] = [variable(1), variable(tensor(Int32Array.of(0)))];
    const broken = jit((fail: boolean) => {
      v.assign(add(v.value, 1));
      if (fail) throw new RangeError("no");
    });
    expect(() => broken(true)).toThrow(RangeError);
    expect(v.value.item()).toBe(1);
    const failing = jit(() => {
      v.assign(add(v.value, 1));
      return take([1, 2], i.value, { axis: 0 });
    });
    failing();
    i.assign(tensor(Int32Array.of(9)));
    expect(failing).toThrow(/index 9/);
    expect(v.value.item()).toBe(2);
  });

  test("of the function's own are its own", () => {
    const f = jit((x: Tensor) => {
      const total = variable(0);
      for (let i = 0; i < 3; i++) total.assign(add(total.value, x));
      return add(total.value, generator(3).uniform([]));
    });
    const first = f(tensor(0)).item();
    expect(f(tensor(0)).item()).toBe(first);
    expect(f(tensor(2)).item()).toBeCloseTo(first + 6, 5);
  });

  test("compile again when trainable changes, if it was read", () => {
    const w = variable(1);
    const f = jit(() => (w.trainable ? w.value : stopGradient(0)));
    expect(f().item()).toBe(1);
    w.trainable = false;
    expect(f().item()).toBe(0);
    expect(f.stats().lastReason).toBe("a guard gives boolean false, before boolean true");
    w.trainable = true;
    expect(f().item()).toBe(1);
    expectCompilations(f, 2);
  });
});

describe("random draws in a jitted function", () => {
  const draw = (random: Generator): Tensor => {
    const dropped = where(less(random.uniform([4]), 0.5), 0, random.normal([4]));
    return add(dropped, random.randint([4], { max: 100 }));
  };

  test("are those of the same seed outside, and the generators stay in step", () => {
    const [inside, outside] = [generator(5), generator(5)];
    const f = jit(() => draw(inside));
    for (let i = 0; i < 4; i++) expect(f().data()).toEqual(draw(outside).data());
    expect(inside.state()).toEqual(outside.state());
    expect(inside.normal([2]).data()).toEqual(outside.normal([2]).data());
    expectCompilations(f, 1);
  });

  test("go on from a state that is set, compiled anew only for another key", () => {
    const random = generator(5);
    const f = jit(() => random.uniform([2]));
    const state = random.state();
    const first = f().data();
    random.setState(state);
    expect(f().data()).toEqual(first);
    expectCompilations(f, 1);
    random.setState(generator(6).state());
    expect(f().data()).toEqual(generator(6).uniform([2]).data());
    expectCompilations(f, 2);
  });

  test("of generators split inside are new at each call", () => {
    const [inside, outside] = [generator(5), generator(5)];
    const one = (random: Generator): Tensor => (random.split(1)[0] as Generator).uniform([2]);
    const f = jit(() => one(inside));
    for (let i = 0; i < 3; i++) expect(f().data()).toEqual(one(outside).data());
  });
});

describe("guard, perCall and tap", () => {
  test("guard compiles again when what it reads changes", () => {
    const settings = { training: true };
    const f = jit((x: Tensor) => (guard(() => settings.training) ? mul(x, 2) : x));
    expect(f(tensor(3)).item()).toBe(6);
    settings.training = false;
    expect(f(tensor(3)).item()).toBe(3);
    settings.training = true;
    expect(f(tensor(3)).item()).toBe(6);
    expect(f.stats().compilations).toBe(2);
    expect(guard(() => 4)).toBe(4);
    expect(() => guard(1 as never)).toThrow(ValueError);
    expect(() => guard(async () => 1)).toThrow(/guard: the function returned a Promise/);
  });

  test("perCall feeds a number at each run, and at once outside", () => {
    const settings = { rate: 0.5 };
    const f = jit((x: Tensor) =>
      add(
        mul(
          x,
          perCall(() => settings.rate),
        ),
        perCall(() => 0.1, { dtype: "float64" }),
      ),
    );
    expect(f(tensor(2)).item()).toBe(1.1);
    settings.rate = 4;
    expect(f(tensor(2)).item()).toBe(8.1);
    expectCompilations(f, 1);
    expect(perCall(() => 3).item()).toBe(3);
    expect(() => perCall(() => "3" as never)).toThrow(/perCall: the function gave "3", not a number/);
    expect(() => perCall(() => 3, { dtype: "int32" as never })).toThrow(/use float32 or float64/);
  });

  test("a number that is none stops the run before anything is assigned", () => {
    const v = variable(0);
    const settings: { rate: unknown } = { rate: 1 };
    const f = jit(() =>
      v.assign(
        add(
          v.value,
          perCall(() => settings.rate as number),
        ),
      ),
    );
    f();
    settings.rate = null;
    expect(f).toThrow(ValueError);
    expect(v.value.item()).toBe(1);
  });

  test("tap is called after each run, when Variables are assigned, in order", () => {
    const seen: number[] = [];
    const v = variable(0);
    const f = jit((x: Tensor) => {
      tap(mul(x, 2), (value) => seen.push(value.item(), v.value.item()));
      v.assign(x);
      return tap(exp(x), () => seen.push(-1));
    });
    f(tensor(1));
    f(tensor(3));
    expect(seen).toEqual([2, 1, -1, 6, 3, -1]);
    tap(4, (value) => seen.push(value.item()));
    expect(seen.pop()).toBe(4);
    expect(() => tap(1, 2 as never)).toThrow(ValueError);
    expect(() => vmap((x: Tensor) => tap(x, () => undefined))(tensor([1]))).toThrow(/tap: the tensor has no value/);
  });

  test("tap goes on in the transform around a jitted function", () => {
    const seen: number[] = [];
    const f = jit((w: Tensor) => sum(tap(mul(w, w), (value) => seen.push(value.item()))));
    variableGrads(() => f(tensor(3)), [variable(1)], { allowUnused: true });
    expect(seen).toEqual([9]);
    jit((x: Tensor) => f(x))(tensor(4));
    expect(seen).toEqual([9, 16]);
  });
});
