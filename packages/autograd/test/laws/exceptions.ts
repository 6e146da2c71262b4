/** Laws that an operator does not keep, by the operator's name, each with the reason. */
export const exceptions: Readonly<Record<string, Readonly<Record<string, string>>>> = {};

/** Operators written with others that work element by element, which `elementwise` cannot know. */
export const elementwiseComposites: readonly string[] = [];

/** What is exported without laws of its own, by the reason. */
const withoutLawsByReason: Readonly<Record<string, readonly string[]>> = {
  "makes tensors of data: there is no operand": ["tensor", "zeros", "ones", "full", "variable"],
  "makes operators, which have laws themselves": ["definePrimitive", "elementwise"],
  "takes functions: the laws of derivatives and of batching are laws of this": [
    "grad",
    "valueAndGrad",
    "variableGrads",
  ],
  "computes what is there": ["realize"],
  "walks trees": ["flattenTree", "sameStructure", "showStructure", "unflattenTree"],
};

/** What is exported without laws of its own, each with the reason. */
export const withoutLaws: ReadonlyMap<string, string> = new Map(
  Object.entries(withoutLawsByReason).flatMap(([reason, names]) => names.map((name) => [name, reason] as const)),
);
