// In the workspace the packages' exports point at their TypeScript sources: this sends what is imported by name to the built files instead.
const packages = new URL("../packages/", import.meta.url);

/** @type {import("node:module").ResolveHook} */
export const resolve = (specifier, context, next) => {
  const [, name] = /^@glissade\/(\w+)$/.exec(specifier) ?? [];
  return next(name === undefined ? specifier : new URL(`${name}/dist/index.js`, packages).href, context);
};
