import { generator, ones, type Tensor, vmap } from "@glissade/autograd";
import { Dropout } from "@glissade/nn";
import { expect, test } from "vitest";

test("under vmap each example drops elements of its own, those of foldIn(index)", () => {
  const [random, same] = [generator(3), generator(3)];
  const dropped = vmap((x: Tensor) => new Dropout(0.5, { generator: random }).forward(x))(ones([3, 40]));
  const rows = [0, 1, 2].map((i) =>
    dropped
      .slice({ start: [i], stop: [i + 1] })
      .reshape([40])
      .data(),
  );
  for (const [i, row] of rows.entries()) {
    expect(row).toEqual(new Dropout(0.5, { generator: same.foldIn(i) }).forward(ones([40])).data());
    expect(row).not.toEqual(rows[(i + 1) % 3]);
  }
});
