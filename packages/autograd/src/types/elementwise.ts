import type { Tensor } from "../tensor.js";
import type { Broadcast } from "./broadcast.js";
import type { DTypeOf, DTypeRule, Promote, ResultDType, ShapeOf } from "./operand.js";
import type { Fit, Ok } from "./shape-error.js";

/** The tensor that an operator makes of one operand, element by element. */
export type UnaryResult<Rule extends DTypeRule, X> = Tensor<ShapeOf<X>, ResultDType<Rule, DTypeOf<X>>>;

/** `B`, or the error that says why it does not broadcast with `A`. */
export type Broadcastable<Name extends string, A, B> = Fit<Broadcast<Name, ShapeOf<A>, ShapeOf<B>>, B>;

/** The tensor that an operator makes of two operands that broadcast. */
export type BinaryResult<Name extends string, Rule extends DTypeRule, A, B> = Tensor<
  Ok<Broadcast<Name, ShapeOf<A>, ShapeOf<B>>>,
  ResultDType<Rule, Promote<DTypeOf<A>, DTypeOf<B>>>
>;

/** The shape of three operands that broadcast, where they do. */
type Broadcast3<Name extends string, A, B, C> = Broadcast<
  Name,
  Ok<Broadcast<Name, ShapeOf<A>, ShapeOf<B>>>,
  ShapeOf<C>
>;

/** `C`, or the error that says why it does not broadcast with `A` and `B`. */
export type Broadcastable3<Name extends string, A, B, C> = Fit<Broadcast3<Name, A, B, C>, C>;

/** The tensor that an operator makes of three operands that broadcast. */
export type TernaryResult<Name extends string, Rule extends DTypeRule, A, B, C> = Tensor<
  Ok<Broadcast3<Name, A, B, C>>,
  ResultDType<Rule, Promote<Promote<DTypeOf<A>, DTypeOf<B>>, DTypeOf<C>>>
>;
