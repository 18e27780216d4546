/** Kubernetes quantities of memory and CPU, as numbers. */

/** Memory: `1Gi`, `512Mi`, `1.5G`, `1073741824`. The suffix `m` (thousandths of a byte) is legal in Kubernetes and never meant. */
export const memoryPattern = /^(\d{1,18}(?:\.\d{1,9})?)(Ki|Mi|Gi|Ti|k|M|G|T)?$/;

/** CPU: `500m`, `1`, `0.5`. */
export const cpuPattern = /^(\d{1,9}(?:\.\d{1,3})?|\d{1,9}m)$/;

const memoryUnits: Readonly<Record<string, number>> = {
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
};

/** The memory in whole bytes, rounded up as Kubernetes does. Throws on text that is no quantity of memory. */
export function parseMemoryBytes(text: string): number {
  const match = memoryPattern.exec(text);
  if (!match) throw new RangeError(`"${text}" is not a quantity of memory such as 1Gi or 512Mi`);
  return Math.ceil(Number(match[1]) * (memoryUnits[match[2] ?? ''] ?? 1));
}

/** The CPU in cores. Throws on text that is no quantity of CPU. */
export function parseCpuCores(text: string): number {
  if (!cpuPattern.test(text)) throw new RangeError(`"${text}" is not a quantity of CPU such as 500m, 1 or 0.5`);
  return text.endsWith('m') ? Number(text.slice(0, -1)) / 1000 : Number(text);
}
