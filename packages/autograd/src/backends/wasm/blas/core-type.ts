/** The kernels of OpenBLAS for x86 processors without AVX, and so for those that are newer than it is (its `cpuid_x86.c` ends with them). */
const withoutAvx = /^(Katmai|Coppermine|Northwood|Prescott|Banias|Core2|Penryn|Dunnington|Nehalem|Atom|Generic)$/i;

/**
 * The kernels that OpenBLAS should be told to take: undefined where those that it chose are right for the processor, as far as Linux describes it.
 *
 * @param chosen What `openblas_get_corename` says.
 * @param description The text of `/proc/cpuinfo`.
 * @example
 * betterCore("Prescott", "flags : fpu avx avx2 fma"); // "Haswell"
 */
export function betterCore(chosen: string, description: string): string | undefined {
  if (!withoutAvx.test(chosen)) return undefined;
  const flags = new Set(/^flags\s*:(.*)$/m.exec(description)?.[1]?.split(" "));
  const hasAll = (...names: readonly string[]): boolean => names.every((name) => flags.has(name));
  if (!hasAll("avx2", "fma")) return undefined;
  return hasAll("avx512f", "avx512cd", "avx512bw", "avx512dq", "avx512vl") ? "SkylakeX" : "Haswell";
}
