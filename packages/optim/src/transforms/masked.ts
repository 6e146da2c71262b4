import { flattenTree, type Tensor, type Tree, type TreeStructure, ValueError } from "@glissade/autograd";
import { buildTree, describeValue, matchingLeaves, placeOf, type TensorTree, tensorTree } from "../tree.js";
import { checkTransform, type GradientTransform } from "./transform.js";

/** Booleans like the leaves of a tree, or one in place of a whole subtree. */
export type MaskTree = boolean | readonly MaskTree[] | { readonly [key: string]: MaskTree };

/** Which leaves a transform is for: a tree of booleans, or a function of each parameter and its place, such as `layers[0].w`. */
export type Mask = MaskTree | ((param: Tensor, path: string) => boolean);

/**
 * Applies `inner` to some of the leaves; the others pass unchanged. For `inner` the parameters are an object with a field for each leaf that is
 * chosen, under its place, and so is its state.
 *
 * @param inner The transform for the leaves that are chosen.
 * @param mask True for those: a tree of booleans like the parameters (one may stand for a whole subtree), or a function of each parameter and
 * its place.
 * @throws ValueError where `inner` is no transform, or (from `init` and `update`) where the mask does not fit the parameters.
 * @example
 * const rule = chain(scaleByAdam(), masked(addWeightDecay(0.01), (param) => param.rank > 1));
 */
export function masked<S extends Tree>(inner: GradientTransform<S>, mask: Mask): GradientTransform<S> {
  checkTransform("masked", inner);
  return {
    init: (params) => {
      const tree = tensorTree("masked", "params", params);
      return inner.init(select(tree, placesOf(mask, tree)));
    },
    update(gradients, state, params) {
      const tree = tensorTree("masked", "gradients", gradients);
      const leaves = matchingLeaves("masked", "params", params, { ...tree, name: "gradients" });
      const own = { ...tree, leaves };
      const places = placesOf(mask, own);
      const [updates, next] = inner.update(select(tree, places), state, select(own, places));
      const results = tree.forms.map(({ path }, i) => updates[path] ?? tree.leaves[i]);
      return [buildTree(tree.structure, results), next];
    },
  };
}

/** The leaves at these places, each under its place. */
const select = ({ leaves, forms }: TensorTree, places: ReadonlySet<string>): Record<string, Tensor> =>
  Object.fromEntries(
    leaves.flatMap((leaf, i) => {
      const path = forms[i]?.path ?? "";
      return places.has(path) ? [[path, leaf] as const] : [];
    }),
  );

/** The places for which the mask is true. */
function placesOf(mask: Mask, { leaves, forms, structure }: TensorTree): ReadonlySet<string> {
  if (typeof mask !== "function") return new Set(placesIn(mask, structure, ""));
  return new Set(forms.flatMap(({ path }, i) => (leaves[i] !== undefined && mask(leaves[i], path) ? [path] : [])));
}

function placesIn(mask: MaskTree, structure: TreeStructure, path: string): string[] {
  const at = (key: string): string => (path === "" ? key : `${path}.${key}`);
  if (
    structure.kind === "array" &&
    (mask === true || (Array.isArray(mask) && mask.length === structure.items.length))
  ) {
    return structure.items.flatMap((item, i) => placesIn(partOf(mask, i), item, `${path}[${i}]`));
  }
  if (
    structure.kind === "object" &&
    (mask === true ||
      hasKeys(
        mask,
        structure.entries.map(([key]) => key),
      ))
  ) {
    return structure.entries.flatMap(([key, item]) => placesIn(partOf(mask, key), item, at(key)));
  }
  if (mask === false) return [];
  if (mask === true) return [path];
  throw new ValueError(
    `masked: ${placeOf("the mask", path)} is ${describeValue(mask)}, which does not fit the parameters. Use a boolean, or a tree of them like theirs.`,
  );
}

const hasKeys = (mask: MaskTree, keys: readonly string[]): boolean =>
  typeof mask === "object" &&
  flattenTree(mask).structure.kind === "object" &&
  Object.keys(mask).length === keys.length &&
  keys.every((key) => Object.hasOwn(mask, key));

/** What a mask says of one of its parts: a boolean says the same of all. */
const partOf = (mask: MaskTree, part: string | number): MaskTree =>
  typeof mask === "boolean" ? mask : (Object.entries(mask).find(([key]) => key === String(part))?.[1] ?? false);
