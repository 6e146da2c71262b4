// Hand tracking: measured points against a skinned hand of 22 bones and 544 vertices (ADBench's HT, linear blend skinning).
import {
  add,
  concat,
  cos,
  grad,
  jacobian,
  jit,
  matmul,
  mT,
  mul,
  sin,
  slice,
  sqrt,
  square,
  stack,
  sub,
  sum,
  type Tensor,
  take,
  vmap,
  zeros,
} from "@glissade/autograd";
import { costOf } from "@glissade/autograd/debug";
import { array, distance, type Instance, type Published, readJson } from "./vectors.js";

interface Stored {
  readonly name: string;
  readonly kind: "simple" | "complicated";
  readonly theta: readonly number[];
  readonly us: readonly number[] | null;
  readonly points: readonly number[];
  readonly correspondences: readonly number[];
  readonly residual: readonly number[];
  readonly jacobian: readonly number[];
  readonly published: Published;
}

interface Model {
  readonly parents: readonly number[];
  readonly baseRelatives: readonly number[];
  readonly inverseBaseAbsolutes: readonly number[];
  readonly vertices: readonly number[];
  /** For each vertex the bones that move it, and how much. */
  readonly weights: readonly (readonly (readonly [bone: number, weight: number])[])[];
  readonly triangles: readonly number[];
}

const part = (x: Tensor, start: number, stop: number): Tensor => slice(x, { start: [start], stop: [stop] });

/** A 3 × 3 matrix of entries that may be numbers. */
const matrix3 = (entries: readonly (Tensor | number)[], like: Tensor): Tensor =>
  stack(entries.map((entry) => add(entry, mul(0, like)))).reshape([3, 3]);

/** Rz(c) Ry(b) Rx(a). */
function euler(a: Tensor, b: Tensor, c: Tensor): Tensor {
  const x = matrix3([1, 0, 0, 0, cos(a), mul(-1, sin(a)), 0, sin(a), cos(a)], a);
  const y = matrix3([cos(b), 0, sin(b), 0, 1, 0, mul(-1, sin(b)), 0, cos(b)], b);
  const z = matrix3([cos(c), mul(-1, sin(c)), 0, sin(c), cos(c), 0, 0, 0, 1], c);
  return matmul(matmul(z, y), x);
}

/** The rotation about an axis by as much as the axis is long. */
function axisAngle(axis: Tensor): Tensor {
  const angle = sqrt(sum(square(axis)));
  const [x, y, z] = [0, 1, 2].map((i) =>
    part(axis, i, i + 1)
      .reshape([])
      .div(angle),
  ) as [Tensor, Tensor, Tensor];
  const [c, s] = [cos(angle), sin(angle)];
  const turned = (a: Tensor, b: Tensor): Tensor => mul(mul(a, b), sub(1, c));
  const diagonal = (a: Tensor): Tensor => add(turned(a, a), c);
  return matrix3(
    [
      diagonal(x),
      sub(turned(x, y), mul(z, s)),
      add(turned(x, z), mul(y, s)),
      add(turned(x, y), mul(z, s)),
      diagonal(y),
      sub(turned(y, z), mul(x, s)),
      sub(turned(x, z), mul(y, s)),
      add(turned(y, z), mul(x, s)),
      diagonal(z),
    ],
    angle,
  );
}

/** The angles of the bones, [x, z, y] each, from the 26 pose parameters: wrist and palm have none, five fingers three joints and a tip. */
function anglesOf(theta: Tensor): Tensor[] {
  const at = (i: number): Tensor => part(theta, i, i + 1).reshape([]);
  const none = mul(0, at(0));
  const still = stack([none, none, none]);
  const fingers = [0, 1, 2, 3, 4].flatMap((finger) => {
    const first = 6 + 4 * finger;
    return [
      stack([at(first), at(first + 1), none]),
      stack([at(first + 2), none, none]),
      stack([at(first + 3), none, none]),
      still,
    ];
  });
  return [still, still, ...fingers];
}

/** The positions of all vertices, [544, 3], from the 26 pose parameters: global rotation and translation, then the fingers. */
function poser(model: Model): (theta: Tensor) => Tensor {
  const bones = model.parents.length;
  const relatives = Array.from({ length: bones }, (_, i) =>
    array(model.baseRelatives.slice(16 * i, 16 * i + 16), [4, 4]),
  );
  const inverses = Array.from({ length: bones }, (_, i) =>
    array(model.inverseBaseAbsolutes.slice(16 * i, 16 * i + 16), [4, 4]),
  );
  const count = model.vertices.length / 3;
  // [vertices, 4 bones]: each vertex in homogeneous coordinates, by the weight of each bone.
  const weighted = new Float64Array(count * 4 * bones);
  for (const [v, row] of model.weights.entries()) {
    for (const [bone, weight] of row) {
      for (let axis = 0; axis < 4; axis++) {
        weighted[(v * bones + bone) * 4 + axis] = weight * (axis === 3 ? 1 : (model.vertices[3 * v + axis] ?? 0));
      }
    }
  }
  const skin = array(weighted, [count, 4 * bones]);
  const last = array([0, 0, 0, 1], [1, 4]);

  return (theta) => {
    const angles = anglesOf(theta);
    const absolutes: Tensor[] = [];
    const transforms = relatives.map((base, i) => {
      const [a, b, c] = [0, 1, 2].map((k) => part(angles[i] ?? theta, k, k + 1).reshape([]));
      if (!a || !b || !c) throw new RangeError("hand: a bone needs three angles.");
      const turned = concat([concat([euler(a, c, b), zeros([3, 1], { dtype: "float64" })], { axis: 1 }), last]);
      const relative = matmul(base, turned);
      const parent = absolutes[model.parents[i] ?? -1];
      const absolute = parent === undefined ? relative : matmul(parent, relative);
      absolutes.push(absolute);
      // Transposed, the transforms stand one below the other: [4 bones, 3].
      return mT(slice(matmul(absolute, inverses[i] ?? base), { stop: [3] }));
    });
    const skinned = matmul(skin, concat(transforms));
    return add(matmul(skinned, mT(axisAngle(part(theta, 0, 3)))), part(theta, 3, 6));
  };
}

/** Which vertices a measured point is compared with: one, or the corners of a triangle. */
function cornersOf({ kind, correspondences }: Stored, { triangles }: Model): number[] {
  if (kind === "simple") return [...correspondences];
  return correspondences.flatMap((triangle) => triangles.slice(3 * triangle, 3 * triangle + 3));
}

/** A place in a triangle with corners of shape [3, 3], from its first two barycentric coordinates. */
const within = (corners: Tensor, u: Tensor): Tensor => matmul(concat([u, sub(1, sum(u, { keepDims: true }))]), corners);

function instanceOf(stored: Stored, model: Model): Instance {
  const { name, kind } = stored;
  const count = stored.correspondences.length;
  const pose = poser(model);
  const corners = Int32Array.from(cornersOf(stored, model));
  const points = array(stored.points, [count, 3]);
  const theta = array(stored.theta, [stored.theta.length]);
  const us = array(stored.us ?? new Array(2 * count).fill(0), [count, 2]);

  /** The corners of each point's triangle, [count, 3, 3], or its vertex, [count, 3]. */
  const touched = (at: Tensor): Tensor => {
    const vertices = take(pose(at), corners, { axis: 0 });
    return kind === "simple" ? vertices : vertices.reshape([count, 3, 3]);
  };
  const reached = (at: Tensor, u: Tensor): Tensor => (kind === "simple" ? touched(at) : vmap(within)(touched(at), u));
  const residuals = (at: Tensor, u: Tensor): Tensor => sub(points, reached(at, u)).reshape([-1]);
  const slopes = (at: Tensor, u: Tensor): Tensor => {
    const byPose = jacobian((t: Tensor) => residuals(t, u), { mode: "forward" })(at);
    if (kind === "simple") return byPose;
    // Each point depends on its own two coordinates alone: a block of 3 × 2 for each.
    const block = (triangle: Tensor, own: Tensor): Tensor =>
      jacobian((v: Tensor) => mul(-1, within(triangle, v)), { mode: "forward" })(own);
    return concat([vmap(block)(touched(at), u).reshape([3 * count, 2]), byPose], { axis: 1 });
  };
  const [values, derivatives] = [jit(residuals), jit(slopes)];
  return {
    name,
    family: "Hand",
    parameters: theta.size + (kind === "simple" ? 0 : 2 * count),
    objective: () => void values(theta, us).data(),
    derivative: () => void derivatives(theta, us).data(),
    errors: () => ({
      objective: distance(values(theta, us).data(), stored.residual),
      derivative: distance(derivatives(theta, us).data(), stored.jacobian),
    }),
    costs() {
      const total = (at: Tensor, u: Tensor): Tensor => sum(square(residuals(at, u)));
      return [costOf(total, theta, us), costOf((at: Tensor, u: Tensor) => grad(total)(at, u), theta, us)];
    },
    published: stored.published,
  };
}

export function handInstances(): Instance[] {
  const model = readJson<Model>("./hand-model.json");
  return readJson<Stored[]>("./hand.json").map((stored) => instanceOf(stored, model));
}
