import { ones, type Tensor, ValueError, type Variable, variable, zeros } from "@glissade/autograd";
import { Conv2d, Dropout, Flatten, LeakyReLU, Linear, Module, ReLU, Sequential } from "@glissade/nn";
import { describe, expect, test } from "vitest";

const names = (module: Module): string[] => module.namedParameters().map(([name]) => name);

/** One field of every kind that is looked into, and some that are not. */
class Zoo extends Module {
  scale = variable([1], { name: "scale" });
  first = new Linear(2, 3);
  blocks = [new Linear(3, 3, { bias: false }), variable(zeros([2]))];
  heads = { left: new Linear(3, 1), right: { deep: variable(ones([4])) } };
  mean = variable(zeros([3]), { trainable: false });
  constant = zeros([5]);
  missing = undefined;
  nothing = null;
  rate = 0.5;
  samples = [1, 2, 3];
}

describe("the Variables of a module", () => {
  test("are found in fields, arrays, plain objects and nested modules, in order", () => {
    expect(names(new Zoo())).toEqual([
      "scale",
      "first.weight",
      "first.bias",
      "blocks.0.weight",
      "blocks.1",
      "heads.left.weight",
      "heads.left.bias",
      "heads.right.deep",
    ]);
  });

  test("are parameters if they are trainable, else buffers", () => {
    const zoo = new Zoo();
    expect(zoo.buffers()).toEqual([zoo.mean]);
    expect(zoo.namedBuffers()).toEqual([["mean", zoo.mean]]);
    zoo.first.weight.trainable = false;
    expect(names(zoo)).not.toContain("first.weight");
    expect(zoo.namedBuffers().map(([name]) => name)).toEqual(["first.weight", "mean"]);
  });

  test("count once where they are shared, under the first name", () => {
    const shared = new Linear(2, 2);
    class Tied extends Module {
      a = shared;
      b = [shared];
      c = shared.weight;
    }
    const tied = new Tied();
    expect(names(tied)).toEqual(["a.weight", "a.bias"]);
    expect(tied.parameters()).toEqual([shared.weight, shared.bias]);
    expect(tied.modules()).toEqual([tied, shared]);
  });

  test("are named by place in Sequential, as in PyTorch", () => {
    class Net extends Module {
      layers = new Sequential(new Flatten(), new Linear(4, 3), new ReLU(), (x: Tensor) => x, new Linear(3, 2));
    }
    expect(names(new Net())).toEqual(["layers.1.weight", "layers.1.bias", "layers.4.weight", "layers.4.bias"]);
  });

  test("may be kept elsewhere, if fields() says so", () => {
    class Hidden extends Module {
      readonly #weight = variable(ones([2]));
      protected override fields(): [string, Variable][] {
        return [["weight", this.#weight]];
      }
    }
    expect(names(new Hidden())).toEqual(["weight"]);
  });

  test("are found in a module that knows its parent, and in arrays that hold themselves", () => {
    class Child extends Module {
      weight = variable([1]);
      constructor(readonly parent: Module) {
        super();
      }
    }
    class Parent extends Module {
      child = new Child(this);
      loop: unknown[] = [];
      constructor() {
        super();
        this.loop.push(this.loop, this.child.weight);
      }
    }
    const parent = new Parent();
    expect(names(parent)).toEqual(["child.weight"]);
    expect(parent.modules()).toEqual([parent, parent.child]);
    expect(String(parent)).toContain("parent: the same as the whole");
  });

  test("must not have one name twice", () => {
    class Clash extends Module {
      heads = { "a.b": variable([1]), a: { b: variable([2, 3]) } };
    }
    expect(() => new Clash().parameters()).toThrow(
      new ValueError('Module: two Variables have the name "heads.a.b", of shapes [1] and [2]. Use keys without dots.'),
    );
  });

  test.each([
    ["Map", new Map([["a", new ReLU()]])],
    ["Set", new Set([variable([1])])],
  ])("must not hide in a %s", (kind, collection) => {
    class Hiding extends Module {
      layers = collection;
    }
    expect(() => new Hiding().stateDict()).toThrow(
      `Module: the ${kind} "layers" holds Variables or modules, which are found in arrays and plain objects only.`,
    );
  });

  test("leave other collections alone", () => {
    class Counting extends Module {
      counts = new Map([["a", 1]]);
      seen = new Set(["b"]);
      weight = variable([1]);
    }
    expect(names(new Counting())).toEqual(["weight"]);
  });
});

describe("train and eval", () => {
  test("reach every module, and return the module", () => {
    const inner = new Dropout(0.5);
    class Net extends Module {
      layers = [new Sequential(inner, new ReLU())];
    }
    const net = new Net();
    expect(net.training && inner.training).toBe(true);
    expect(net.eval()).toBe(net);
    expect(net.modules().map((module) => module.training)).toEqual([false, false, false, false]);
    expect(
      net
        .train()
        .modules()
        .every((module) => module.training),
    ).toBe(true);
  });
});

describe("toString", () => {
  test("shows short lists of numbers, and no long ones", () => {
    const layer = new Conv2d(1, 2, 3, { stride: 2, padding: [1, 0] });
    expect(String(layer)).toBe(
      "Conv2d(weight: [2, 1, 3, 3], bias: [2], kernelSize: [3, 3], stride: [2, 2], dilation: [1, 1], padding: [[1, 1], [0, 0]], paddingMode: zeros, groups: 1)",
    );
    class Table extends Module {
      readonly few = [1, 2];
      readonly many = Array.from({ length: 1000 }, (_, i) => i);
      readonly none = [];
    }
    expect(String(new Table())).toBe("Table(few: [1, 2])");
  });

  test("shows the tree of modules with shapes and settings", () => {
    const shared = new Linear(8, 8, { bias: false });
    const relu = Object.assign((x: Tensor): Tensor => x, { operator: { name: "relu", samples: undefined } });
    const net = new Sequential(
      new Flatten(),
      new Linear(4, 8, { dtype: "float64" }),
      relu,
      shared,
      new Sequential(shared, new LeakyReLU()),
      (x: Tensor) => x,
      new Dropout(0.2),
    );
    shared.weight.trainable = false;
    expect(String(net)).toBe(
      [
        "Sequential(",
        "  0: Flatten(startAxis: 1, endAxis: -1)",
        "  1: Linear(weight: [8, 4] float64, bias: [8] float64)",
        "  2: relu",
        "  3: Linear(weight: [8, 8] not trained)",
        "  4: Sequential(",
        "    0: the same as 3",
        "    1: LeakyReLU(negativeSlope: 0.01)",
        "  )",
        "  5: function",
        "  6: Dropout(p: 0.2)",
        ")",
      ].join("\n"),
    );
  });

  test("is what console.log shows", async () => {
    const { inspect } = await import("node:util");
    expect(inspect(new Linear(2, 1))).toBe("Linear(weight: [1, 2], bias: [1])");
  });
});
