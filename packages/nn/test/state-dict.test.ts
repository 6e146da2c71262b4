import {
  generator,
  ones,
  realize,
  Tensor,
  take,
  tensor,
  ValueError,
  variable,
  variableGrads,
  zeros,
} from "@glissade/autograd";
import { Linear, Module, ReLU, type Renaming, Sequential, type StateDict } from "@glissade/nn";
import { describe, expect, test } from "vitest";

const network = (seed: number): Sequential => {
  const source = generator(seed);
  return new Sequential(new Linear(3, 4, { generator: source }), new ReLU(), new Linear(4, 2, { generator: source }));
};

const numbers = (state: StateDict): Record<string, unknown> =>
  Object.fromEntries(Object.entries(state).map(([name, value]) => [name, value.toArray()]));

/** What the call throws, and a check that the module is what it was. */
function refusal(module: Module, load: () => unknown): string {
  const before = numbers(module.stateDict());
  let message = "";
  try {
    load();
  } catch (error) {
    expect(error).toBeInstanceOf(ValueError);
    message = error instanceof Error ? error.message : "";
  }
  expect(numbers(module.stateDict())).toEqual(before);
  return message;
}

describe("stateDict", () => {
  test("holds every Variable, trainable or not, once", () => {
    const shared = new Linear(2, 2, { bias: false });
    class Net extends Module {
      a = shared;
      b = shared;
      mean = variable(zeros([2]), { trainable: false });
    }
    expect(Object.keys(new Net().stateDict())).toEqual(["a.weight", "mean"]);
  });

  test("is a snapshot", () => {
    const layer = new Linear(1, 1, { bias: false });
    const before = layer.weight.value.item();
    const state = layer.stateDict();
    layer.weight.assign(tensor([[before + 1]]));
    expect(state.weight?.item()).toBe(before);
  });

  test("makes another model compute the same", () => {
    const [from, to] = [network(1), network(2)];
    const x = [[1, -2, 3]];
    expect(to.forward(x).toArray()).not.toEqual(from.forward(x).toArray());
    expect(to.loadStateDict(from.stateDict())).toEqual({ missing: [], unexpected: [] });
    expect(to.forward(x).data()).toEqual(from.forward(x).data());
  });
});

describe("loadStateDict", () => {
  test("lists everything that is wrong in one error, and changes nothing", () => {
    const model = network(1);
    const state = {
      "0.weight": zeros([4, 3]),
      "0.bias": zeros([3]),
      "2.weight": zeros([2, 4], { dtype: "float64" }),
      "2.bais": zeros([2]),
    };
    expect(refusal(model, () => model.loadStateDict(state))).toBe(
      [
        "loadStateDict: the state does not fit Sequential; nothing was changed.",
        "  missing: 2.bias",
        "  unexpected: 2.bais",
        "  0.bias: shape [3] in place of [4]",
        '  2.weight: dtype float64 in place of float32; use cast(tensor, "float32")',
        "Map the names with { rename }, or load what fits with { strict: false }.",
      ].join("\n"),
    );
  });

  test("maps names by rules, one after the other", () => {
    const [from, to] = [network(1), network(2)];
    const foreign: StateDict = Object.fromEntries([
      ...Object.entries(from.stateDict()).map(([name, x]) => [`module.net.layer_${name}`, x]),
      ["module.net.step", zeros([])],
    ]);
    const rename: Renaming = [
      [/^module\./, ""],
      [/^net\.layer_(\d+)\./, "$1."],
      [/\bstep$/g, null],
    ];
    expect(to.loadStateDict(foreign, { rename })).toEqual({ missing: [], unexpected: [] });
    expect(numbers(to.stateDict())).toEqual(numbers(from.stateDict()));
  });

  test("maps names by a function, which may leave entries out", () => {
    const model = new Linear(1, 1);
    const rename = (name: string): string | undefined => (name === "w" ? "weight" : name === "b" ? "bias" : undefined);
    model.loadStateDict({ w: tensor([[5]]), b: tensor([6]), c: tensor([7]) }, { rename });
    expect(numbers(model.stateDict())).toEqual({ weight: [[5]], bias: [6] });
  });

  test("tells of names after they were mapped, and of two that became one", () => {
    const model = new Linear(1, 1);
    const state = { "a.weight": ones([1, 1]), "b.weight": ones([1, 1]), "a.bais": ones([1]) };
    const message = refusal(model, () => model.loadStateDict(state, { rename: [[/^[ab]\./, ""]] }));
    expect(message).toBe(
      [
        "loadStateDict: the state does not fit Linear; nothing was changed.",
        "  missing: bias",
        "  unexpected: bais (renamed from a.bais)",
        "  weight: both a.weight and b.weight are renamed to it",
        "Map the names with { rename }, or load what fits with { strict: false }.",
      ].join("\n"),
    );
    // @ts-expect-error A function gives names.
    expect(refusal(model, () => model.loadStateDict(state, { rename: () => 3 }))).toContain(
      'rename gives 3 for "a.weight"',
    );
  });

  test("with strict: false loads what both have, and says what is left", () => {
    const model = network(1);
    const result = model.loadStateDict({ "0.bias": ones([4]), other: ones([1]) }, { strict: false });
    expect(result).toEqual({ missing: ["0.weight", "2.weight", "2.bias"], unexpected: ["other"] });
    expect(model.stateDict()["0.bias"]?.toArray()).toEqual([1, 1, 1, 1]);
  });

  test("with strict: false still refuses what does not fit", () => {
    const model = network(1);
    const message = refusal(model, () =>
      model.loadStateDict({ "0.weight": ones([4, 3]), "2.bias": ones([9]) }, { strict: false }),
    );
    expect(message).toContain("2.bias: shape [9] in place of [2]\nLoad the state of a model of the same form.");
  });

  test.each([
    [null, "loadStateDict: the state of Sequential is null, not an object of tensors."],
    [3, "loadStateDict: the state of Sequential is number, not an object of tensors."],
  ])("refuses the state %j", (state, message) => {
    const model = network(1);
    // @ts-expect-error A state is an object of tensors.
    expect(refusal(model, () => model.loadStateDict(state))).toBe(message);
  });

  test("refuses entries that are no tensors", () => {
    const model = new Linear(1, 1);
    // @ts-expect-error Numbers are no tensors.
    expect(refusal(model, () => model.loadStateDict({ weight: [[1]], bias: null }))).toContain(
      "\n  weight: object is no tensor\n  bias: null is no tensor\n",
    );
  });

  test("shortens long lists", () => {
    const state = Object.fromEntries(Array.from({ length: 30 }, (_, i) => [`x${i}`, zeros([1])]));
    const model = new Linear(1, 1);
    expect(refusal(model, () => model.loadStateDict(state))).toContain("x18, x19, … and 10 more\n");
  });

  test("takes names of Object.prototype for names like any other", () => {
    class Odd extends Module {
      table = Object.fromEntries([
        ["__proto__", variable([1])],
        ["toString", variable([2])],
      ]);
    }
    const model = new Odd();
    expect(Object.keys(model.stateDict())).toEqual(["table.__proto__", "table.toString"]);
    const hostile: StateDict = JSON.parse('{"__proto__": 1, "constructor": 2}');
    expect(refusal(new Linear(1, 1), () => new Linear(1, 1).loadStateDict(hostile))).toContain(
      "missing: weight, bias\n  unexpected: __proto__, constructor\n",
    );
    class Root extends Module {
      protected override fields(): [string, unknown][] {
        return [["__proto__", this.inner]];
      }
      get inner() {
        return variables;
      }
    }
    const variables = variable([1]);
    const root = new Root();
    expect(Object.keys(root.stateDict())).toEqual(["__proto__"]);
    root.loadStateDict(Object.fromEntries([["__proto__", tensor([7])]]));
    expect(variables.value.toArray()).toEqual([7]);
    expect(Object.getPrototypeOf(root.stateDict())).toBe(Object.prototype);
  });

  test("finds a shared Variable under any of its names", () => {
    class Tied extends Module {
      embed = variable(zeros([2]));
      head = this.embed;
    }
    const tied = new Tied();
    expect(tied.loadStateDict({ head: tensor([1, 2]) })).toEqual({ missing: [], unexpected: [] });
    expect(tied.embed.value.toArray()).toEqual([1, 2]);
    tied.loadStateDict({ head: tensor([3, 4]), embed: tensor([5, 6]) });
    expect(tied.embed.value.toArray()).toEqual([5, 6]);
    expect(refusal(tied, () => tied.loadStateDict({ head: tensor([1]), embed: tensor([5, 6]) }))).toContain(
      "head: shape [1]",
    );
  });

  test("computes the state first: an entry that cannot be computed changes nothing", () => {
    const model = new Linear(1, 2);
    const before = numbers(model.stateDict());
    const bad = take(tensor([1, 2]), [0, 5]);
    expect(() => model.loadStateDict({ weight: ones([2, 1]), bias: bad })).toThrow("take");
    expect(numbers(model.stateDict())).toEqual(before);
  });
});

describe("derivatives", () => {
  test("reach every parameter of a model", () => {
    const model = network(3);
    const { grads } = variableGrads(() => model.forward([[1, 2, 3]]).sum(), model.parameters());
    expect(grads.map((gradient) => gradient.shape)).toEqual(model.parameters().map((variable) => variable.shape));
    realize(...grads);
    expect(grads.every((gradient) => gradient instanceof Tensor)).toBe(true);
  });
});
