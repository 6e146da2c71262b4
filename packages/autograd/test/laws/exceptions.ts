const awkward = "compiled ≡ reference at NaN, ±Inf, ±0, subnormal and huge inputs";
const zeroTimesInfinity =
  "compiled as a convolution of a padded image: 0 times a weight that is not finite is NaN where the reference adds nothing";

/** Laws that an operator does not keep, by the operator's name, each with the reason. */
export const exceptions: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  where: { "NaN in, NaN out": "the branch that is not taken may be anything" },
  maskedFill: { "NaN in, NaN out": "what is filled may have been anything" },
  nanToNum: { "NaN in, NaN out": "replaces NaN" },
  pow: { "NaN in, NaN out": "pow(1, NaN) and pow(NaN, 0) are 1 (IEEE 754, 9.2.1)" },
  std: {
    "zero-size inputs handled":
      "its samples keep away from the kink where all elements are equal: tried on samples of its own",
  },
  convTranspose1d: { [awkward]: zeroTimesInfinity },
  convTranspose2d: { [awkward]: zeroTimesInfinity },
  hypot: { "NaN in, NaN out": "hypot(±Inf, NaN) is Inf (IEEE 754, 9.2.1)" },
};

/** Operators written with others that work element by element, which `elementwise` cannot know. */
export const elementwiseComposites: readonly string[] = [
  "cast",
  "celu",
  "clip",
  "elu",
  "gelu",
  "leakyRelu",
  "nanToNum",
  "polygamma",
  "pow",
  "selu",
  "sinc",
];

/** What is exported without laws of its own, by the reason. */
const withoutLawsByReason: Readonly<Record<string, readonly string[]>> = {
  "makes tensors of data: there is no operand": [
    "tensor",
    "zeros",
    "ones",
    "full",
    "eye",
    "arange",
    "linspace",
    "zerosLike",
    "onesLike",
    "fullLike",
    "variable",
  ],
  "makes operators, which have laws themselves": ["definePrimitive", "elementwise"],
  "takes functions: the laws of derivatives, of batching and of compiling are laws of this": [
    "jit",
    "jacobian",
    "hessian",
    "grad",
    "valueAndGrad",
    "variableGrads",
    "vjp",
    "jvp",
    "hvp",
    "vmap",
  ],
  "takes functions, and is what the laws do to every operator": ["numericalGradient", "checkGradients"],
  "says what a derivative is, in place of having one": ["customGradient", "stopGradient"],
  "reads values, so that the shape of its result depends on them and it stands outside the graph": [
    "nonzero",
    "nonzeroAsync",
    "unique",
    "uniqueAsync",
  ],
  "draws numbers: each draw is another, and has no operand": ["generator"],
  "takes functions that are loops, branches, solvers, or are run again: tested by their own laws": [
    "scan",
    "cond",
    "whileLoop",
    "checkpoint",
    "implicitDiff",
  ],
  "is about the JavaScript around a compiled function": [
    "guard",
    "perCall",
    "tap",
    "expectCompilations",
    "init",
    "withBackend",
  ],
  "computes what is there, or says whether it is": ["realize", "isComputed"],
  "makes an error to throw": ["shapeError"],
  "walks trees": ["flattenTree", "sameStructure", "showStructure", "unflattenTree"],
};

/** What is exported without laws of its own, each with the reason. */
export const withoutLaws: ReadonlyMap<string, string> = new Map(
  Object.entries(withoutLawsByReason).flatMap(([reason, names]) => names.map((name) => [name, reason] as const)),
);
