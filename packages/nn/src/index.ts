/** Layers, initialisers, losses and metrics over `@glissade/autograd`. */

export type { Int64Option } from "./files/elements.js";
export { type DecodeNpyOptions, decodeNpy, encodeNpy } from "./files/npy.js";
export {
  type DecodeSafetensorsOptions,
  decodeSafetensors,
  encodeSafetensors,
  type SafetensorsContent,
  type SafetensorsOptions,
} from "./files/safetensors.js";
export { type CheckpointOptions, type CheckpointStore, memoryStore } from "./fit/checkpoint-store.js";
export { fit } from "./fit/fit.js";
export type {
  AbortSignalLike,
  Batches,
  BestEvaluation,
  EarlyStopping,
  EpochRecord,
  EvaluationOptions,
  FitHistory,
  FitOptions,
  FitResult,
  Optimizer,
  SavedState,
} from "./fit/options.js";
export type { FitListener, StepRecord } from "./fit/record.js";
export type { InitOptions, RandomInitOptions } from "./init/drawing.js";
export type { NormalOptions, TruncatedNormalOptions, UniformOptions } from "./init/fill.js";
export * as init from "./init/index.js";
export type { OrthogonalOptions } from "./init/orthogonal.js";
export type { KaimingOptions, Nonlinearity, XavierOptions } from "./init/variance.js";
export {
  CELU,
  ELU,
  GELU,
  HardSigmoid,
  HardSwish,
  HardTanh,
  LeakyReLU,
  LogSigmoid,
  Mish,
  ReLU,
  ReLU6,
  SELU,
  Sigmoid,
  SiLU,
  Softplus,
  Softsign,
  Tanh,
  Tanhshrink,
} from "./layers/activations.js";
export type { AttentionMasks } from "./layers/attention-masks.js";
export { BatchNorm1d, BatchNorm2d, type BatchNormOptions } from "./layers/batch-norm.js";
export { Conv1d, Conv2d, type ConvOptions, type PaddingMode } from "./layers/conv.js";
export { ConvTranspose2d, type ConvTransposeOptions } from "./layers/conv-transpose.js";
export { Dropout, type DropoutOptions } from "./layers/dropout.js";
export { Embedding, type EmbeddingOptions, type PretrainedOptions } from "./layers/embedding.js";
export { Flatten, type FlattenOptions } from "./layers/flatten.js";
export { GroupNorm, type GroupNormOptions } from "./layers/group-norm.js";
export type { ConvPadding, KernelOptions } from "./layers/kernels.js";
export { LayerNorm, type LayerNormOptions, RMSNorm, type RMSNormOptions } from "./layers/layer-norm.js";
export { Linear, type LinearOptions } from "./layers/linear.js";
export { MultiHeadAttention, type MultiHeadAttentionOptions } from "./layers/multi-head-attention.js";
export { AvgPool2d, type AvgPoolOptions, MaxPool2d, type MaxPoolOptions, type PoolOptions } from "./layers/pool.js";
export type { RecurrentCell, RecurrentOptions } from "./layers/recurrent.js";
export { Residual, type ResidualOptions } from "./layers/residual.js";
export { GRU, LSTM, RNN, type RNNOptions } from "./layers/rnn.js";
export { type Layer, Sequential, type SequentialLayer } from "./layers/sequential.js";
export { LogSoftmax, Softmax, type SoftmaxOptions } from "./layers/softmax.js";
export { TransformerBlock, type TransformerBlockOptions } from "./layers/transformer-block.js";
export {
  type BceWithLogitsOptions,
  type BinaryCrossEntropyOptions,
  bceWithLogits,
  binaryCrossEntropy,
} from "./losses/binary.js";
export { type CrossEntropyOptions, crossEntropy, type NllLossOptions, nllLoss } from "./losses/cross-entropy.js";
export { type CtcLossOptions, ctcLoss } from "./losses/ctc.js";
export { type KlDivergenceOptions, klDivergence } from "./losses/divergence.js";
export {
  type CosineEmbeddingLossOptions,
  cosineEmbeddingLoss,
  type HingeLossOptions,
  hingeLoss,
  type TripletMarginLossOptions,
  tripletMarginLoss,
} from "./losses/margins.js";
export { type MultiMarginLossOptions, multiMarginLoss } from "./losses/multi-margin.js";
export type { Reduction, ReductionOption } from "./losses/reduction.js";
export {
  type HuberLossOptions,
  huberLoss,
  l1Loss,
  mseLoss,
  type SmoothL1LossOptions,
  smoothL1Loss,
} from "./losses/regression.js";
export { accuracy, confusionMatrix, topKAccuracy } from "./metrics.js";
export { Module } from "./module.js";
export type { Renaming } from "./renaming.js";
export type { LoadOptions, LoadResult, StateDict } from "./state-dict.js";
export type { LayerCost, LayerSummary, ModelSummary, SummaryInput } from "./summary.js";
