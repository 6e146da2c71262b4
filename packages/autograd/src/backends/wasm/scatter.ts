import type { ScatterKernel } from "../../compile/kernel.js";
import { bytesPerElement } from "../../dtype.js";
import { type AddressOf, pushAddress } from "./addresses.js";
import type { FunctionWriter } from "./encoder.js";
import type { CompiledLoops } from "./loops.js";
import type { ModuleWriter } from "./module-writer.js";
import { op, simd } from "./opcodes.js";

const codes = {
  float32: { load: op.f32Load, store: op.f32Store, add: op.f32Add, vector: simd.f32x4Add },
  float64: { load: op.f64Load, store: op.f64Store, add: op.f64Add, vector: simd.f64x2Add },
  int32: { load: op.i32Load, store: op.i32Store, add: op.i32Add, vector: simd.i32x4Add },
} as const;

/**
 * Compiles a scatter to a function (base, first unit, end of units): a unit is one of the outer rows, whose result is cleared, and to whose places the updates are added in
 * their order.
 */
export function compileScatter(
  kernel: ScatterKernel,
  { module, addressOf, failureOffset }: { module: ModuleWriter; addressOf: AddressOf; failureOffset: number },
): CompiledLoops {
  const { layout, updates, places, out } = kernel;
  const { outer, perExample, count, inner, size, along } = layout;
  const { dtype } = out;
  const code = codes[dtype === "float32" || dtype === "float64" ? dtype : "int32"];
  const bytes = bytesPerElement(dtype);
  const w = module.function("scatter", ["i32", "i32", "i32"], []);
  const local = (): number => w.local("i32");
  const [unit, target, update, place, left, at, end] = [local(), local(), local(), local(), local(), local(), local()];

  /** Puts the place on the stack, from 0 on; marks the run as failed and leaves the update out where there is none. */
  const resolve = (): void => {
    w.get(place).memory(op.i32Load, 0, 2).tee(at).i32(0).op(op.i32LtS);
    w.if(() => w.get(at).i32(size).op(op.i32Add).set(at));
    w.get(place).i32(4).op(op.i32Add).set(place);
  };
  const ifInside = (body: () => void): void => {
    w.get(at).i32(size).op(op.i32LtU);
    w.if(body, () => w.get(0).i32(1).memory(op.i32Store, failureOffset, 2));
  };
  const times = (n: number, body: () => void): void => {
    const rest = local();
    w.i32(n).set(rest);
    w.block(() => {
      w.loop(() => {
        w.get(rest).op(op.i32Eqz).brIf(1);
        body();
        w.get(rest).i32(1).op(op.i32Sub).set(rest).br(0);
      });
    });
    w.release(rest);
  };
  const addScalar = (): void => {
    w.get(at).get(at).memory(code.load, 0, 0).get(update).memory(code.load, 0, 0).op(code.add).memory(code.store, 0, 0);
  };
  const advance = (pointer: number, by: number): FunctionWriter => w.get(pointer).i32(by).op(op.i32Add).set(pointer);

  /** One row of `inner` elements to the place `at`. */
  const addRow = (): void => {
    resolve();
    ifInside(() => {
      w.get(at)
        .i32(inner * bytes)
        .op(op.i32Mul)
        .get(target)
        .op(op.i32Add)
        .set(at);
      const lanes = 16 / bytes;
      times(Math.floor(inner / lanes), () => {
        w.get(at);
        w.get(at).simdMemory(simd.load, 0, 0).get(update).simdMemory(simd.load, 0, 0).simd(code.vector);
        w.simdMemory(simd.store, 0, 0);
        advance(at, 16);
        advance(update, 16);
      });
      times(inner % lanes, () => {
        addScalar();
        advance(at, bytes);
        advance(update, bytes);
      });
      // What was added is behind; the row's start is asked for below.
      advance(update, -inner * bytes);
    });
    advance(update, inner * bytes);
  };
  /** One update for each place; `left` counts the elements of the inner axis. */
  const addAlong = (): void => {
    w.i32(0).set(left);
    times(inner, () => {
      resolve();
      ifInside(() => {
        w.get(at).i32(inner).op(op.i32Mul).get(left).op(op.i32Add).i32(bytes).op(op.i32Mul);
        w.get(target).op(op.i32Add).set(at);
        addScalar();
      });
      advance(update, bytes);
      advance(left, 1);
    });
  };

  w.get(1).set(unit).get(2).set(end);
  w.block(() => {
    w.loop(() => {
      w.get(unit).get(end).op(op.i32GeS).brIf(1);
      const start = (pointer: number, buffer: number, each: number, per = 1): void => {
        pushAddress(w, addressOf(buffer));
        w.get(unit);
        if (per !== 1) w.i32(per).op(op.i32DivU);
        w.i32(each).op(op.i32Mul).op(op.i32Add).set(pointer);
      };
      start(target, out.id, size * inner * bytes);
      start(update, updates.id, count * inner * bytes);
      if (along) start(place, places.id, 4 * count * inner);
      else start(place, places.id, 4 * count, perExample);
      w.get(target)
        .i32(0)
        .i32(size * inner * bytes)
        .memoryFill();
      times(count, along ? addAlong : addRow);
      w.get(unit).i32(1).op(op.i32Add).set(unit).br(0);
    });
  });
  return { writer: w, units: outer, work: outer * (size + count) * inner };
}
