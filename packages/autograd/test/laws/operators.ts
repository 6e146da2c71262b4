import * as functions from "@glissade/autograd/functions";
import { type DescribeOperatorOptions, describeOperator, type OperatorFunction } from "@glissade/autograd/testing";
import { elementwiseComposites, exceptions } from "./exceptions.js";

/** The files over which the operators are dealt, so that they run side by side. */
export const shards = 6;

/** Everything the package exports; members of a namespace go by its name and theirs: `linalg.inv`. */
export const exported = new Map<string, unknown>([
  ...Object.entries(functions),
  ...Object.entries(functions.linalg).map(([name, member]) => [`linalg.${name}`, member] as const),
]);

/** The names under which operators are exported, in order. */
export const operatorNames = [...exported.keys()].filter((name) => operatorOf(name) !== undefined).sort();

/** The function exported under a name, if it carries what its laws need. */
export function operatorOf(name: string): OperatorFunction | undefined {
  const value = exported.get(name);
  return isOperator(value) ? value : undefined;
}

function isOperator(value: unknown): value is OperatorFunction {
  return typeof value === "function" && "operator" in value;
}

/** What the laws of an operator are told besides the operator itself. */
export function optionsOf(name: string): DescribeOperatorOptions {
  const except = exceptions[name];
  return {
    ...(except === undefined ? {} : { except }),
    ...(elementwiseComposites.includes(name) ? { elementwise: true } : {}),
  };
}

/** Registers the laws of every operator of one shard. */
export function describeShard(shard: number): void {
  for (const [i, name] of operatorNames.entries()) {
    const op = operatorOf(name);
    if (i % shards === shard && op !== undefined) describeOperator(op, optionsOf(name));
  }
}
