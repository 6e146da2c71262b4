/** Calls of layers, losses and metrics with what the compiler makes of them; `n` is a `number` (4). */

/** An expression and the shape that the compiler knows of its result. */
export type Correct = readonly [expression: string, shape: string];

/** An expression that is refused, and what the message contains. */
export type Faulty = readonly [expression: string, ...words: string[]];

const whole = (...shape: number[]): string => `zeros([${shape.join(", ")}], { dtype: "int32" })`;
const pairs = [
  ..."mseLoss l1Loss huberLoss smoothL1Loss binaryCrossEntropy bceWithLogits hingeLoss klDivergence".split(" "),
];
const activations =
  "CELU ELU GELU HardSigmoid HardSwish HardTanh LeakyReLU LogSigmoid Mish ReLU ReLU6 SELU Sigmoid SiLU Softplus Softsign Tanh Tanhshrink Dropout".split(
    " ",
  );
const byClass = ["crossEntropy", "nllLoss", "multiMarginLoss", "accuracy", "topKAccuracy", "confusionMatrix"];
const scores = (name: string): string =>
  name === "nllLoss" ? "logProbabilities" : name === "multiMarginLoss" ? "scores" : "logits";
const k = (name: string): string => (name === "topKAccuracy" ? ", { k: 1 }" : "");

/** Calls that fit. */
export const correct: readonly Correct[] = [
  ["new Linear(3, 4).forward(zeros([2, 3]))", "[2, 4]"],
  ["new Conv1d(2, 8, 3, { padding: 'same' }).forward(zeros([5, 2, 9]))", "[5, 8, 9]"],
  ["new Conv1d(2, 8, [3]).forward(zeros([2, 9]))", "[8, 7]"],
  ["new Conv2d(3, 8, 3).forward(zeros([1, 3, 32, 32]))", "[1, 8, 30, 30]"],
  ["new Conv2d(3, 8, [3, 5], { stride: 2, padding: [1, 2] }).forward(zeros([n, 3, 8, 8]))", "[number, 8, 4, 4]"],
  ["new Conv2d(4, 8, 1, { groups: 2 }).forward(zeros([1, 4, 5, 5]))", "[1, 8, 5, 5]"],
  ["new ConvTranspose2d(8, 3, 2, { stride: 2 }).forward(zeros([1, 8, 14, 14]))", "[1, 3, 28, 28]"],
  ["new MaxPool2d(2).forward(zeros([1, 3, 8, 8]))", "[1, 3, 4, 4]"],
  ["new AvgPool2d(3, { stride: 1, padding: 1 }).forward(zeros([3, 8, 8]))", "[3, 8, 8]"],
  [`new Embedding(10, 4).forward(${whole(2, 3)})`, "[2, 3, 4]"],
  ["new LayerNorm(3).forward(zeros([2, 3]))", "[2, 3]"],
  ["new LayerNorm([2, 3]).forward(zeros([5, 2, 3]))", "[5, 2, 3]"],
  ["new RMSNorm(3).forward(zeros([2, 3]))", "[2, 3]"],
  ["new BatchNorm1d(3).forward(zeros([2, 3, 5]))", "[2, 3, 5]"],
  ["new BatchNorm2d(3).forward(zeros([2, 3, 5, 5]))", "[2, 3, 5, 5]"],
  ["new GroupNorm(2, 4).forward(zeros([2, 4, 5]))", "[2, 4, 5]"],
  ["new MultiHeadAttention(8, 2).forward(zeros([5, 1, 8]), zeros([7, 1, 8]))", "[5, 1, 8]"],
  [
    "new MultiHeadAttention(8, 2, { kdim: 3, batchFirst: true, vdim: 3 }).forward(zeros([1, 5, 8]), zeros([1, 7, 3]))",
    "[1, 5, 8]",
  ],
  ["new TransformerBlock(8, 2).forward(zeros([5, 1, 8]))", "[5, 1, 8]"],
  ["new RNN(2, 3).forward(zeros([5, 4, 2]))[0]", "[5, 4, 3]"],
  ["new RNN(2, 3, { numLayers: 2 }).forward(zeros([5, 2]))[1]", "[2, 3]"],
  ["new GRU(2, 3, { bidirectional: true }).forward(zeros([5, 4, 2]), zeros([2, 4, 3]))[0]", "[5, 4, 6]"],
  ["new LSTM(2, 3, { batchFirst: true }).forward(zeros([4, 5, 2]))[1][1]", "[1, 4, 3]"],
  ["new Flatten().forward(zeros([2, 3, 4]))", "[2, 12]"],
  ["new Flatten({ startAxis: 0 }).forward(zeros([2, 3]))", "[6]"],
  ["new Flatten({ startAxis: 1, endAxis: 2 }).forward(zeros([2, 3, 4, 5]))", "[2, 12, 5]"],
  ["new Flatten({ startAxis: -2 }).forward(zeros([n, 3, 4, 5]))", "[number, 3, 20]"],
  ["new Softmax().forward(zeros([2, 3]))", "[2, 3]"],
  ["new LogSoftmax({ axis: 0 }).forward(zeros([2, 3]))", "[2, 3]"],
  ...activations.map((name): Correct => [`new ${name}().forward(zeros([2, 3]))`, "[2, 3]"]),
  ["new Residual(new Linear(3, 3)).forward(zeros([2, 3]))", "[2, 3]"],
  [
    "new Residual(new Sequential(new Conv2d(3, 8, 3, { padding: 1 }), new ReLU(), new Conv2d(8, 3, 1))).forward(zeros([2, 3, 8, 8]))",
    "[2, 3, 8, 8]",
  ],
  ["new Residual(new Linear(n, 4)).forward(zeros([2, 4]))", "[2, 4]"],
  ["new Residual(new Linear(3, 4), { shortcut: new Linear(3, 4) }).forward(zeros([2, 3]))", "[2, 4]"],
  ["new Sequential(new Linear(3, 4), relu, new Tanh(), new Linear(4, 5)).forward(zeros([2, 3]))", "[2, 5]"],
  [
    "new Sequential(new Conv2d(1, 2, 3), new BatchNorm2d(2), new MaxPool2d(2), new Flatten(), new Linear(18, 10)).forward(zeros([5, 1, 8, 8]))",
    "[5, 10]",
  ],
  [
    "new Sequential(new Embedding(9, 4), new Dropout(), new TransformerBlock(4, 2), new LayerNorm(4)).forward(zeros([5, 2], { dtype: 'int32' }))",
    "[5, 2, 4]",
  ],
  ["new Sequential(new Sequential(new Linear(3, 4)), new Linear(4, 5)).forward(zeros([2, 3]))", "[2, 5]"],
  ...pairs.flatMap((name): Correct[] => [
    [`${name}(zeros([2, 3]), zeros([2, 3]))`, "[]"],
    [`${name}(zeros([2, 3]), zeros([2, 3]), { reduction: "none" })`, "[2, 3]"],
  ]),
  ...byClass
    .filter((name) => name !== "confusionMatrix")
    .map((name): Correct => [`${name}(zeros([2, 3]), ${whole(2)}${k(name)})`, "[]"]),
  [`confusionMatrix(zeros([2, 3]), ${whole(2)})`, "[3, 3]"],
  [`crossEntropy(zeros([2, 3, 5]), ${whole(2, 5)}, { reduction: "none" })`, "[2, 5]"],
  ["crossEntropy(zeros([2, 3]), zeros([2, 3]), { reduction: 'none', weight: [1, 2, 3] })", "[2]"],
  ["cosineEmbeddingLoss(zeros([2, 3]), ones([2, 3]), ones([2]), { reduction: 'none' })", "[2]"],
  ["tripletMarginLoss(zeros([2, 3]), ones([2, 3]), ones([2, 3]), { reduction: 'none' })", "[2]"],
  [`ctcLoss(zeros([5, 2, 3]), ${whole(2, 1)}, ${whole(2)}, ${whole(2)}, { reduction: "none" })`, "[2]"],
  [`ctcLoss(zeros([5, 3]), ${whole(1)}, 5, 0)`, "[]"],
];

const pair = (name: string): string => `${name}: predictions [3] and targets [3, 1] differ in shape`;

/** Calls that do not fit; each is refused at run time too. */
export const faulty: readonly Faulty[] = [
  [
    "new Linear(3, 4).forward(zeros([2, 4]))",
    "Linear: the last axis of the input [2, 4] must have 3 features",
    "[4, 3]",
  ],
  [
    "new Conv1d(2, 8, 3).forward(zeros([5, 3, 9]))",
    "Conv1d: the input [5, 3, 9] has 3 channels in axis 1, not 2; it must be [N, 2, L] or [2, L]",
  ],
  [
    "new Conv2d(3, 8, 3).forward(zeros([1, 4, 8, 8]))",
    "Conv2d: the input [1, 4, 8, 8] has 4 channels in axis 1, not 3",
  ],
  [
    "new Conv2d(3, 8, 3).forward(zeros([3, 8]))",
    "Conv2d: the input [3, 8] has 2 axes; it must be [N, 3, H, W] or [3, H, W]",
  ],
  [
    "new Conv2d(3, 8, 9).forward(zeros([3, 8, 8]))",
    "Conv2d: conv2d: a window of 9",
    "larger than axis -2 of [3, 8, 8]",
  ],
  [
    "new ConvTranspose2d(8, 3, 2).forward(zeros([1, 3, 4, 4]))",
    "ConvTranspose2d: the input [1, 3, 4, 4] has 3 channels in axis 1, not 8",
  ],
  ["new MaxPool2d(2).forward(zeros([3, 8]))", "MaxPool2d: the input [3, 8] must be [N, C, H, W] or [C, H, W]"],
  ["new AvgPool2d(9).forward(zeros([3, 8, 8]))", "AvgPool2d: avgPool2d: a window of 9", "[3, 8, 8]"],
  ["new LayerNorm(3).forward(zeros([2, 4]))", "LayerNorm: the input [2, 4] must end in [3], the normalizedShape"],
  ["new RMSNorm([2, 3]).forward(zeros([3]))", "RMSNorm: the input [3] must end in [2, 3], the normalizedShape"],
  ["new BatchNorm1d(3).forward(zeros([2, 4]))", "BatchNorm1d: the input [2, 4] must be [N, 3] or [N, 3, L]"],
  ["new BatchNorm2d(3).forward(zeros([2, 3, 4]))", "BatchNorm2d: the input [2, 3, 4] must be [N, 3, H, W]"],
  [
    "new GroupNorm(2, 4).forward(zeros([2, 3]))",
    "GroupNorm: the input [2, 3] must be [N, 4, …]: its channels are axis 1",
  ],
  [
    "new MultiHeadAttention(8, 2).forward(zeros([5, 1, 8]), zeros([7, 2, 8]))",
    "query [5, 1, 8], key [7, 2, 8] and value [7, 2, 8] do not fit; they are [L, N, 8], [S, N, 8] and [S, N, 8], with batchFirst false",
  ],
  [
    "new TransformerBlock(8, 2).forward(zeros([5, 1, 4]))",
    "TransformerBlock: the input [5, 1, 4] must be [L, N, 8], with batchFirst false, or [L, 8]",
  ],
  [
    "new RNN(2, 3).forward(zeros([5, 4, 3]))",
    "RNN: the input [5, 4, 3] must be [L, N, 2], with batchFirst false, or [L, 2]",
  ],
  [
    "new GRU(2, 3).forward(zeros([5, 4, 2]), zeros([1, 4, 2]))",
    "GRU: h0 has shape [1, 4, 2]; it must be [layers · directions, N, hidden] = [1, 4, 3]",
  ],
  [
    "new LSTM(2, 3).forward(zeros([5, 2]), [zeros([1, 3]), zeros([2, 3])])",
    "LSTM: the cell state has shape [2, 3]",
    "= [1, 3]",
  ],
  ["new Flatten().forward(zeros([3]))", "Flatten: axis 1 is out of range for an input of shape [3]"],
  [
    "new Flatten({ startAxis: 1, endAxis: 3 }).forward(zeros([2, 3, 4]))",
    "Flatten: axis 3 is out of range for an input of shape [2, 3, 4]",
  ],
  [
    "new Flatten({ startAxis: 2, endAxis: 1 }).forward(zeros([2, 3, 4]))",
    "Flatten: endAxis 1 comes before startAxis 2 in [2, 3, 4]",
  ],
  ["new Softmax({ axis: 2 }).forward(zeros([2, 3]))", "softmax: axis 2 is out of range for rank 2: [2, 3]"],
  ["new LogSoftmax({ axis: 2 }).forward(zeros([2, 3]))", "logSoftmax: axis 2 is out of range for rank 2: [2, 3]"],
  [
    "new Residual(new Linear(3, 4)).forward(zeros([2, 3]))",
    "Residual: the body makes [2, 4] of the input [2, 3], and what is added to it is [2, 3]",
  ],
  [
    "new Sequential(new Flatten(), new Linear(8, 2)).forward(zeros([2, 3, 3]))",
    "Linear: the last axis of the input [2, 9] must have 8 features",
  ],
  ...pairs.map((name): Faulty => [`${name}(zeros([3]), zeros([3, 1]))`, pair(name)]),
  ...byClass.map(
    (name): Faulty => [
      `${name}(zeros([2, 3]), ${whole(3)}${k(name)})`,
      `${name}: ${scores(name)} [2, 3] take targets of shape [2] (class indices), not [3]`,
    ],
  ),
  [
    `crossEntropy(zeros([2, 3]), ${whole(2)}, { weight: [zeros([2])][0] })`,
    "crossEntropy: weight has shape [2] and needs [3]",
    "[2, 3]",
  ],
  [
    `multiMarginLoss(zeros([2, 3, 4]), ${whole(2, 4)})`,
    "multiMarginLoss: scores have shape [2, 3, 4]; they must be [N, C] or [C]",
  ],
  [
    "cosineEmbeddingLoss(zeros([2, 3]), zeros([2, 4]), ones([2]))",
    "cosineEmbeddingLoss: a [2, 3], b [2, 4] must have one shape [..., D]",
  ],
  [
    "cosineEmbeddingLoss(zeros([2, 3]), zeros([2, 3]), ones([3]))",
    "vectors [2, 3] take targets of shape [2], 1 or -1 for each pair, not [3]",
  ],
  [
    "tripletMarginLoss(zeros([2, 3]), zeros([2, 3]), zeros([3]))",
    "anchor [2, 3], positive [2, 3], negative [3] must have one shape [..., D]",
  ],
  [
    `ctcLoss(zeros([5, 2, 3]), ${whole(3, 1)}, ${whole(2)}, ${whole(2)})`,
    "ctcLoss: logProbs [5, 2, 3] take targets [2, S], not [3, 1]",
  ],
  [
    `ctcLoss(zeros([5, 2, 3]), ${whole(2, 1)}, ${whole(3)}, ${whole(2)})`,
    "ctcLoss: inputLengths have shape [3]; they must be [2], one for each example",
  ],
];

/** Neighbours of a Sequential that do not fit: run time has no input yet, so that only the compiler sees it. */
export const neighbours: readonly Faulty[] = [
  ["new Sequential(new Linear(3, 4), relu, new Linear(5, 6))", "a layer gives [..., 4] and the next takes [..., 5]"],
  ["new Sequential(new Linear(3, 4), new LayerNorm(5))", "a layer gives [..., 4] and the next takes [..., 5]"],
  [
    "new Sequential(new Embedding(9, 4), new TransformerBlock(6, 2))",
    "a layer gives [..., 4] and the next takes [..., 6]",
  ],
  [
    "new Sequential(new Conv2d(1, 16, 3), new ReLU(), new Conv2d(8, 2, 3))",
    "a layer gives [N, 16, …] and the next takes [N, 8, …]",
  ],
  [
    "new Sequential(new Conv2d(1, 16, 3), new MaxPool2d(2), new BatchNorm2d(8))",
    "a layer gives [N, 16, …] and the next takes [N, 8, …]",
  ],
  [
    "new Sequential(new Sequential(new Linear(3, 4)), new Linear(5, 6))",
    "a layer gives [..., 4] and the next takes [..., 5]",
  ],
  [
    "new Residual(new Linear(3, 4))",
    "Residual: the body makes [..., 4] of the input [..., 3], and what is added to it is [..., 3]",
  ],
  [
    "new Residual(new Sequential(new ReLU(), new Conv2d(3, 8, 3), new Conv2d(8, 4, 1)))",
    "Residual: the body makes [N, 4, …] of the input [N, 3, …], and what is added to it is [N, 3, …]",
  ],
  [
    "new Residual(new Linear(3, 4), { shortcut: new Linear(3, 5) })",
    "Residual: the body makes [..., 4] of the input [..., 3], and what is added to it is [..., 5]",
  ],
];
