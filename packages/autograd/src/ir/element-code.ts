import type { Expr, ExpressionBuilder, ScalarType } from "./expression.js";

/** Writes the element of a result as an expression of one element of each operand. */
export type ElementCode = (b: ExpressionBuilder, ...operands: readonly Expr[]) => Expr;

/** Whether a type is one of real numbers. */
export const isReal = (type: ScalarType): boolean => type === "f32" || type === "f64";

/** Whether a type has no negative numbers. */
export const isUnsigned = (type: ScalarType): boolean => type === "u32" || type === "u8" || type === "bool";

/** Code for reals; integers stay as they are. */
export const forReals =
  (code: (b: ExpressionBuilder, x: Expr) => Expr) =>
  (b: ExpressionBuilder, x: Expr): Expr =>
    isReal(x.type) ? code(b, x) : x;

/** A truth value. */
export const truth = (b: ExpressionBuilder, value: boolean): Expr => b.constant("bool", value ? 1 : 0);

/** Whether x is not 0; NaN is not. */
export const isNonZero = (b: ExpressionBuilder, x: Expr): Expr => b.convert(x, "bool");

/** x, but not below the least and not above the greatest; NaN stays. */
export const between = (b: ExpressionBuilder, x: Expr, least: number, greatest: number): Expr => {
  const raised = least <= 0 && isUnsigned(x.type) ? x : b.max(x, b.like(x, least));
  return b.min(raised, b.like(x, greatest));
};
