import { GlissadeError } from "@glissade/autograd";

/** An operator that has no counterpart in ONNX. */
export interface UnsupportedOperator {
  /** Its name. */
  readonly operator: string;
  /** The dotted name of the module in whose `forward` it is applied; empty for the model itself, undefined where it is not known. */
  readonly module: string | undefined;
  /** Why it cannot be written, where that depends on its options. */
  readonly reason: string | undefined;
}

/**
 * A model that ONNX cannot express: `operators` lists every operator without a counterpart, and the module that applies it. Write that part with other
 * operators, or export the model without it.
 *
 * @example
 * try { await toOnnx(model, [x]); } catch (error) { if (error instanceof OnnxExportError) console.error(error.operators); }
 */
export class OnnxExportError extends GlissadeError {
  override name = "OnnxExportError";

  /**
   * @param message What cannot be exported, in words.
   * @param operators The operators without a counterpart; empty where something else is the matter.
   */
  constructor(
    message: string,
    readonly operators: readonly UnsupportedOperator[] = [],
  ) {
    super(message);
  }
}
