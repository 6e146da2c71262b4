import type { Broadcast } from "./broadcast.js";
import type { DTypeOf, DTypeRule, Promote, ResultDType, ShapeOf } from "./operand.js";
import type { Fit, Ok } from "./shape-error.js";

/** `B`, or the error that says why it does not broadcast with `A`. */
export type Broadcastable<Name extends string, A, B> = Fit<Broadcast<Name, ShapeOf<A>, ShapeOf<B>>, B>;

/** The shape of two operands that broadcast. */
export type BinaryShape<Name extends string, A, B> = Ok<Broadcast<Name, ShapeOf<A>, ShapeOf<B>>>;

/** The dtype of two operands together. */
export type BinaryDType<Rule extends DTypeRule, A, B> = ResultDType<Rule, Promote<DTypeOf<A>, DTypeOf<B>>>;

/** The shape of three operands that broadcast, where they do. */
type Broadcast3<Name extends string, A, B, C> = Broadcast<
  Name,
  Ok<Broadcast<Name, ShapeOf<A>, ShapeOf<B>>>,
  ShapeOf<C>
>;

/** `C`, or the error that says why it does not broadcast with `A` and `B`. */
export type Broadcastable3<Name extends string, A, B, C> = Fit<Broadcast3<Name, A, B, C>, C>;

/** The shape of three operands that broadcast. */
export type TernaryShape<Name extends string, A, B, C> = Ok<Broadcast3<Name, A, B, C>>;

/** The dtype of three operands together. */
export type TernaryDType<Rule extends DTypeRule, A, B, C> = ResultDType<
  Rule,
  Promote<Promote<DTypeOf<A>, DTypeOf<B>>, DTypeOf<C>>
>;
