import { Generator, guard, type Shape, ValueError, Variable } from "@glissade/autograd";
import { describeField } from "./field-text.js";
import { flattenFields, foldLists } from "./fields.js";
import { type LoadOptions, type LoadResult, loadInto, type NamedVariable, type StateDict } from "./state-dict.js";
import { type LayerCost, type ModelSummary, type SummaryInput, summarize } from "./summary.js";

/**
 * Base class of layers and models. Its fields are its state: every Variable, every Module, and those in arrays and plain
 * objects of fields are found by themselves, with dotted names as in PyTorch (`layers.0.weight`). A Variable that is found in
 * several places counts once. Private `#fields`, and objects of other classes, are not looked into.
 *
 * Subclasses define `forward` with whatever operands they like. Nothing runs when it is called: it builds graph.
 *
 * @example
 * class Net extends Module {
 *   layers = [new Linear(784, 100), new Linear(100, 10)];
 *   forward(x: Tensor) { return this.layers[1].forward(relu(this.layers[0].forward(x))); }
 * }
 * new Net().namedParameters().map(([name]) => name); // ["layers.0.weight", "layers.0.bias", "layers.1.weight", …]
 */
export class Module {
  #training = true;

  /** Whether layers such as `Dropout` behave as in training; true until `eval()` is called. A jitted function that reads it compiles for each. */
  get training(): boolean {
    return guard(() => this.#training);
  }

  /**
   * The trainable Variables, each once, in the order of the fields. A Variable whose `trainable` is false is a buffer.
   *
   * @throws ValueError where two Variables have the same dotted name, or Variables stand in a Map or Set.
   * @example
   * const stepper = sgd(model.parameters(), { lr: 0.1 });
   */
  parameters(): Variable[] {
    return this.namedParameters().map(([, variable]) => variable);
  }

  /**
   * The trainable Variables with their dotted names; a shared one under the first of its names.
   *
   * @throws ValueError as `parameters`.
   * @example
   * for (const [name, variable] of model.namedParameters()) console.log(name, variable.shape);
   */
  namedParameters(): [string, Variable][] {
    return this.#named((variable) => variable.trainable);
  }

  /**
   * The Variables that are not trained: running statistics, and parameters whose `trainable` was set to false.
   *
   * @throws ValueError as `parameters`.
   * @example
   * model.buffers().length; // 0
   */
  buffers(): Variable[] {
    return this.namedBuffers().map(([, variable]) => variable);
  }

  /**
   * The Variables that are not trained, with their dotted names.
   *
   * @throws ValueError as `parameters`.
   * @example
   * model.namedBuffers(); // [["norm.running_mean", Variable …]]
   */
  namedBuffers(): [string, Variable][] {
    return this.#named((variable) => !variable.trainable);
  }

  /**
   * This module and all modules in it, each once, outermost first.
   *
   * @example
   * for (const module of model.modules()) if (module instanceof Linear) module.weight.trainable = false;
   */
  modules(): Module[] {
    return this.namedModules().map(([, module]) => module);
  }

  /**
   * The same with their dotted names: this module's is empty, and one that is found in several places has the first.
   *
   * @example
   * new Sequential(new Linear(2, 3)).namedModules().map(([name]) => name); // ["", "0"]
   */
  namedModules(): [string, Module][] {
    const found = new Map<Module, string>();
    const visit = (module: Module, name: string): void => {
      if (found.has(module)) return;
      found.set(module, name);
      const prefix = name === "" ? "" : `${name}.`;
      for (const [key, value] of flattenFields(module.fields(), prefix)) if (value instanceof Module) visit(value, key);
    };
    visit(this, "");
    return Array.from(found, ([module, name]) => [name, module]);
  }

  /**
   * The random generators that this module and all in it draw from when they are called, each once: their states belong to a checkpoint.
   *
   * @example
   * new Dropout(0.5).generators().length; // 1
   */
  generators(): Generator[] {
    return [...new Set(this.modules().flatMap((module) => [...module.drawsFrom()]))];
  }

  /**
   * The values of all Variables, trainable or not, by name: a snapshot, since tensors do not change. A shared Variable has one
   * entry, under the first of its names.
   *
   * @throws ValueError as `parameters`.
   * @example
   * const best = model.stateDict();
   * model.loadStateDict(best);
   */
  stateDict(): StateDict {
    // fromEntries defines own properties: a name such as __proto__ stays a name.
    return Object.fromEntries(this.#variables().map(({ names, variable }) => [names[0], variable.value]));
  }

  /**
   * Puts the tensors of a state into the Variables. Everything is checked before anything changes. A shared Variable is found
   * under any of its names; where several are given, the first of its own order is taken.
   *
   * @param state Tensors by name, as `stateDict` gives them.
   * @param options.strict Default true; false loads the names that both sides have. Shapes and dtypes must fit in either case.
   * @param options.rename Rules `[pattern, replacement]`, or a function, from the names of the state to those of this module; default none.
   * @returns The names that the state lacks, and those it has in excess.
   * @throws ValueError that lists every missing, unexpected and misshapen entry; what computing a tensor of the state throws.
   * @example
   * model.loadStateDict({ weight: zeros([10, 784]), bias: zeros([10]) });
   * model.loadStateDict(tensors, { rename: [[/^module\./, ""], [/\.position_ids$/, null]] });
   */
  loadStateDict(state: StateDict, options: LoadOptions = {}): LoadResult {
    return loadInto(labelOf(this), this.#variables(), state, options);
  }

  /**
   * Switches this module and all modules in it to training behaviour.
   *
   * @example
   * model.train().training; // true
   */
  train(): this {
    for (const module of this.modules()) module.#training = true;
    return this;
  }

  /**
   * Switches this module and all modules in it to the behaviour for evaluation: `Dropout` passes everything on.
   *
   * @example
   * model.eval().training; // false
   */
  eval(): this {
    for (const module of this.modules()) module.#training = false;
    return this;
  }

  /**
   * What a call of each layer makes and costs: output shape, parameters, floating-point operations, memory of activations. `forward` is traced with
   * placeholders: nothing is computed, drawn or assigned. Operators between layers count where a layer says so by `cost`.
   *
   * @param inputs The shapes of what `forward` takes; with a dtype where that is not float32.
   * @returns A record that prints as a table.
   * @throws ValueError without a method `forward`; what `forward` throws, also where it reads a value.
   * @example
   * console.log(String(model.summary([32, 1, 28, 28])));
   * console.log(String(gpt.summary({ shape: [8, 64], dtype: "int32" })));
   */
  summary(...inputs: readonly SummaryInput[]): ModelSummary {
    return summarize(this, this.namedModules(), inputs);
  }

  /**
   * What a call costs besides the modules in it, for `summary`; undefined leaves it to a rule: one operation for each element of the result where no
   * module is called, else none. Layers with products of their own override it.
   *
   * @param inputs The shapes of the tensors that `forward` was given.
   * @param outputs The shapes of those that it returned.
   * @example
   * override cost([x = []]: readonly Shape[]) { return { flops: 2 * x[0]! * x[1]! }; }
   */
  cost(_inputs: readonly Shape[], _outputs: readonly Shape[]): LayerCost | undefined {
    return undefined;
  }

  /** The tree of modules with the shapes of their Variables; a module that appears again is named, not repeated. */
  toString(): string {
    return this.#describe("", new Map());
  }

  /** What `console.log` shows in Node. */
  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return this.toString();
  }

  /**
   * Where Variables and modules are looked for: the own enumerable properties. A subclass that keeps them elsewhere, or wants other
   * names, returns its own pairs of name and value.
   *
   * @example
   * protected override fields() { return Object.entries(this.layers); }
   */
  protected fields(): Iterable<readonly [string, unknown]> {
    return Object.entries(this);
  }

  /**
   * The generators that this module itself draws from when it is called: those among its fields. A subclass that keeps them elsewhere returns its own.
   *
   * @example
   * protected override drawsFrom() { return [this.#generator]; }
   */
  protected drawsFrom(): Iterable<Generator> {
    return Array.from(flattenFields(this.fields()), ([, value]) => value).filter((value) => value instanceof Generator);
  }

  /** This module and all in it, each once, with dotted names; its own is empty. */
  #named(keep: (variable: Variable) => boolean): [string, Variable][] {
    return this.#variables()
      .filter(({ variable }) => keep(variable))
      .map(({ names, variable }) => [names[0], variable]);
  }

  /** Every Variable with all its names. */
  #variables(): NamedVariable[] {
    const found = new Map<Variable, [string, ...string[]]>();
    const owners = new Map<string, Variable>();
    const visit = (module: Module, prefix: string, open: ReadonlySet<Module>): void => {
      for (const [name, value] of flattenFields(module.fields(), prefix)) {
        if (value instanceof Module) {
          if (!open.has(value)) visit(value, `${name}.`, new Set([...open, value]));
        } else if (value instanceof Variable) {
          claimName(owners, name, value);
          const names = found.get(value);
          if (names === undefined) found.set(value, [name]);
          else names.push(name);
        } else refuseHidden(name, value);
      }
    };
    visit(this, "", new Set([this]));
    return Array.from(found, ([variable, names]) => ({ names, variable }));
  }

  /** @param seen The modules described so far, with their names. */
  #describe(path: string, seen: Map<Module, string>): string {
    seen.set(this, path);
    const parts: string[] = [];
    let nested = false;
    for (const [name, value] of flattenFields(foldLists(this.fields()))) {
      let text = describeField(value);
      if (value instanceof Module) {
        nested = true;
        const full = path === "" ? name : `${path}.${name}`;
        const first = seen.get(value);
        text = first === undefined ? value.#describe(full, seen) : `the same as ${first === "" ? "the whole" : first}`;
      }
      if (text !== undefined) parts.push(`${name}: ${text}`);
    }
    const label = labelOf(this);
    if (!nested) return `${label}(${parts.join(", ")})`;
    return `${label}(\n${parts.join("\n").replace(/^/gm, "  ")}\n)`;
  }
}

/** The name of the module's class, for messages. */
const labelOf = (module: Module): string => module.constructor.name || "Module";

/** @throws ValueError where another Variable has the name already, as `{ "a.b": v, a: { b: w } }` would have it. */
function claimName(owners: Map<string, Variable>, name: string, variable: Variable): void {
  const owner = owners.get(name) ?? variable;
  owners.set(name, variable);
  if (owner === variable) return;
  throw new ValueError(
    `Module: two Variables have the name "${name}", of shapes [${owner.shape.join(", ")}] and [${variable.shape.join(", ")}]. Use keys without dots.`,
  );
}

/** @throws ValueError for a collection whose Variables would be overlooked. */
function refuseHidden(name: string, value: unknown): void {
  if (!(value instanceof Map || value instanceof Set)) return;
  for (const item of value.values()) {
    if (!(item instanceof Module || item instanceof Variable)) continue;
    const kind = value instanceof Map ? "Map" : "Set";
    throw new ValueError(
      `Module: the ${kind} "${name}" holds Variables or modules, which are found in arrays and plain objects only. Use one of these.`,
    );
  }
}
