/** Options as they are written in a call: what a literal says, and what is left open. */

/** The names of options in any of several types of them. */
type AnyName<Options> = Options extends unknown ? keyof Options : never;

/** An option: the default where it is left out, and nothing known where it may be undefined or be left out. */
export type Option<Options, Name extends string, Default> = [Options] extends [undefined]
  ? Default
  : undefined extends Options
    ? unknown
    : Name extends keyof Options
      ? undefined extends Options[Name]
        ? unknown
        : Options[Name]
      : Name extends AnyName<Options>
        ? unknown
        : Default;

/** Refuses options that nobody reads; they are taken by a type parameter, which would accept them. */
export type Only<Options, Names> = [Exclude<keyof Options, keyof Names>] extends [never]
  ? unknown
  : { readonly [Name in Exclude<keyof Options, keyof Names>]?: never };

/** What an option of one number, or one for each axis, says of axis `At`. */
export type AtAxis<Value, At extends number> = Value extends number
  ? Value
  : Value extends readonly unknown[]
    ? Value[At] extends infer Own extends number
      ? Own
      : number
    : number;
