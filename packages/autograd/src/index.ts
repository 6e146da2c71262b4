export * from "./ops/broadcast.js";
