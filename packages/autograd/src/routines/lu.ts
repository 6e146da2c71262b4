// Made of numbers/lu.ts by pnpm routines: do not edit.
import { log } from "../ir/functions/index.js";
import type { RoutineFunction } from "../ir/routine.js";

export const factorsLUFloat32: RoutineFunction = { name: "factorsLUFloat32", parameters: "iiiiii", results: "", locals: "iiiiiii", code: ["IAAhBgJAIAYgAUhFDQADQCADIAYgBGwgBEEBamxBA3RqIQcgAiAGIARsIARsIAQgBGw=", () => hasNaNFloat32, "BEAgB0EAQQN0aiEIIAcgBCAEQQFqbEEDdGohCQJAA0AgCCAJTg0BIAhEAAAAAAAA+H85AwAgCEEIaiEIDAALCwVBACEKAkAgCiAESEUNAANAIAYgBGwgCmogBGwhC0EAIQwCQCAMIARIRQ0AA0AgByAKIARBAWpsIAxqQQN0aiACIAsgDGpBAnRqKgIAuzkDACAMQQFqIQwgDCAESA0ACwsgCkEBaiEKIAogBEgNAAsLIAcgBA==", () => factorLU, "CyAGQQFqIQYgBiABSA0ACws="] };

export const factorsLUFloat64: RoutineFunction = { name: "factorsLUFloat64", parameters: "iiiiii", results: "", locals: "iiiiiiiiii", code: ["IAAhBgJAIAYgAUhFDQADQCADIAYgBGwgBEEBamxBA3RqIQcgAiAGIARsIARsIAQgBGw=", () => hasNaNFloat64, "BEAgB0EAQQN0aiEIIAcgBCAEQQFqbEEDdGohCQJAA0AgCCAJTg0BIAhEAAAAAAAA+H85AwAgCEEIaiEIDAALCwVBACEKAkAgCiAESEUNAANAIAYgBGwgCmogBGwhC0EAIQwCQCAMQQFqIARIRQ0AIAcgCiAEQQFqbCAMakEDdGohDSACIAsgDGpBA3RqIQ4gDSAOa0EPaiIPQR9JIA9BD0dxDQADQCANIA79AAMA/QsDACANQRBqIQ0gDkEQaiEOIAxBAmohDCAMQQFqIARIDQALCwJAIAwgBEhFDQADQCAHIAogBEEBamwgDGpBA3RqIAIgCyAMakEDdGorAwA5AwAgDEEBaiEMIAwgBEgNAAsLIApBAWohCiAKIARIDQALCyAHIAQ=", () => factorLU, "CyAGQQFqIQYgBiABSA0ACws="] };

export const solutionsLUFloat32: RoutineFunction = { name: "solutionsLUFloat32", parameters: "iiiiiiiii", results: "", locals: "iiii", code: ["IAUgBmxBA3RBD2pBcHEhCSAIQQAgCfwLACAIIAggCWohCCEKIAAhCwJAIAsgAUhFDQADQCADIAsgBWwgBmwgCiAFIAZs", () => copyInFloat32, "IAIgCyAFbCAFQQFqbEEDdGogBSAKIAYgBw==", () => solveLU, "IQwgCiAEIAsgBWwgBmwgBSAGbCAM", () => copyOutFloat32, "IAtBAWohCyALIAFIDQALCw=="] };

export const solutionsLUFloat64: RoutineFunction = { name: "solutionsLUFloat64", parameters: "iiiiiiiii", results: "", locals: "iiii", code: ["IAUgBmxBA3RBD2pBcHEhCSAIQQAgCfwLACAIIAggCWohCCEKIAAhCwJAIAsgAUhFDQADQCADIAsgBWwgBmwgCiAFIAZs", () => copyInFloat64, "IAIgCyAFbCAFQQFqbEEDdGogBSAKIAYgBw==", () => solveLU, "IQwgCiAEIAsgBWwgBmwgBSAGbCAM", () => copyOutFloat64, "IAtBAWohCyALIAFIDQALCw=="] };

export const determinantsLUFloat32: RoutineFunction = { name: "determinantsLUFloat32", parameters: "iiiiii", results: "", locals: "i", code: ["IAAhBgJAIAYgAUhFDQADQCADIAZBAnRqIAIgBiAEbCAEQQFqbEEDdGogBCAF", () => determinantOfLU, "tjgCACAGQQFqIQYgBiABSA0ACws="] };

export const determinantsLUFloat64: RoutineFunction = { name: "determinantsLUFloat64", parameters: "iiiiii", results: "", locals: "i", code: ["IAAhBgJAIAYgAUhFDQADQCADIAZBA3RqIAIgBiAEbCAEQQFqbEEDdGogBCAF", () => determinantOfLU, "OQMAIAZBAWohBiAGIAFIDQALCw=="] };

export const signsLUFloat32: RoutineFunction = { name: "signsLUFloat32", parameters: "iiiiii", results: "", locals: "i", code: ["IAAhBgJAIAYgAUhFDQADQCADIAZBAnRqIAIgBiAEbCAEQQFqbEEDdGogBA==", () => signOfLU, "tjgCACAGQQFqIQYgBiABSA0ACws="] };

export const signsLUFloat64: RoutineFunction = { name: "signsLUFloat64", parameters: "iiiiii", results: "", locals: "i", code: ["IAAhBgJAIAYgAUhFDQADQCADIAZBA3RqIAIgBiAEbCAEQQFqbEEDdGogBA==", () => signOfLU, "OQMAIAZBAWohBiAGIAFIDQALCw=="] };

export const logarithmsLUFloat32: RoutineFunction = { name: "logarithmsLUFloat32", parameters: "iiiiii", results: "", locals: "i", code: ["IAAhBgJAIAYgAUhFDQADQCADIAZBAnRqIAIgBiAEbCAEQQFqbEEDdGogBA==", () => logarithmOfLU, "tjgCACAGQQFqIQYgBiABSA0ACws="] };

export const logarithmsLUFloat64: RoutineFunction = { name: "logarithmsLUFloat64", parameters: "iiiiii", results: "", locals: "i", code: ["IAAhBgJAIAYgAUhFDQADQCADIAZBA3RqIAIgBiAEbCAEQQFqbEEDdGogBA==", () => logarithmOfLU, "OQMAIAZBAWohBiAGIAFIDQALCw=="] };

const hasNaNFloat32: RoutineFunction = { name: "hasNaNFloat32", parameters: "iii", results: "i", locals: "id", code: ["QQAhAwJAIAMgAkhFDQADQCAAIAEgA2pBAnRqKgIAuyIEIARiBEBBAQ8LIANBAWohAyADIAJIDQALC0EADwA="] };

const factorLU: RoutineFunction = { name: "factorLU", parameters: "ii", results: "", locals: "iiiiddiiiii", code: ["IAFBAWohAkEAIQMCQCADIAFIRQ0AA0ACQCADIQQgA0EBaiEFAkAgBSABSEUNAANAIAAgBSACbCADakEDdGorAwCZIAAgBCACbCADakEDdGorAwCZZARAIAUhBAsgBUEBaiEFIAUgAUgNAAsLIAAgAyACbCABakEDdGogBLc5AwAgBCADRwRAIAAgAiABIAMgBA==", () => swapRows, "CyAAIAMgAmwgA2pBA3RqKwMAIQYgBkEAt2EEQAwBCyADQQFqIQUCQCAFIAFIRQ0AA0ACQCAAIAUgAmwgA2pBA3RqKwMAIAajIQcgACAFIAJsIANqQQN0aiAHOQMAIAdBALdhBEAMAQsgA0EBaiEIAkAgCEEBaiABSEUNACAAIAUgAmwgCGpBA3RqIQkgACADIAJsIAhqQQN0aiEKIAkgCmtBD2oiC0EfSSALQQ9HcQ0AA0AgCSAJ/QADACAH/RQgCv0AAwD98gH98QH9CwMAIAlBEGohCSAKQRBqIQogCEECaiEIIAhBAWogAUgNAAsLAkAgCCABSEUNAANAIAAgBSACbCAIakEDdGoiDCAMKwMAIAcgACADIAJsIAhqQQN0aisDAKKhOQMAIAhBAWohCCAIIAFIDQALCwsgBUEBaiEFIAUgAUgNAAsLCyADQQFqIQMgAyABSA0ACws="] };

const hasNaNFloat64: RoutineFunction = { name: "hasNaNFloat64", parameters: "iii", results: "i", locals: "id", code: ["QQAhAwJAIAMgAkhFDQADQCAAIAEgA2pBA3RqKwMAIgQgBGIEQEEBDwsgA0EBaiEDIAMgAkgNAAsLQQAPAA=="] };

const copyInFloat32: RoutineFunction = { name: "copyInFloat32", parameters: "iiii", results: "", locals: "i", code: ["QQAhBAJAIAQgA0hFDQADQCACIARBA3RqIAAgASAEakECdGoqAgC7OQMAIARBAWohBCAEIANIDQALCw=="] };

const solveLU: RoutineFunction = { name: "solveLU", parameters: "iiiii", results: "i", locals: "ii", code: ["IAFBAWohBSAERQRAQQAhBgJAIAYgAUhFDQADQCAAIAEgAiADIAY=", () => exchange, "IAZBAWohBiAGIAFIDQALCyAAIAUgASACIANBAEEAQQE=", () => solveTriangular, "GiAAIAUgASACIANBAUEAQQA=", () => solveTriangular, "DwsgACAFIAEgAiADQQFBAUEA", () => solveTriangular, "RQRAQQAPCyAAIAUgASACIANBAEEBQQE=", () => solveTriangular, "GiABQQFrIQYCQCAGQQBORQ0AA0AgACABIAIgAyAG", () => exchange, "IAZBf2ohBiAGQQBODQALC0EBDwA="] };

const copyOutFloat32: RoutineFunction = { name: "copyOutFloat32", parameters: "iiiii", results: "", locals: "i", code: ["IAQEQEEAIQUCQCAFIANIRQ0AA0AgASACIAVqQQJ0aiAAIAVBA3RqKwMAtjgCACAFQQFqIQUgBSADSA0ACwsFQQAhBQJAIAUgA0hFDQADQCABIAIgBWpBAnRqRAAAAAAAAPh/tjgCACAFQQFqIQUgBSADSA0ACwsL"] };

const copyInFloat64: RoutineFunction = { name: "copyInFloat64", parameters: "iiii", results: "", locals: "iiii", code: ["QQAhBAJAIARBAWogA0hFDQAgAiAEQQN0aiEFIAAgASAEakEDdGohBiAFIAZrQQ9qIgdBH0kgB0EPR3ENAANAIAUgBv0AAwD9CwMAIAVBEGohBSAGQRBqIQYgBEECaiEEIARBAWogA0gNAAsLAkAgBCADSEUNAANAIAIgBEEDdGogACABIARqQQN0aisDADkDACAEQQFqIQQgBCADSA0ACws="] };

const copyOutFloat64: RoutineFunction = { name: "copyOutFloat64", parameters: "iiiii", results: "", locals: "iiii", code: ["IAQEQEEAIQUCQCAFQQFqIANIRQ0AIAEgAiAFakEDdGohBiAAIAVBA3RqIQcgBiAHa0EPaiIIQR9JIAhBD0dxDQADQCAGIAf9AAMA/QsDACAGQRBqIQYgB0EQaiEHIAVBAmohBSAFQQFqIANIDQALCwJAIAUgA0hFDQADQCABIAIgBWpBA3RqIAAgBUEDdGorAwA5AwAgBUEBaiEFIAUgA0gNAAsLBUEAIQUCQCAFIANIRQ0AA0AgASACIAVqQQN0akQAAAAAAAD4fzkDACAFQQFqIQUgBSADSA0ACwsL"] };

const determinantOfLU: RoutineFunction = { name: "determinantOfLU", parameters: "iii", results: "d", locals: "iididiii", code: ["IAFBA3RBD2pBcHEhAyACQQAgA/wLACACIAIgA2ohAiEEQQG3IQVBACEGAkAgBiABSEUNAANAIAAgBiABQQFqbCAGakEDdGorAwAhByAGIQgCQCAIQQBKBH8gBCAIQQFrQQN0aisDAJkgB5lkBUEAC0UNAANAIAQgCEEDdGogBCAIQQFrQQN0aisDADkDACAIQX9qIQggCEEASgR/IAQgCEEBa0EDdGorAwCZIAeZZAVBAAsNAAsLIAQgCEEDdGogBzkDACAAIAYgAUEBamwgAWpBA3RqKwMAIAa3YgRAIAWaIQULIAZBAWohBiAGIAFIDQALC0EAIQkgAUEBayEKAkAgCSAKTEUNAANAIAWZQQG3ZARAIAUgBCAJQQN0aisDAKIhBSAJQQFqIQkFIAUgBCAKQQN0aisDAKIhBSAKQX9qIQoLIAkgCkwNAAsLIAVBALegDwA="] };

const signOfLU: RoutineFunction = { name: "signOfLU", parameters: "ii", results: "d", locals: "didd", code: ["QQG3IQJBACEDAkAgAyABSEUNAANAIAAgAyABQQFqbCADakEDdGorAwAhBCAEQQC3ZAR8QQG3BSAEQQC3YwR8QQBBAWu3BSAECwshBSACIAAgAyABQQFqbCABakEDdGorAwAgA7dhBHwgBQUgBZoLoiECIANBAWohAyADIAFIDQALCyACQQC3oA8A"] };

const logarithmOfLU: RoutineFunction = { name: "logarithmOfLU", parameters: "ii", results: "d", locals: "di", code: ["QQC3IQJBACEDAkAgAyABSEUNAANAIAIgACADIAFBAWpsIANqQQN0aisDAJk=", log.callee, "oCECIANBAWohAyADIAFIDQALCyACDwA="] };

const swapRows: RoutineFunction = { name: "swapRows", parameters: "iiiii", results: "", locals: "iiiivd", code: ["QQAhBQJAIAVBAWogAkhFDQAgACADIAFsIAVqQQN0aiEGIAAgBCABbCAFakEDdGohByAGIAdrQQ9qIghBH0kgCEEPR3ENAANAIAb9AAMAIQkgBiAH/QADAP0LAwAgByAJ/QsDACAGQRBqIQYgB0EQaiEHIAVBAmohBSAFQQFqIAJIDQALCwJAIAUgAkhFDQADQCAAIAMgAWwgBWpBA3RqKwMAIQogACADIAFsIAVqQQN0aiAAIAQgAWwgBWpBA3RqKwMAOQMAIAAgBCABbCAFakEDdGogCjkDACAFQQFqIQUgBSACSA0ACws="] };

const exchange: RoutineFunction = { name: "exchange", parameters: "iiiii", results: "", locals: "i", code: ["IAAgBCABQQFqbCABakEDdGorAwD8BqchBSAFIARHBEAgAiADIAMgBCAF", () => swapRows, "Cw=="] };

const solveTriangular: RoutineFunction = { name: "solveTriangular", parameters: "iiiiiiii", results: "i", locals: "iiiiiiiidiiiiiidii", code: ["IAUgBkchCCAGBH9BAQUgAQshCSAGBH8gAQVBAQshCkEAIQsCQCALIAJIRQ0AA0ACQCAIBH8gAkEBayALawUgCwshDCAMIARsIQ1BACEOAkAgDiALSEUNAANAAkAgCAR/IAJBAWsgDmsFIA4LIQ8gACAMIAlsIA8gCmxqQQN0aisDACEQIBBBALdhBEAMAQsgDyAEbCERQQAhEgJAIBJBAWogBEhFDQAgAyANIBJqQQN0aiETIAMgESASakEDdGohFCATIBRrQQ9qIhVBH0kgFUEPR3ENAANAIBMgE/0AAwAgEP0UIBT9AAMA/fIB/fEB/QsDACATQRBqIRMgFEEQaiEUIBJBAmohEiASQQFqIARIDQALCwJAIBIgBEhFDQADQCADIA0gEmpBA3RqIhYgFisDACAQIAMgESASakEDdGorAwCioTkDACASQQFqIRIgEiAESA0ACwsLIA5BAWohDiAOIAtIDQALCyAHBEAMAQsgACAMIAFsIAxqQQN0aisDACEXIBdBALdhBEBBAA8LQQAhEgJAIBJBAWogBEhFDQAgAyANIBJqQQN0aiEYA0AgGCAY/QADACAX/RT98wH9CwMAIBhBEGohGCASQQJqIRIgEkEBaiAESA0ACwsCQCASIARIRQ0AA0AgAyANIBJqQQN0aiIZIBkrAwAgF6M5AwAgEkEBaiESIBIgBEgNAAsLCyALQQFqIQsgCyACSA0ACwtBAQ8A"] };

export const factorsLU = { Float32: factorsLUFloat32, Float64: factorsLUFloat64 } as const;

export const solutionsLU = { Float32: solutionsLUFloat32, Float64: solutionsLUFloat64 } as const;

export const determinantsLU = { Float32: determinantsLUFloat32, Float64: determinantsLUFloat64 } as const;

export const signsLU = { Float32: signsLUFloat32, Float64: signsLUFloat64 } as const;

export const logarithmsLU = { Float32: logarithmsLUFloat32, Float64: logarithmsLUFloat64 } as const;
