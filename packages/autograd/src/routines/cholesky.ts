// Made of numbers/cholesky.ts by pnpm routines: do not edit.
import type { RoutineFunction } from "../ir/routine.js";

export const choleskyFactorsFloat32: RoutineFunction = { name: "choleskyFactorsFloat32", parameters: "iiiiii", results: "", locals: "iiii", code: ["IAQgBGxBA3RBD2pBcHEhBiAFQQAgBvwLACAFIAUgBmohBSEHIAAhCAJAIAggAUhFDQADQCACIAggBGwgBGwgByAEIARs", () => copyInFloat32, "IAcgBA==", () => factorCholesky, "IQkgByADIAggBGwgBGwgBCAEbCAJ", () => copyOutFloat32, "IAhBAWohCCAIIAFIDQALCw=="] };

export const choleskyFactorsFloat64: RoutineFunction = { name: "choleskyFactorsFloat64", parameters: "iiiiii", results: "", locals: "iiii", code: ["IAQgBGxBA3RBD2pBcHEhBiAFQQAgBvwLACAFIAUgBmohBSEHIAAhCAJAIAggAUhFDQADQCACIAggBGwgBGwgByAEIARs", () => copyInFloat64, "IAcgBA==", () => factorCholesky, "IQkgByADIAggBGwgBGwgBCAEbCAJ", () => copyOutFloat64, "IAhBAWohCCAIIAFIDQALCw=="] };

const copyInFloat32: RoutineFunction = { name: "copyInFloat32", parameters: "iiii", results: "", locals: "i", code: ["QQAhBAJAIAQgA0hFDQADQCACIARBA3RqIAAgASAEakECdGoqAgC7OQMAIARBAWohBCAEIANIDQALCw=="] };

const factorCholesky: RoutineFunction = { name: "factorCholesky", parameters: "ii", results: "i", locals: "iiiidii", code: ["QQAhAgJAIAIgAUhFDQADQCACIAFsIQNBACEEAkAgBCACTEUNAANAIAQgAWwhBSAAIAMgBGpBA3RqKwMAIAAgAyAAIAUgBA==", () => dotProduct, "oSEGIAIgBEoEQCAAIAMgBGpBA3RqIAYgACAFIARqQQN0aisDAKM5AwAFIAZBALdkBH8gBkQAAAAAAADwf2MFQQALRQRAQQAPCyAAIAMgAmpBA3RqIAafOQMACyAEQQFqIQQgBCACTA0ACwsgACADIAJqQQFqQQN0aiEHIAAgAyABakEDdGohCAJAA0AgByAITg0BIAdBALc5AwAgB0EIaiEHDAALCyACQQFqIQIgAiABSA0ACwtBAQ8A"] };

const copyOutFloat32: RoutineFunction = { name: "copyOutFloat32", parameters: "iiiii", results: "", locals: "i", code: ["IAQEQEEAIQUCQCAFIANIRQ0AA0AgASACIAVqQQJ0aiAAIAVBA3RqKwMAtjgCACAFQQFqIQUgBSADSA0ACwsFQQAhBQJAIAUgA0hFDQADQCABIAIgBWpBAnRqRAAAAAAAAPh/tjgCACAFQQFqIQUgBSADSA0ACwsL"] };

const copyInFloat64: RoutineFunction = { name: "copyInFloat64", parameters: "iiii", results: "", locals: "iiii", code: ["QQAhBAJAIARBAWogA0hFDQAgAiAEQQN0aiEFIAAgASAEakEDdGohBiAFIAZrQQ9qIgdBH0kgB0EPR3ENAANAIAUgBv0AAwD9CwMAIAVBEGohBSAGQRBqIQYgBEECaiEEIARBAWogA0gNAAsLAkAgBCADSEUNAANAIAIgBEEDdGogACABIARqQQN0aisDADkDACAEQQFqIQQgBCADSA0ACws="] };

const copyOutFloat64: RoutineFunction = { name: "copyOutFloat64", parameters: "iiiii", results: "", locals: "iiii", code: ["IAQEQEEAIQUCQCAFQQFqIANIRQ0AIAEgAiAFakEDdGohBiAAIAVBA3RqIQcgBiAHa0EPaiIIQR9JIAhBD0dxDQADQCAGIAf9AAMA/QsDACAGQRBqIQYgB0EQaiEHIAVBAmohBSAFQQFqIANIDQALCwJAIAUgA0hFDQADQCABIAIgBWpBA3RqIAAgBUEDdGorAwA5AwAgBUEBaiEFIAUgA0gNAAsLBUEAIQUCQCAFIANIRQ0AA0AgASACIAVqQQN0akQAAAAAAAD4fzkDACAFQQFqIQUgBSADSA0ACwsL"] };

const dotProduct: RoutineFunction = { name: "dotProduct", parameters: "iiiii", results: "d", locals: "ddddi", code: ["QQC3IQVBALchBkEAtyEHQQC3IQhBACEJAkAgCUEEaiAETEUNAANAIAUgACABIAlqQQN0aisDACACIAMgCWpBA3RqKwMAoqAhBSAGIAAgASAJakEBakEDdGorAwAgAiADIAlqQQFqQQN0aisDAKKgIQYgByAAIAEgCWpBAmpBA3RqKwMAIAIgAyAJakECakEDdGorAwCioCEHIAggACABIAlqQQNqQQN0aisDACACIAMgCWpBA2pBA3RqKwMAoqAhCCAJQQRqIQkgCUEEaiAETA0ACwsCQCAJIARIRQ0AA0AgBSAAIAEgCWpBA3RqKwMAIAIgAyAJakEDdGorAwCioCEFIAlBAWohCSAJIARIDQALCyAFIAagIAcgCKCgDwA="] };

export const choleskyFactors = { Float32: choleskyFactorsFloat32, Float64: choleskyFactorsFloat64 } as const;
