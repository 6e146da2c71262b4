import type { DType, FloatDType } from "../dtype.js";
import type { Shape } from "../shape.js";
import type { NestedData, Tensor, Variable } from "../tensor.js";
import type { AnyShape } from "./any-shape.js";
import type { Place, Under } from "./batch.js";
import type { Agreed } from "./broadcast.js";
import type { CotangentOf, TangentOf } from "./derivatives.js";
import type { DTypeOf, ShapeOf } from "./operand.js";
import type { Fit, ShapeError, Show } from "./shape-error.js";

/** What loops and branches must keep, and derivatives must be like: shapes, dtypes and structures of trees. */

/** Whether two shapes may be the same: a side of type `number` may be any. */
export type SameShape<A extends Shape, B extends Shape> = number extends A["length"] | B["length"]
  ? true
  : A extends [infer Left extends number, ...infer RestA extends AnyShape]
    ? B extends [infer Right extends number, ...infer RestB extends AnyShape]
      ? [Agreed<Left, Right>] extends [never]
        ? false
        : SameShape<RestA, RestB>
      : false
    : B extends []
      ? true
      : false;

/** The dtype of a leaf; numbers are float32. */
export type LeafDType<X> = X extends number ? "float32" : Extract<DTypeOf<X>, DType>;

/** Whether two dtypes may be the same. */
export type SameDType<A, B> = [A] extends [B] ? true : [B] extends [A] ? true : false;

/** What a tree may hold. */
export type TreeLeaf = Tensor | Variable | number;

/** Which trees are compared, and so what is said where they differ. */
type Verdict = "carry" | "branches" | "tangents" | "cotangent" | "rule";

/** The verdicts on derivatives, which integers and booleans have none of, whatever stands in their place. */
type OnDerivatives = "tangents" | "cotangent" | "rule";

type LeafError<V extends Verdict, Name extends string, A, B, Path extends string> = V extends OnDerivatives
  ? SameDType<LeafDType<A>, Exclude<DType, FloatDType>> extends true
    ? never
    : OwnError<V, Name, A, B, Path>
  : OwnError<V, Name, A, B, Path>;

type OwnError<V extends Verdict, Name extends string, A, B, Path extends string> =
  SameShape<ShapeOf<A>, ShapeOf<B>> extends true
    ? SameDType<LeafDType<A>, LeafDType<B>> extends true
      ? never
      : ShapeError<DTypeWords<Name, A, B, Path>[V]>
    : ShapeError<ShapeWords<Name, A, B, Path>[V]>;

interface ShapeWords<Name extends string, A, B, Path extends string> {
  readonly carry: `${Name}: ${Place<"the carry", Path>} has shape ${Show<ShapeOf<A>>} before a step and ${Show<ShapeOf<B>>} after it`;
  readonly branches: BranchWords<Name, A, B, Path>;
  readonly tangents: `${Name}: ${Place<"the tangents", Path>} has shape ${Show<ShapeOf<B>>}, its primal ${Show<ShapeOf<A>>}`;
  readonly cotangent: `${Name}: ${Place<"the cotangent", Path>} has shape ${Show<ShapeOf<B>>}, the value ${Show<ShapeOf<A>>}`;
  readonly rule: RuleWords<Name, A, B>;
}

interface DTypeWords<Name extends string, A, B, Path extends string> {
  readonly carry: `${Name}: ${Place<"the carry", Path>} has dtype ${LeafDType<A>} before a step and ${LeafDType<B>} after it: shape ${Show<ShapeOf<B>>}`;
  readonly branches: BranchWords<Name, A, B, Path>;
  readonly tangents: `${Name}: ${Place<"the tangents", Path>} has dtype ${LeafDType<B>}, its primal ${LeafDType<A>}: shape ${Show<ShapeOf<B>>}`;
  readonly cotangent: `${Name}: ${Place<"the cotangent", Path>} has dtype ${LeafDType<B>}, the value ${LeafDType<A>}: shape ${Show<ShapeOf<B>>}`;
  readonly rule: RuleWords<Name, A, B>;
}

type BranchWords<
  Name extends string,
  A,
  B,
  Path extends string,
> = `${Name}: ${Place<"the result", Path>} is ${Show<ShapeOf<A>>} ${LeafDType<A>} from one function and ${Show<ShapeOf<B>>} ${LeafDType<B>} from the other`;

type RuleWords<
  Name extends string,
  A,
  B,
> = `customGradient: ${Name} made ${Show<ShapeOf<B>>} ${LeafDType<B>} for ${Show<ShapeOf<A>>} ${LeafDType<A>}; they must be alike`;

/** Of derivatives nothing: there the type of what is wanted says it. */
type StructureError<V extends Verdict, Name extends string> = V extends "carry"
  ? ShapeError<`${Name}: the function turned a carry into a tree of another structure`>
  : V extends "branches"
    ? ShapeError<`${Name}: the functions return trees of different structures`>
    : never;

/** Why `B` cannot stand in the place of `A`, never where it can, or nothing is known. */
type TreeError<V extends Verdict, Name extends string, A, B, Path extends string = ""> = unknown extends A | B
  ? never
  : NestedData extends A
    ? never
    : NestedData extends B
      ? never
      : [A] extends [TreeLeaf]
        ? [B] extends [TreeLeaf]
          ? LeafError<V, Name, A, B, Path>
          : Misfit<V, Name, B>
        : [A] extends [readonly unknown[]]
          ? [B] extends [readonly unknown[]]
            ? ItemErrors<V, Name, A, B, Path>
            : Misfit<V, Name, B>
          : [A] extends [object]
            ? [B] extends [TreeLeaf | readonly unknown[]]
              ? StructureError<V, Name>
              : [B] extends [object]
                ? EntryErrors<V, Name, A, B, Path>
                : never
            : never;

/** A tree of another structure, if it surely is one. */
type Misfit<V extends Verdict, Name extends string, B> = [B] extends [object] ? StructureError<V, Name> : never;

type ItemErrors<
  V extends Verdict,
  Name extends string,
  A extends readonly unknown[],
  B extends readonly unknown[],
  Path extends string,
> = number extends A["length"] | B["length"]
  ? TreeError<V, Name, A[number], B[number], `${Path}[${number}]`>
  : A["length"] extends B["length"]
    ? { [K in keyof A]: TreeError<V, Name, A[K], K extends keyof B ? B[K] : unknown, Under<Path, A, K>> }[number]
    : StructureError<V, Name>;

type EntryErrors<V extends Verdict, Name extends string, A, B, Path extends string> = [keyof A, keyof B] extends [
  keyof B,
  keyof A,
]
  ? { [K in keyof A]: TreeError<V, Name, A[K], K extends keyof B ? B[K] : unknown, Under<Path, A, K>> }[keyof A]
  : StructureError<V, Name>;

/** Why a step does not keep its carry, never where it does. */
export type CarryError<Name extends string, Before, After> = TreeError<"carry", Name, Before, After>;

/** Why two branches do not go together, never where they do. */
export type BranchError<A, B> = TreeError<"branches", "cond", A, B>;

/** What tangents must be: trees like the primals, or why they are none. */
export type TangentsFor<Name extends string, A extends readonly unknown[], T> = [
  TreeError<"tangents", Name, A, T>,
] extends [never]
  ? { readonly [K in keyof A]: TangentOf<A[K]> }
  : TreeError<"tangents", Name, A, T>;

/** What the cotangents of a result must be: a tree like it, or why they are none. */
export type CotangentsFor<Name extends string, R, C> = [TreeError<"cotangent", Name, R, C>] extends [never]
  ? CotangentOf<R>
  : TreeError<"cotangent", Name, R, C>;

/** What a rule made, or why it is unlike what it is for. */
export type MadeFor<Name extends string, Wanted, Made> = Fit<TreeError<"rule", Name, Wanted, Made>, Made>;

/** Why a condition is none, never where it may be one. */
export type ConditionError<Name extends string, P> = P extends Tensor | Variable
  ? number extends ShapeOf<P>["length"]
    ? ConditionDType<Name, P>
    : ShapeOf<P>["length"] extends 0
      ? ConditionDType<Name, P>
      : ShapeError<`${Name}: the condition has shape ${Show<ShapeOf<P>>}, and must be a scalar (shape [])`>
  : never;

type ConditionDType<Name extends string, P> =
  SameDType<DTypeOf<P>, "bool"> extends true
    ? never
    : ShapeError<`${Name}: the condition has dtype ${Extract<DTypeOf<P>, DType>}; compare, as in greater(x, 0), to get bool`>;
