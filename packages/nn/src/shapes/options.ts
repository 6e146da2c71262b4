import type { OnlyOptions } from "@glissade/autograd";

/** What the last parameter of a constructor says, so that layers made without options differ from those of which no options are known. */

/** Options, or none. */
export type Given<Options> = readonly [options?: Options];

/** The same arguments, without options that nobody reads. */
export type Refusing<O extends readonly unknown[], Options> = {
  readonly [I in keyof O]: O[I] & OnlyOptions<O[I], Options>;
};

/** The options: `undefined` for none, and `unknown` where nothing is known of them. */
export type OptionsIn<O extends readonly unknown[]> = O extends readonly []
  ? undefined
  : O extends readonly [infer Own]
    ? Own
    : unknown;
