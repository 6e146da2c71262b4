import { bytesPerElement, type DType } from "../dtype.js";
import { constant } from "../graph.js";
import { constantIndex, flatIndex, variableIndex } from "../ir/affine.js";
import { ExpressionBuilder } from "../ir/expression.js";
import type { ConvolutionLowering, RoutineLowering, ScatterLowering } from "../ir/lowering.js";
import { sizeOf } from "../shape.js";
import type { Buffer, Kernel } from "./kernel.js";
import { close, type LoopOptions, type OpenLoops, type Place } from "./open-loops.js";
import { depthOf } from "./product-order.js";
import type { Value } from "./values.js";

/** A schedule in the making: its kernels and buffers so far. */
export class Draft {
  readonly kernels: (Kernel | OpenLoops)[] = [];
  readonly buffers: Buffer[] = [];
  readonly #bySize = new Map<number, OpenLoops[]>();

  /** The loops over so many elements that values may join, latest last. */
  loopsOver = (elements: number): readonly OpenLoops[] => this.#bySize.get(elements) ?? [];

  /** A place in memory for a value that kernel number `position` writes. */
  inMemory(value: Value, position: number, source: Buffer["source"] = { kind: "temporary" }): Place {
    return this.stored(value, this.newBuffer(value.dtype, sizeOf(value.shape), source), position);
  }

  /** A value that kernel number `position` leaves in a buffer. */
  stored(value: Value, buffer: Buffer, position: number): Place {
    return {
      value,
      position,
      loops: undefined,
      expr: undefined,
      level: "element",
      index: constantIndex(0),
      buffer,
    };
  }

  /** The kernels, but for loops that were opened and found not to fit. */
  closed(): Kernel[] {
    return this.kernels.flatMap((kernel) =>
      "kind" in kernel ? kernel : kernel.stores.length === 0 ? [] : close(kernel),
    );
  }

  /** A value full of one number. */
  filled(value: Value, fill: number): Place {
    const out = this.newBuffer(value.dtype, sizeOf(value.shape), { kind: "temporary" });
    this.kernels.push({ kind: "fill", out, value: fill });
    return this.stored(value, out, this.kernels.length - 1);
  }

  /** A value that the reference kernel of its operator computes. */
  inHost(value: Value, operands: readonly Buffer[]): Place {
    const out = this.newBuffer(value.dtype, sizeOf(value.shape), { kind: "temporary" });
    this.kernels.push({ kind: "host", value, operands, out });
    return this.stored(value, out, this.kernels.length - 1);
  }

  /** A value that a function of `numbers/` computes. */
  byRoutine(value: Value, lowering: RoutineLowering, operands: readonly Buffer[]): Place {
    const out = this.newBuffer(value.dtype, sizeOf(value.shape), { kind: "temporary" });
    this.kernels.push({ kind: "routine", name: value.primitive.name, lowering, operands, out });
    return this.stored(value, out, this.kernels.length - 1);
  }

  /** A value to which rows of another are added. */
  scattered(value: Value, layout: ScatterLowering, updates: Buffer, places: Buffer): Place {
    const out = this.newBuffer(value.dtype, sizeOf(value.shape), { kind: "temporary" });
    this.kernels.push({ kind: "scatter", layout, updates, places, out });
    return this.stored(value, out, this.kernels.length - 1);
  }

  /** A value that follows from the windows of an image. */
  convolved(value: Value, layout: ConvolutionLowering, x: Buffer, other: Buffer): Place {
    const bytes = bytesPerElement(value.dtype);
    const table = (offsets: Int32Array): Buffer => {
      const data = offsets.map((offset) => offset * bytes);
      const known: Value = { ...value, shape: [data.length], dtype: "int32", primitive: constant, inputs: [], data };
      return this.newBuffer("int32", data.length, { kind: "constant", value: known });
    };
    const { tapOffsets, windowOffsets } = layout;
    const [taps, windows] = [table(tapOffsets), table(windowOffsets)];
    const out = this.newBuffer(value.dtype, sizeOf(value.shape), { kind: "temporary" });
    const depth = depthOf((layout.of === "result" ? tapOffsets : windowOffsets).length);
    this.kernels.push({ kind: "convolution", layout, x, other, taps, windows, out, depth });
    return this.stored(value, out, this.kernels.length - 1);
  }

  /** The buffer of a value without elements. */
  nothing = ({ dtype }: Value): Buffer => this.newBuffer(dtype, 0, { kind: "temporary" });

  newBuffer(dtype: DType, size: number, source: Buffer["source"]): Buffer {
    const buffer: Buffer = { id: this.buffers.length, dtype, size, source, outputs: [] };
    this.buffers.push(buffer);
    return buffer;
  }

  /** The buffer of a place; loops that computed it for themselves only now store it. */
  bufferOf(place: Place): Buffer {
    if (place.buffer !== undefined) return place.buffer;
    const { value, loops, expr, level, index } = place;
    if (loops === undefined || expr === undefined) throw new Error(`${value.primitive.name} is nowhere`);
    const buffer = this.newBuffer(value.dtype, sizeOf(value.shape), { kind: "temporary" });
    loops.stores.push({ expr, buffer, index, level });
    place.buffer = buffer;
    return buffer;
  }

  openLoops(sizes: readonly number[], { rowRank, columns = false, open = true, flat }: LoopOptions): OpenLoops {
    const variables = sizes.map((_, variable) => variableIndex(variable));
    const loops: OpenLoops = {
      position: this.kernels.length,
      builder: new ExpressionBuilder(),
      sizes,
      elements: sizeOf(sizes),
      columns,
      open,
      flat: flat ?? flatIndex(variables, sizes),
      rowRank,
      rowFlat: flatIndex(variables.slice(0, rowRank ?? 0), sizes.slice(0, rowRank ?? 0)),
      reductions: [],
      places: [],
      stores: [],
      reads: new Set(),
    };
    this.kernels.push(loops);
    const { elements } = loops;
    if (open) this.#bySize.set(elements, [...(this.#bySize.get(elements) ?? []).slice(-7), loops]);
    return loops;
  }
}
