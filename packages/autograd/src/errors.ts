/**
 * Base class of every error that Glissade throws on purpose, so that `catch` can tell them from faults of other code.
 *
 * @example
 * try { matmul(a, b); } catch (error) { if (error instanceof GlissadeError) console.error(error.message); }
 */
export class GlissadeError extends Error {
  override name = "GlissadeError";
}

/**
 * Shapes that do not fit: operands that cannot be broadcast, inner dimensions that differ, a reshape that changes the
 * number of elements, ragged nested arrays. The message names the operator and the shapes. Mend the shapes with
 * `reshape`, `expandDims`, `transpose` or `broadcastTo`.
 *
 * @example
 * add(zeros([2, 3]), zeros([4])); // ShapeError: add: cannot broadcast [2, 3] with [4] …
 */
export class ShapeError extends GlissadeError {
  override name = "ShapeError";
}

/**
 * An axis outside −rank … rank − 1, not an integer, or named twice.
 *
 * @example
 * sum(zeros([2, 3]), { axis: 2 }); // AxisError: sum: axis 2 is out of range for rank 2 …
 */
export class AxisError extends GlissadeError {
  override name = "AxisError";
}

/**
 * A dtype that the operator does not take, or an unknown dtype name. Convert with `cast(x, dtype)`.
 *
 * @example
 * neg(tensor([true])); // DTypeError: neg: …
 */
export class DTypeError extends GlissadeError {
  override name = "DTypeError";
}

/**
 * An argument whose value is outside what the operator is defined for: a negative size, a NaN step, an empty reduction
 * without an identity.
 *
 * @example
 * max(zeros([0])); // ValueError: max: the reduced axes of [0] hold no element …
 */
export class ValueError extends GlissadeError {
  override name = "ValueError";
}

/**
 * An index outside its axis, found when the value of the index is known.
 *
 * @example
 * take(tensor([1, 2, 3]), [3]).item(); // IndexError: take: index 3 is out of range for axis 0 of size 3 …
 */
export class IndexError extends GlissadeError {
  override name = "IndexError";
}

/**
 * A derivative that does not exist or was asked for wrongly: a loss that is not a scalar, an integer argument, an operator
 * without a derivative rule, a Variable that the loss does not reach.
 *
 * @example
 * grad((x) => x)(zeros([2])); // GradientError: grad: the function must return a scalar …
 */
export class GradientError extends GlissadeError {
  override name = "GradientError";
}

/**
 * A value used where the transform that owns it has none: a placeholder of a batched or compiled function that is read
 * inside it, or that escaped from it; a function given to a transform that returns a Promise.
 *
 * @example
 * vmap((x) => tensor(x.item()))(zeros([3])); // TransformError: item: this tensor has no value …
 */
export class TransformError extends GlissadeError {
  override name = "TransformError";
}

/**
 * Analytic and numerical gradients that disagree, thrown by `checkGradients`. Its `detail` holds what the message says.
 *
 * @example
 * try { checkGradients(f, [x]); } catch (error) { if (error instanceof GradientCheckError) console.error(error.detail.element); }
 */
export class GradientCheckError extends GlissadeError {
  override name = "GradientCheckError";

  /**
   * @param message What differs, in words.
   * @param detail The input (its place in the arguments), the flat index of the element, both values and the step.
   */
  constructor(
    message: string,
    readonly detail: {
      readonly input: string;
      readonly element: number;
      readonly analytic: number;
      readonly numerical: number;
      readonly step: number;
      readonly order: number;
    },
  ) {
    super(message);
  }
}

/**
 * The machine cannot do what a backend asks of it: memory that is not to be had, a library that is not there, a thread that died. The message
 * says what was wanted and what to do without it.
 *
 * @example
 * try { step(batch); } catch (error) { if (error instanceof DeviceError) step(half(batch)); }
 */
export class DeviceError extends GlissadeError {
  override name = "DeviceError";
}

/**
 * Bytes that are not what their format says, or that hold what has no counterpart here: a truncated file, offsets outside it, a header that is
 * no JSON, complex numbers. Nothing was read from them; write the file again, or convert it with the program that made it.
 *
 * @example
 * try { decodeSafetensors(bytes); } catch (error) { if (error instanceof FileFormatError) console.error(error.message); }
 */
export class FileFormatError extends GlissadeError {
  override name = "FileFormatError";
}
