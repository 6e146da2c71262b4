import { cast, definePrimitive, elementwise, flip, mul, reshape } from "@glissade/autograd/functions";
import { type BrokenOperator, identity, oneMatrix, oneVector, sumOfRows } from "./parts.js";

let calls = 0;

/** Operators whose kernel, inference or batching rule is wrong. */
export const brokenKernels: readonly BrokenOperator[] = [
  {
    fault: "a kernel that writes to its operand",
    op: definePrimitive("inPlace", {
      ...identity,
      run: ({ inputs: [x] }) => x.data.fill(0),
      vjp: ({ cotangent }) => [mul(cotangent, 0)],
    }),
    laws: ["inputs unchanged"],
    says: /the kernel of inPlace wrote to operand 0\n +element +0\n +now +0/,
  },
  {
    fault: "a dtype that forgets that operands were float64",
    op: definePrimitive("alwaysSingle", {
      ...identity,
      infer: ({ inputs: [x] }) => ({ shape: x.shape, dtype: "float32" }),
      run: ({ inputs: [x] }) => Float32Array.from(x.data),
      vjp: ({ inputs: [x], cotangent }) => [cast(cotangent, x.dtype)],
    }),
    laws: ["inferred shape and dtype ≡ what the kernel made"],
    says: /dtype of result 0\n +inferred +float32\n +operands +float64/,
  },
  {
    fault: "a dtype that the kernel does not make",
    op: definePrimitive("otherStorage", {
      ...identity,
      infer: ({ inputs: [x] }) => ({ shape: x.shape, dtype: "int32" }),
      run: ({ inputs: [x] }) => Float64Array.from(x.data),
      vjp: { none: "integers have none" },
    }),
    laws: ["inferred shape and dtype ≡ what the kernel made"],
    says: /the kernel of otherStorage\n +made +Float64Array of 1\n +inferred +shape \[\], dtype int32/,
  },
  {
    fault: "a kernel that makes more elements than inferred",
    op: definePrimitive("tooMany", {
      ...identity,
      run: ({ inputs: [x] }) => (x.data.length === 2 ? Float64Array.from([...x.data, 0]) : x.data),
      samples: oneVector,
    }),
    laws: ["inferred shape and dtype ≡ what the kernel made"],
    says: /made +Float64Array of 3\n +inferred +shape \[2\]/,
  },
  {
    fault: "booleans that are neither 0 nor 1",
    op: definePrimitive("loudBooleans", {
      ...identity,
      infer: ({ inputs: [x] }) => ({ shape: x.shape, dtype: "bool" }),
      run: ({ inputs: [x] }) => Uint8Array.from(x.data, (value) => (value > 0 ? 255 : 0)),
      vjp: { none: "its result is boolean" },
      linear: "none",
    }),
    laws: ["inferred shape and dtype ≡ what the kernel made"],
    says: /loudBooleans\(tensor\(1, [\s\S]*made +255\n +inferred +dtype bool, stored as 0 or 1/,
  },
  {
    fault: "a result that changes from call to call",
    op: definePrimitive("counting", {
      ...identity,
      run: ({ inputs: [x] }) => x.data.map((value) => value + (calls++ % 7)),
      linear: "none",
    }),
    laws: ["the same call gives the same bits"],
    says: /result 0, element \[0\]\n +second time +\d\n +first time +\d/,
  },
  {
    fault: "an affine operator that says it is linear",
    op: elementwise("affine", { value: (x: number) => x + 1, derivative: () => 1, linear: "jointly" }),
    laws: ["linear operators are linear"],
    says: /f\(2x − 3y\) +-?\d+(\.\d+)?\n +2 f\(x\) − 3 f\(y\) +-?\d/,
  },
  {
    fault: "a batching rule that forgets the batch axis",
    op: sumOfRows("unbatched", {
      samples: oneMatrix,
      // Rows and columns change places: right for square examples only.
      batch: ({ inputs: [x], size }) => {
        const [, rows = 0, columns = 0] = x.shape;
        return sumOfRows("inner", {})(reshape(x, [size, columns, rows]));
      },
    }),
    laws: ["vmap(f) ≡ a loop"],
    says: /ShapeError: vmap: the batching rule of unbatched made \[3, \d\] float64 where \[3, \d\] float64 was due/,
  },
  {
    fault: "a batching rule that mixes the examples up",
    op: definePrimitive("mixedUp", { ...identity, batch: ({ inputs: [x] }) => flip(x, { axis: 0 }) }),
    laws: ["vmap(f) ≡ a loop"],
    says: /result 0 of example 0, the scalar\n +vmap +\S+\n +loop +\S+/,
  },
  {
    fault: "a float32 kernel that is too coarse",
    op: definePrimitive("coarse", {
      ...identity,
      run: ({ inputs: [x] }) => (x.dtype === "float32" ? x.data.map((value) => Math.round(value * 1e3) / 1e3) : x.data),
    }),
    laws: ["float32 ≈ float64"],
    says: /result 0, the scalar\n +float32 +\S+\n +float64 +\S+/,
  },
  {
    fault: "an inference that changes its mind",
    op: definePrimitive("undecided", {
      ...identity,
      infer: ({ inputs: [x] }) => ({ shape: calls++ % 2 === 0 ? x.shape : [1, ...x.shape], dtype: x.dtype }),
      vjp: { none: "its shape is not known" },
    }),
    laws: ["inferred shape and dtype ≡ what the kernel made"],
    says: /infer of undecided, asked twice\n +first +\[.*\] float\d+\n +then +\[.*\] float\d+/,
  },
  {
    fault: "a kernel that fails for integers",
    op: definePrimitive("floatsOnly", {
      ...identity,
      run: ({ inputs: [x] }) => {
        if (x.dtype === "int32") throw new TypeError("not a float array");
        return x.data;
      },
    }),
    laws: ["integers and booleans are taken, or refused by a typed error"],
    says: /floatsOnly\(tensor\(0, \{ dtype: "int32" \}\)\)\n +where +computing the result\n +threw +TypeError: not a float array/,
  },
];
