import type { Shape } from "../shape.js";
import type { AnyShape } from "./any-shape.js";

/** Axes as `normalizeAxis` counts them, by rank: a table is cheaper to check than a count. */
interface AxisTable {
  readonly 0: Record<never, never>;
  readonly 1: { readonly "0": 0; readonly "-1": 0 };
  readonly 2: { readonly "0": 0; readonly "1": 1; readonly "-2": 0; readonly "-1": 1 };
  readonly 3: {
    readonly "0": 0;
    readonly "1": 1;
    readonly "2": 2;
    readonly "-3": 0;
    readonly "-2": 1;
    readonly "-1": 2;
  };
  readonly 4: {
    readonly "0": 0;
    readonly "1": 1;
    readonly "2": 2;
    readonly "3": 3;
    readonly "-4": 0;
    readonly "-3": 1;
    readonly "-2": 2;
    readonly "-1": 3;
  };
  readonly 5: {
    readonly "0": 0;
    readonly "1": 1;
    readonly "2": 2;
    readonly "3": 3;
    readonly "4": 4;
    readonly "-5": 0;
    readonly "-4": 1;
    readonly "-3": 2;
    readonly "-2": 3;
    readonly "-1": 4;
  };
  readonly 6: {
    readonly "0": 0;
    readonly "1": 1;
    readonly "2": 2;
    readonly "3": 3;
    readonly "4": 4;
    readonly "5": 5;
    readonly "-6": 0;
    readonly "-5": 1;
    readonly "-4": 2;
    readonly "-3": 3;
    readonly "-2": 4;
    readonly "-1": 5;
  };
}

/** An axis that is out of range. */
export interface OutOfRange<Axis extends number, Rank extends number> {
  readonly outOfRange: readonly [Axis, Rank];
}

/**
 * An axis counted from the front: `number` where axis or rank are not literal (or the rank is above 6), `OutOfRange` where there is no such axis.
 *
 * @example
 * type Axis = AxisOf<3, -1>; // 2
 */
export type AxisOf<Rank extends number, Axis extends number> = number extends Axis
  ? number
  : Rank extends keyof AxisTable
    ? `${Axis}` extends keyof AxisTable[Rank]
      ? AxisTable[Rank][`${Axis}`]
      : OutOfRange<Axis, Rank>
    : number;

/** Several axes as a union; with `number` among them where one is not known. */
export type AxesOf<Rank extends number, Axes extends readonly number[]> = number extends Axes["length"]
  ? number
  : { readonly [I in keyof Axes]: AxisOf<Rank, Axes[I]> }[number];

/** The words of the run-time error, with the shape. */
export type OutOfRangeMessage<
  Name extends string,
  S extends string,
  Axis extends number,
  Rank extends number,
> = `${Name}: axis ${Axis} is out of range for rank ${Rank}: ${S}`;

/** The sides of a shape without those at the axes `Gone`; with `Instead` in their place. */
export type Without<
  S extends Shape,
  Gone extends number,
  Instead extends Shape,
  At extends readonly 0[] = [],
  Done extends Shape = [],
> = S extends [infer First extends number, ...infer Rest extends AnyShape]
  ? Without<Rest, Gone, Instead, [...At, 0], At["length"] extends Gone ? [...Done, ...Instead] : [...Done, First]>
  : Done;
