import { isFloat } from "../dtype.js";
import { Tensor } from "../tensor.js";
import { flattenTree, type TreeStructure, unflattenTree } from "../tree.js";
import type { Drawn } from "./recording.js";
import { callText } from "./source-text.js";

/** The function under test. */
export type Subject = (...args: readonly unknown[]) => unknown;

const isOptions = (value: unknown): value is { readonly axis?: unknown } =>
  typeof value === "object" && value !== null && "axis" in value && !(value instanceof Tensor);

/** A call of an operator: its arguments, with the tensors among them at hand. */
export class Call {
  /** The leaves of the arguments, in order. */
  readonly #leaves: readonly unknown[];
  readonly #structure: TreeStructure;
  readonly #paths: readonly string[];
  /** Where the float tensors that derivatives are taken of stand among the leaves. */
  readonly #operandPlaces: readonly number[];

  constructor(
    readonly name: string,
    private readonly subject: Subject,
    private readonly drawn: Drawn,
  ) {
    const { leaves, structure } = flattenTree(drawn.args);
    this.#leaves = leaves.map(({ value }) => value);
    this.#paths = leaves.map(({ path }) => path);
    this.#structure = structure;
    this.#operandPlaces = [...this.#leaves.keys()].filter((i) => {
      const value = this.#leaves[i];
      return value instanceof Tensor && isFloat(value.dtype) && !drawn.fixed.has(value);
    });
  }

  get args(): readonly unknown[] {
    return this.drawn.args;
  }

  /** The float tensors that derivatives are taken of. */
  get operands(): Tensor[] {
    return this.#operandPlaces.map((i) => this.#leaves[i]).filter((value) => value instanceof Tensor);
  }

  /** Every tensor among the arguments. */
  get tensors(): Tensor[] {
    return this.#leaves.filter((value) => value instanceof Tensor);
  }

  /** Whether an argument names a dtype, or is a float tensor whose dtype the sampler chose: the result's dtype is then open. */
  get choosesDType(): boolean {
    return this.#leaves.some(
      (value) =>
        typeof value === "string" || (value instanceof Tensor && isFloat(value.dtype) && this.drawn.fixed.has(value)),
    );
  }

  /** The tensors of the result, with other operands in place of the drawn ones. */
  results(operands: readonly Tensor[] = this.operands): Tensor[] {
    return this.#tensorsOf(this.#operandPlaces, operands);
  }

  /** The tensors of the result, with other tensors in place of all drawn ones. */
  resultsOf(tensors: readonly Tensor[]): Tensor[] {
    return this.#tensorsOf(this.#tensorPlaces(), tensors);
  }

  /** The same call on other tensors, in place of all drawn ones. */
  at(tensors: readonly Tensor[]): Call {
    const own = this.tensors;
    const isFixed = (x: Tensor | undefined): boolean => x !== undefined && this.drawn.fixed.has(x);
    const fixed = new Set(tensors.filter((_, i) => isFixed(own[i])));
    return new Call(this.name, this.subject, { args: this.#replaced(this.#tensorPlaces(), tensors), fixed });
  }

  /** The call's arguments with `axis` in place of every option of that name; undefined where there is none. */
  withAxis(axis: unknown): readonly unknown[] | undefined {
    let found = false;
    const args = this.args.map((arg) => {
      if (!isOptions(arg) || arg.axis === undefined) return arg;
      found = true;
      return { ...arg, axis };
    });
    return found ? args : undefined;
  }

  /** Calls the operator with other arguments, whatever they are. */
  onArguments(args: readonly unknown[]): unknown {
    return this.subject(...args);
  }

  /** Calls the operator with another value in place of tensor `index` (of `tensors`), whatever it is. */
  withBadOperand(index: number, value: unknown): unknown {
    return this.subject(...this.#replaced([this.#tensorPlaces()[index] ?? 0], [value]));
  }

  /** The place of operand `index` in words: `argument 1`, `argument 0[2]`. */
  place(index: number): string {
    const path = this.#paths[this.#operandPlaces[index] ?? 0] ?? "";
    return path.replace(/^\[(\d+)\]/, "argument $1");
  }

  /** The call as TypeScript, with other operands if given. */
  text(operands: readonly Tensor[] = this.operands): string {
    return callText(this.name, this.#replaced(this.#operandPlaces, operands));
  }

  /** The call as TypeScript, with other tensors in place of all drawn ones. */
  textOf(tensors: readonly unknown[]): string {
    return callText(this.name, this.#replaced(this.#tensorPlaces(), tensors));
  }

  #tensorPlaces(): number[] {
    return [...this.#leaves.keys()].filter((i) => this.#leaves[i] instanceof Tensor);
  }

  #replaced(places: readonly number[], values: readonly unknown[]): readonly unknown[] {
    const leaves = [...this.#leaves];
    for (const [k, place] of places.entries()) leaves[place] = values[k];
    const args = unflattenTree(this.#structure, leaves);
    return Array.isArray(args) ? args : [];
  }

  #tensorsOf(places: readonly number[], tensors: readonly Tensor[]): Tensor[] {
    const result = this.subject(...this.#replaced(places, tensors));
    return flattenTree(result)
      .leaves.map(({ value }) => value)
      .filter((value) => value instanceof Tensor);
  }
}
