/** Options of PyTorch's `SGD`, all given. */
export interface PlainSgdOptions {
  readonly lr: number;
  readonly momentum: number;
  readonly dampening: number;
  readonly nesterov: boolean;
  readonly weightDecay: number;
}

/** The algorithm of `torch.optim.SGD`, from its documentation, on plain numbers; yields x after each step. */
export function* plainSgd(
  start: readonly number[],
  gradient: (x: readonly number[]) => readonly number[],
  { lr, momentum, dampening, nesterov, weightDecay }: PlainSgdOptions,
): Generator<readonly number[], never> {
  let x = [...start];
  let buffer: number[] | undefined;
  for (;;) {
    const decayed = gradient(x).map((g, i) => g + weightDecay * x[i]!);
    let direction = decayed;
    if (momentum !== 0) {
      buffer = buffer === undefined ? decayed : buffer.map((b, i) => momentum * b + (1 - dampening) * decayed[i]!);
      const filled = buffer;
      direction = nesterov ? decayed.map((g, i) => g + momentum * filled[i]!) : filled;
    }
    x = x.map((value, i) => value - lr * direction[i]!);
    yield x;
  }
}
