import type { DType } from "../dtype.js";
import type { Affine } from "../ir/affine.js";
import type { Expr, ExpressionBuilder, ScalarType } from "../ir/expression.js";
import type { Combine, ConvolutionLowering, RoutineLowering, ScatterLowering } from "../ir/lowering.js";
import type { Shape } from "../shape.js";
import type { ProductOrder } from "./product-order.js";
import type { Value } from "./values.js";

/** A place in memory that holds a value, row-major. */
export interface Buffer {
  readonly id: number;
  readonly dtype: DType;
  readonly size: number;
  /** Where the program gets or gives it; a temporary is neither. */
  readonly source:
    | { readonly kind: "input"; readonly position: number }
    | { readonly kind: "constant"; readonly value: Value }
    | { readonly kind: "temporary" };
  /** Positions among the program's outputs. */
  readonly outputs: number[];
}

/** A combination of the elements of a row, or of a column. Its result is `parameter` number `number` of the kernel's expressions. */
export interface Reduction {
  readonly number: number;
  readonly combine: Combine;
  readonly argument: Expr;
  readonly result: Expr;
  /** In which the elements are combined. */
  readonly accumulator: ScalarType;
}

/** An expression written to a buffer. */
export interface Store {
  readonly expr: Expr;
  readonly buffer: Buffer;
  readonly index: Affine;
  /** Once for each element, or once for each row. */
  readonly level: "element" | "row";
}

/**
 * Loops over the elements of one domain. The first `rowRank` loop variables walk over rows (or columns); reductions combine over the others, and what is
 * computed from their results runs in a further pass over the row.
 */
export interface LoopKernel {
  readonly kind: "loops";
  readonly name: string;
  readonly builder: ExpressionBuilder;
  readonly sizes: readonly number[];
  /** Without reductions all variables walk over elements. */
  readonly rowRank: number | undefined;
  /** The variable along which elements lie side by side is a row variable: reductions run down columns. */
  readonly columns: boolean;
  readonly reductions: readonly Reduction[];
  readonly stores: readonly Store[];
  readonly buffers: readonly Buffer[];
}

/** How a matrix of a product lies in memory, in elements. */
export interface MatrixOperand {
  readonly buffer: Buffer;
  readonly offset: number;
  readonly rowStride: number;
  readonly columnStride: number;
  /** The distance between matrices for each batch axis of the result. */
  readonly batchStrides: readonly number[];
}

/** C = A · B for each index of the batch axes. */
export interface ProductKernel {
  readonly kind: "product";
  readonly m: number;
  readonly n: number;
  readonly k: number;
  readonly batch: Shape;
  readonly a: MatrixOperand;
  readonly b: MatrixOperand;
  readonly out: Buffer;
  readonly order: ProductOrder;
}

/** Windows of an image times weights, or times what belongs to the windows: see `ConvolutionLowering`. */
export interface ConvolutionKernel {
  readonly kind: "convolution";
  readonly layout: ConvolutionLowering;
  readonly x: Buffer;
  /** The weights, or what belongs to the windows. */
  readonly other: Buffer;
  /** The offsets of the layout, in bytes. */
  readonly taps: Buffer;
  readonly windows: Buffer;
  readonly out: Buffer;
  /** So many terms are added up before they are added to the others. */
  readonly depth: number;
}

/** The reference kernel of an operator without a lowering, called in the host. */
export interface HostKernel {
  readonly kind: "host";
  readonly value: Value;
  readonly operands: readonly Buffer[];
  readonly out: Buffer;
}

/** Adds rows to places of a result, which starts as zeros: see `ScatterLowering`. */
export interface ScatterKernel {
  readonly kind: "scatter";
  readonly layout: ScatterLowering;
  readonly updates: Buffer;
  readonly places: Buffer;
  readonly out: Buffer;
}

/** A function of `numbers/` over the elements of buffers. */
export interface RoutineKernel {
  readonly kind: "routine";
  readonly name: string;
  readonly lowering: RoutineLowering;
  readonly operands: readonly Buffer[];
  readonly out: Buffer;
}

/** Fills a buffer with one number before others write parts of it. */
export interface FillKernel {
  readonly kind: "fill";
  readonly out: Buffer;
  readonly value: number;
}

/** A buffer of a step's own program, and the one of the program around it that gives or takes its elements. */
export interface Passage {
  readonly inner: Buffer;
  readonly outer: Buffer;
}

/** A state that a step hands to the next. */
export interface Carry {
  /** Where a step reads it; undefined where none does. */
  readonly input: Buffer | undefined;
  /** Where a step leaves the next: one of the inputs or constants of its program too, where the step does not compute it. */
  readonly output: Buffer;
  readonly first: Buffer;
  /** Where the last one goes; undefined where nobody asks for it. */
  readonly last: Buffer | undefined;
}

/** A loop over steps: a program of its own, run once for each. */
export interface StepsKernel {
  readonly kind: "steps";
  readonly program: Schedule;
  readonly length: number;
  /** From the last to the first. */
  readonly reverse: boolean;
  readonly constants: readonly Passage[];
  readonly carries: readonly Carry[];
  /** One slice of the outer buffer for each step. */
  readonly scanned: readonly Passage[];
  readonly stacked: readonly Passage[];
}

export type Kernel =
  | LoopKernel
  | ProductKernel
  | ConvolutionKernel
  | HostKernel
  | ScatterKernel
  | RoutineKernel
  | FillKernel
  | StepsKernel;

/** A program as a list of kernels that run one after the other. */
export interface Schedule {
  readonly kernels: readonly Kernel[];
  readonly buffers: readonly Buffer[];
  /** Where each output is. */
  readonly outputs: readonly Buffer[];
}
