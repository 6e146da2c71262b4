/** Models as ONNX files. Needs the package `@bufbuild/protobuf`. */
export { OnnxExportError, type UnsupportedOperator } from "./error.js";
export { type OnnxModel, type OnnxOptions, toOnnx } from "./export.js";
