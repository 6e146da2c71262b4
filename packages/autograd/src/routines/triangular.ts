// Made of numbers/triangular.ts by pnpm routines: do not edit.
import type { RoutineFunction } from "../ir/routine.js";

export const triangularSolutionsFloat32: RoutineFunction = { name: "triangularSolutionsFloat32", parameters: "iiiiiiiiiii", results: "", locals: "iiiiii", code: ["IAUgBWxBA3RBD2pBcHEhCyAKQQAgC/wLACAKIAogC2ohCiEMIAUgBmxBA3RBD2pBcHEhDSAKQQAgDfwLACAKIAogDWohCiEOIAAhDwJAIA8gAUhFDQADQCACIA8gBWwgBWwgDCAFIAVs", () => copyInFloat32, "IAMgDyAFbCAGbCAOIAUgBmw=", () => copyInFloat32, "IAwgBSAFIA4gBiAHIAggCQ==", () => solveTriangular, "IRAgDiAEIA8gBWwgBmwgBSAGbCAQ", () => copyOutFloat32, "IA9BAWohDyAPIAFIDQALCw=="] };

export const triangularSolutionsFloat64: RoutineFunction = { name: "triangularSolutionsFloat64", parameters: "iiiiiiiiiii", results: "", locals: "iiiiii", code: ["IAUgBWxBA3RBD2pBcHEhCyAKQQAgC/wLACAKIAogC2ohCiEMIAUgBmxBA3RBD2pBcHEhDSAKQQAgDfwLACAKIAogDWohCiEOIAAhDwJAIA8gAUhFDQADQCACIA8gBWwgBWwgDCAFIAVs", () => copyInFloat64, "IAMgDyAFbCAGbCAOIAUgBmw=", () => copyInFloat64, "IAwgBSAFIA4gBiAHIAggCQ==", () => solveTriangular, "IRAgDiAEIA8gBWwgBmwgBSAGbCAQ", () => copyOutFloat64, "IA9BAWohDyAPIAFIDQALCw=="] };

const copyInFloat32: RoutineFunction = { name: "copyInFloat32", parameters: "iiii", results: "", locals: "i", code: ["QQAhBAJAIAQgA0hFDQADQCACIARBA3RqIAAgASAEakECdGoqAgC7OQMAIARBAWohBCAEIANIDQALCw=="] };

const solveTriangular: RoutineFunction = { name: "solveTriangular", parameters: "iiiiiiii", results: "i", locals: "iiiiiiiidiiiiiidii", code: ["IAUgBkchCCAGBH9BAQUgAQshCSAGBH8gAQVBAQshCkEAIQsCQCALIAJIRQ0AA0ACQCAIBH8gAkEBayALawUgCwshDCAMIARsIQ1BACEOAkAgDiALSEUNAANAAkAgCAR/IAJBAWsgDmsFIA4LIQ8gACAMIAlsIA8gCmxqQQN0aisDACEQIBBBALdhBEAMAQsgDyAEbCERQQAhEgJAIBJBAWogBEhFDQAgAyANIBJqQQN0aiETIAMgESASakEDdGohFCATIBRrQQ9qIhVBH0kgFUEPR3ENAANAIBMgE/0AAwAgEP0UIBT9AAMA/fIB/fEB/QsDACATQRBqIRMgFEEQaiEUIBJBAmohEiASQQFqIARIDQALCwJAIBIgBEhFDQADQCADIA0gEmpBA3RqIhYgFisDACAQIAMgESASakEDdGorAwCioTkDACASQQFqIRIgEiAESA0ACwsLIA5BAWohDiAOIAtIDQALCyAHBEAMAQsgACAMIAFsIAxqQQN0aisDACEXIBdBALdhBEBBAA8LQQAhEgJAIBJBAWogBEhFDQAgAyANIBJqQQN0aiEYA0AgGCAY/QADACAX/RT98wH9CwMAIBhBEGohGCASQQJqIRIgEkEBaiAESA0ACwsCQCASIARIRQ0AA0AgAyANIBJqQQN0aiIZIBkrAwAgF6M5AwAgEkEBaiESIBIgBEgNAAsLCyALQQFqIQsgCyACSA0ACwtBAQ8A"] };

const copyOutFloat32: RoutineFunction = { name: "copyOutFloat32", parameters: "iiiii", results: "", locals: "i", code: ["IAQEQEEAIQUCQCAFIANIRQ0AA0AgASACIAVqQQJ0aiAAIAVBA3RqKwMAtjgCACAFQQFqIQUgBSADSA0ACwsFQQAhBQJAIAUgA0hFDQADQCABIAIgBWpBAnRqRAAAAAAAAPh/tjgCACAFQQFqIQUgBSADSA0ACwsL"] };

const copyInFloat64: RoutineFunction = { name: "copyInFloat64", parameters: "iiii", results: "", locals: "iiii", code: ["QQAhBAJAIARBAWogA0hFDQAgAiAEQQN0aiEFIAAgASAEakEDdGohBiAFIAZrQQ9qIgdBH0kgB0EPR3ENAANAIAUgBv0AAwD9CwMAIAVBEGohBSAGQRBqIQYgBEECaiEEIARBAWogA0gNAAsLAkAgBCADSEUNAANAIAIgBEEDdGogACABIARqQQN0aisDADkDACAEQQFqIQQgBCADSA0ACws="] };

const copyOutFloat64: RoutineFunction = { name: "copyOutFloat64", parameters: "iiiii", results: "", locals: "iiii", code: ["IAQEQEEAIQUCQCAFQQFqIANIRQ0AIAEgAiAFakEDdGohBiAAIAVBA3RqIQcgBiAHa0EPaiIIQR9JIAhBD0dxDQADQCAGIAf9AAMA/QsDACAGQRBqIQYgB0EQaiEHIAVBAmohBSAFQQFqIANIDQALCwJAIAUgA0hFDQADQCABIAIgBWpBA3RqIAAgBUEDdGorAwA5AwAgBUEBaiEFIAUgA0gNAAsLBUEAIQUCQCAFIANIRQ0AA0AgASACIAVqQQN0akQAAAAAAAD4fzkDACAFQQFqIQUgBSADSA0ACwsL"] };

export const triangularSolutions = { Float32: triangularSolutionsFloat32, Float64: triangularSolutionsFloat64 } as const;
