import type {
  ConvolutionKernel,
  HostKernel,
  Kernel,
  ProductKernel,
  Schedule,
  StepsKernel,
} from "../../compile/kernel.js";
import { type MemoryPlan, planMemory } from "../../compile/memory.js";
import { bytesPerElement } from "../../dtype.js";
import { type AddressOf, addressesOf, pushAddress } from "./addresses.js";
import { emitBarrier } from "./barrier.js";
import { blasSection, encodeBinding } from "./blas/binding.js";
import type { BlasLibrary } from "./blas/library.js";
import { type BlasPlan, planLibraryProducts } from "./blas/plan.js";
import { compileLibraryProduct, gemmParameters } from "./blas/product.js";
import { FunctionTable } from "./body.js";
import type { ConstantPool } from "./constant-pool.js";
import { compileConvolution, convolutionScratch } from "./convolution/index.js";
import type { FunctionWriter } from "./encoder.js";
import { compileLoops } from "./loops.js";
import { type MemoryImport, ModuleWriter } from "./module-writer.js";
import { op } from "./opcodes.js";
import { type CompiledProduct, compileProduct, productScratch } from "./products.js";
import { compileRoutine, RoutineTable, routineScratch } from "./routines.js";
import { compileScatter } from "./scatter.js";
import { writeSteps } from "./steps.js";

/** A schedule as the bytes of a module, with the layout of its memory. */
export interface CompiledProgram {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly plan: MemoryPlan;
  /** The kernels that the module calls the host for, by number. */
  readonly hostKernels: readonly HostKernel[];
  /** About how many elementary operations of it are worth sharing out. */
  readonly sharedWork: number;
  /** Matrix products that a library computes, and those that the module computes itself. */
  readonly products: { readonly library: number; readonly own: number };
}

/** How the module is to run. */
export interface ProgramOptions {
  readonly memory: MemoryImport;
  /** Where constants of vector code lie in that memory. */
  readonly constants: ConstantPool;
  /** Whether products may use fused multiply-add. */
  readonly fma: boolean;
  /** The most threads that will run it: scratch memory is laid out for as many. */
  readonly threads: number;
  /** The work, in elementary operations, from which a kernel is shared out among threads. */
  readonly sharedFrom: number;
  /** What computes large products, and for how many cores it computes them in parts. */
  readonly blas?: BlasLibrary | undefined;
  readonly cores: number;
}

interface Call {
  readonly writer: FunctionWriter;
  /** What threads share out; 0 where the function does so itself by the thread's number. */
  readonly units: number;
  /** About how many elementary operations are worth sharing out; 0 where none are. */
  readonly sharedWork: number;
}

/** What all kernels of a module share, those of loops over steps too. */
interface Assembly {
  readonly module: ModuleWriter;
  readonly functions: FunctionTable;
  readonly routines: RoutineTable;
  readonly options: ProgramOptions;
  readonly callHost: number;
  readonly hostKernels: HostKernel[];
  /** Products that a library computes, and the imported function that calls it. */
  readonly libraryProducts: ReadonlyMap<Kernel, BlasPlan>;
  readonly callLibrary: number;
}

/** Compiles a schedule to one module: `run(base, thread, threads)` does the whole of it, entered by each thread. */
export function compileProgram(schedule: Schedule, options: ProgramOptions): CompiledProgram {
  const { plans: libraryProducts, own } = planLibraryProducts(schedule, options.blas && options.cores);
  const scratchOf = (kernel: Kernel): number => {
    if (kernel.kind === "routine") return routineScratch(kernel, options);
    if (kernel.kind === "convolution") return convolutionScratch(kernel, options);
    return kernel.kind === "product" && !libraryProducts.has(kernel) ? productScratch(kernel, options) : 0;
  };
  const plan = planMemory(schedule, scratchOf);
  const module = new ModuleWriter(options.memory);
  const callHost = module.importFunction("host", ["i32"], []);
  const callLibrary = libraryProducts.size > 0 ? module.importFunction("gemm", gemmParameters, []) : -1;
  if (options.blas !== undefined && libraryProducts.size > 0)
    module.note(blasSection, encodeBinding(options.blas.binding));
  const hostKernels: HostKernel[] = [];
  const functions = new FunctionTable(module, options.constants);
  const routines = new RoutineTable(module, functions);
  const assembly = { module, functions, routines, options, callHost, hostKernels, libraryProducts, callLibrary };
  const calls = compileKernels(schedule, plan, assembly);
  const sharedWork = calls.reduce((sum, call) => sum + call.sharedWork, 0);
  module.export("run", writeRun(module, calls, options.threads > 1 && sharedWork > 0));
  const products = { library: libraryProducts.size, own };
  return { bytes: module.encode(), plan, hostKernels, sharedWork, products };
}

function compileKernels(schedule: Schedule, plan: MemoryPlan, assembly: Assembly): Call[] {
  const { module, functions, options, callHost, hostKernels } = assembly;
  const addressOf = addressesOf(schedule, plan);
  const context = { module, functions, addressOf, failureOffset: plan.failure };
  const compileKernel = (kernel: Kernel): Call => {
    switch (kernel.kind) {
      case "loops":
      case "scatter": {
        const compiled = kernel.kind === "loops" ? compileLoops(kernel, context) : compileScatter(kernel, context);
        const { writer, units, work } = compiled;
        return { writer, units, sharedWork: units > 1 && work >= options.sharedFrom ? work : 0 };
      }
      case "product": {
        const viaLibrary = libraryCall(kernel, assembly, addressOf);
        if (viaLibrary !== undefined) return viaLibrary;
        return productCall(
          kernel,
          compileProduct(module, kernel, options),
          module,
          addressOf,
          plan.scratch.get(kernel) ?? 0,
          options.sharedFrom,
        );
      }
      case "convolution": {
        const compiled = compileConvolution(module, kernel, options);
        return convolutionCall(kernel, compiled, assembly, addressOf, plan.scratch.get(kernel) ?? 0);
      }
      case "routine":
        return compileRoutine(kernel, assembly, addressOf, plan.scratch.get(kernel) ?? 0);
      case "host": {
        const writer = module.function(`host_${kernel.value.primitive.name}`, ["i32", "i32", "i32"], []);
        writer.i32(hostKernels.length).call(callHost);
        hostKernels.push(kernel);
        return { writer, units: 1, sharedWork: 0 };
      }
      case "fill":
        return fillCall(kernel, module, addressOf);
      case "steps":
        return stepsCall(kernel, plan, assembly, addressOf);
    }
  };
  return schedule.kernels.map(compileKernel);
}

function stepsCall(kernel: StepsKernel, plan: MemoryPlan, assembly: Assembly, outer: AddressOf): Call {
  const memory = plan.loops.get(kernel);
  if (memory === undefined) throw new Error("a loop over steps without memory");
  const { module } = assembly;
  const step = writeRun(module, compileKernels(kernel.program, memory.plan, assembly), false);
  const writer = writeSteps(module, kernel, {
    step,
    memory,
    scratch: plan.scratch.get(kernel) ?? 0,
    outer,
    inner: addressesOf(kernel.program, memory.plan),
    failure: plan.failure,
  });
  return { writer, units: 1, sharedWork: 0 };
}

/** (base, thread, threads): a product takes its share by the thread's number. */
function productCall(
  kernel: ProductKernel,
  product: CompiledProduct,
  module: ModuleWriter,
  addressOf: AddressOf,
  scratch: number,
  sharedFrom: number,
): Call {
  const w = module.function(`product_${kernel.m}x${kernel.k}x${kernel.n}`, ["i32", "i32", "i32"], []);
  const bytes = bytesPerElement(kernel.out.dtype);
  pushAddress(w, addressOf(kernel.a.buffer.id), 0, kernel.a.offset * bytes);
  pushAddress(w, addressOf(kernel.b.buffer.id), 0, kernel.b.offset * bytes);
  pushAddress(w, addressOf(kernel.out.id));
  w.get(0).i32(scratch).op(op.i32Add);
  w.get(1).get(2).call(product.writer);
  const isShared = product.work >= sharedFrom && product.parallelism > 1;
  return { writer: w, units: 0, sharedWork: isShared ? product.work : 0 };
}

/** (base, thread, threads): a convolution takes its share by the thread's number. */
function convolutionCall(
  kernel: ConvolutionKernel,
  { writer, work, parallelism }: CompiledProduct,
  { module, options }: Assembly,
  addressOf: AddressOf,
  scratch: number,
): Call {
  const { of, groups, channels, features, images } = kernel.layout;
  const name = `${of === "result" ? "convolution" : "weights"}_${images}x${groups * channels}x${groups * features}`;
  const w = module.function(name, ["i32", "i32", "i32"], []);
  for (const buffer of [kernel.x, kernel.other, kernel.out, kernel.taps, kernel.windows]) {
    pushAddress(w, addressOf(buffer.id));
  }
  w.get(0).i32(scratch).op(op.i32Add);
  w.get(1).get(2).call(writer);
  const isShared = work >= options.sharedFrom && parallelism > 1;
  return { writer: w, units: 0, sharedWork: isShared ? work : 0 };
}

/** A product that a library computes: its calls are shared out where several threads may make them. */
function libraryCall(
  kernel: ProductKernel,
  { module, options, libraryProducts, callLibrary }: Assembly,
  addressOf: AddressOf,
): Call | undefined {
  const plan = libraryProducts.get(kernel);
  if (plan === undefined) return undefined;
  const { writer, units, work } = compileLibraryProduct(module, kernel, plan, callLibrary, addressOf);
  const isShared = options.blas?.isThreadSafe === true && units > 1 && work >= options.sharedFrom;
  return { writer, units, sharedWork: isShared ? work : 0 };
}

function fillCall(kernel: Kernel & { readonly kind: "fill" }, module: ModuleWriter, addressOf: AddressOf): Call {
  const { out, value } = kernel;
  const w = module.function("fill", ["i32", "i32", "i32"], []);
  const bytes = out.size * bytesPerElement(out.dtype);
  const address = w.local("i32");
  const end = w.local("i32");
  pushAddress(w, addressOf(out.id));
  w.set(address);
  if (Object.is(value, 0)) {
    w.get(address).i32(0).i32(bytes).memoryFill();
    return { writer: w, units: 1, sharedWork: 0 };
  }
  w.get(address).i32(bytes).op(op.i32Add).set(end);
  w.block(() => {
    w.loop(() => {
      w.get(address).get(end).op(op.i32GeU).brIf(1);
      w.get(address);
      if (out.dtype === "float32") w.f32(value).memory(op.f32Store, 0, 2);
      else if (out.dtype === "float64") w.f64(value).memory(op.f64Store, 0, 3);
      else if (out.dtype === "bool") w.i32(value === 0 ? 0 : 1).memory(op.i32Store8, 0, 0);
      else if (out.dtype === "uint8") w.i32(value & 0xff).memory(op.i32Store8, 0, 0);
      else w.i32(value | 0).memory(op.i32Store, 0, 2);
      w.get(address).i32(bytesPerElement(out.dtype)).op(op.i32Add).set(address).br(0);
    });
  });
  return { writer: w, units: 1, sharedWork: 0 };
}

/**
 * The step itself: kernels one after the other. Those worth sharing are entered by all threads, each with its part; the others by the first
 * thread alone. Threads meet before and after what they share.
 */
function writeRun(module: ModuleWriter, calls: readonly Call[], threaded: boolean): FunctionWriter {
  const barrier = threaded ? emitBarrier(module) : undefined;
  const w = module.function("run", ["i32", "i32", "i32"], []);
  const share = (units: number, offset: number): void => {
    w.get(1);
    if (offset !== 0) w.i32(offset).op(op.i32Add);
    w.i32(units).op(op.i32Mul).get(2).op(op.i32DivU);
  };
  for (const [i, { writer, units, sharedWork }] of calls.entries()) {
    const shared = threaded && sharedWork > 0;
    if (!shared) {
      w.get(1)
        .op(op.i32Eqz)
        .if(() => {
          w.get(0);
          if (units === 0) w.i32(0).i32(1);
          else w.i32(0).i32(units);
          w.call(writer);
        });
    } else {
      w.get(0);
      if (units === 0) {
        w.get(1).get(2);
      } else {
        share(units, 0);
        share(units, 1);
      }
      w.call(writer);
    }
    const next = calls[i + 1];
    if (barrier !== undefined && next !== undefined && (shared || next.sharedWork > 0)) w.get(1).get(2).call(barrier);
  }
  // The last kernel must be done in all threads before the first one returns.
  if (barrier !== undefined && (calls[calls.length - 1]?.sharedWork ?? 0) > 0) w.get(1).get(2).call(barrier);
  return w;
}
