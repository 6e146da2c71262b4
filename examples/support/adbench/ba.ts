// Bundle adjustment: reprojection errors of points in cameras, whose sparse Jacobian is made of blocks of 2 × 15 (ADBench's BA).
import {
  add,
  cos,
  div,
  grad,
  jacobian,
  jit,
  mul,
  sin,
  slice,
  sqrt,
  square,
  stack,
  sub,
  sum,
  type Tensor,
  vmap,
  where,
} from "@glissade/autograd";
import { costOf } from "@glissade/autograd/debug";
import { array, distance, type Instance, type Published, readJson } from "./vectors.js";

interface Stored {
  readonly name: string;
  readonly cameras: number;
  readonly points: number;
  readonly observations: number;
  /** Rotation, centre, focal length, principal point, radial distortion: 11 numbers each. One alone stands for all. */
  readonly camera: readonly (readonly number[])[];
  readonly point: readonly (readonly number[])[];
  readonly weight: readonly number[];
  readonly feature: readonly (readonly number[])[];
  /** Camera and point of each observation; null where observation j is of camera j mod cameras and point j mod points. */
  readonly pairs: readonly (readonly number[])[] | null;
  readonly reprojection: readonly (readonly number[])[];
  readonly weightError: readonly number[];
  readonly blocks: readonly (readonly number[])[];
  readonly weightSlopes: readonly number[];
  readonly published: Published;
}

const part = (x: Tensor, start: number, stop: number): Tensor => slice(x, { start: [start], stop: [stop] });
const one = (x: Tensor, i: number): Tensor => part(x, i, i + 1).reshape([]);

function cross(a: Tensor, b: Tensor): Tensor {
  const [a0, a1, a2, b0, b1, b2] = [one(a, 0), one(a, 1), one(a, 2), one(b, 0), one(b, 1), one(b, 2)];
  return stack([sub(mul(a1, b2), mul(a2, b1)), sub(mul(a2, b0), mul(a0, b2)), sub(mul(a0, b1), mul(a1, b0))]);
}

/** The point turned about an axis by as much as the axis is long (Rodrigues). */
function rotated(axis: Tensor, point: Tensor): Tensor {
  const squared = sum(square(axis));
  const isTurned = squared.greater(0);
  const angle = sqrt(where(isTurned, squared, 1));
  const unit = div(axis, angle);
  const along = mul(unit, mul(sum(mul(unit, point)), sub(1, cos(angle))));
  const turned = add(add(mul(point, cos(angle)), mul(cross(unit, point), sin(angle))), along);
  return where(isTurned, turned, add(point, cross(axis, point)));
}

/** The weighted error of an observation, of shape [2], from its 15 parameters: camera, point and weight. */
function reprojection(p: Tensor, feature: Tensor): Tensor {
  const seen = rotated(part(p, 0, 3), sub(part(p, 11, 14), part(p, 3, 6)));
  const flat = div(part(seen, 0, 2), one(seen, 2));
  const radius = sum(square(flat));
  const distortion = add(1, add(mul(one(p, 9), radius), mul(one(p, 10), square(radius))));
  const projected = add(mul(mul(flat, distortion), one(p, 6)), part(p, 7, 9));
  return mul(one(p, 14), sub(projected, feature));
}

const weightError = (weight: Tensor): Tensor => sub(1, square(weight));

function instanceOf(stored: Stored): Instance {
  const { name, observations, pairs } = stored;
  const place = (j: number): readonly [number, number] => {
    const [camera = 0, point = 0] = pairs?.[j] ?? [];
    return [camera, point];
  };
  const blocks = Array.from({ length: observations }, (_, j) => {
    const [camera, point] = place(j);
    return [
      ...(stored.camera[camera] ?? []),
      ...(stored.point[point] ?? []),
      stored.weight[j] ?? stored.weight[0] ?? 0,
    ];
  });
  const parameters = array(blocks.flat(), [observations, 15]);
  const features = array(
    Array.from({ length: observations }, (_, j) => stored.feature[j] ?? stored.feature[0] ?? []).flat(),
    [observations, 2],
  );
  const objective = (p: Tensor, feature: Tensor): readonly [Tensor, Tensor] => [
    reprojection(p, feature),
    weightError(one(p, 14)),
  ];
  const slopes = (p: Tensor, feature: Tensor): readonly [Tensor, Tensor] => [
    jacobian((q: Tensor) => reprojection(q, feature))(p),
    mul(-2, one(p, 14)),
  ];
  const reprojections = vmap(reprojection);
  const values = jit(vmap(objective));
  const derivatives = jit(vmap(slopes));
  /** The golden numbers of every observation; one alone stands for all. */
  const golden = (rows: readonly (readonly number[])[]): number[] =>
    Array.from({ length: observations }, (_, j) => rows[j] ?? rows[0] ?? []).flat();
  return {
    name,
    family: "BA",
    parameters: 11 * stored.cameras + 3 * stored.points + observations,
    objective: () => void values(parameters, features)[0].data(),
    derivative: () => void derivatives(parameters, features)[0].data(),
    errors() {
      const [errors, weightErrors] = values(parameters, features);
      const [block, weightSlope] = derivatives(parameters, features);
      return {
        objective: Math.max(
          distance(errors.data(), golden(stored.reprojection)),
          distance(weightErrors.data(), golden(stored.weightError.map((value) => [value]))),
        ),
        derivative: Math.max(
          distance(block.data(), golden(stored.blocks)),
          distance(weightSlope.data(), golden(stored.weightSlopes.map((value) => [value]))),
        ),
      };
    },
    costs() {
      const total = (p: Tensor): Tensor => sum(square(reprojections(p, features)));
      return [costOf(total, parameters), costOf((p: Tensor) => grad(total)(p), parameters)];
    },
    published: stored.published,
  };
}

export const baInstances = (): Instance[] => readJson<Stored[]>("./ba.json").map(instanceOf);
