/** Flink's memory sizes and fractions of them, exact to the byte. */

/** A configuration that Flink would refuse; the message says why. */
export class MemoryRefusal extends Error {}

const units: Readonly<Record<string, bigint>> = {
  '': 1n,
  b: 1n,
  bytes: 1n,
  k: 1n << 10n,
  kb: 1n << 10n,
  kibibytes: 1n << 10n,
  m: 1n << 20n,
  mb: 1n << 20n,
  mebibytes: 1n << 20n,
  g: 1n << 30n,
  gb: 1n << 30n,
  gibibytes: 1n << 30n,
  t: 1n << 40n,
  tb: 1n << 40n,
  tebibytes: 1n << 40n,
};

/** The largest size that Flink knows: a Java `long`. */
export const largestMemorySize = (1n << 63n) - 1n;

/**
 * Bytes of a size such as `1728m`, `1 gb` or `512`, as Flink reads it: whole numbers, powers of 1024.
 * @throws MemoryRefusal for anything else.
 */
export function parseMemorySize(key: string, text: string): bigint {
  const [, digits, unit] = /^(\d+)\s*([a-z]*)$/.exec(text.trim().toLowerCase()) ?? [];
  const factor = unit === undefined ? undefined : units[unit];
  if (digits === undefined || factor === undefined) throw new MemoryRefusal(`${key}: '${text}' is no memory size`);
  const bytes = BigInt(digits) * factor;
  if (bytes > largestMemorySize) throw new MemoryRefusal(`${key}: '${text}' is too large`);
  return bytes;
}

/**
 * `size` times `factor`, cut to whole bytes. Flink multiplies with the shortest decimal text that names the factor, so
 * this does, too: with plain floating point the result would be some bytes off.
 */
function multiplyMemory(size: bigint, factor: number): bigint {
  const [mantissa = '0', exponent = '0'] = String(factor).split('e');
  const [whole = '0', decimals = ''] = mantissa.split('.');
  const scale = decimals.length - Number(exponent);
  return scale >= 0
    ? (size * BigInt(whole + decimals)) / 10n ** BigInt(scale)
    : size * BigInt(whole + decimals) * 10n ** BigInt(-scale);
}

/** A share of some total that is kept between bounds. */
export interface MemoryShare {
  readonly min: bigint;
  readonly max: bigint;
  readonly fraction: number;
}

/** The share of a total. */
export function shareOf(total: bigint, share: MemoryShare): bigint {
  return between(multiplyMemory(total, share.fraction), share);
}

/** The share of a total of which only the rest is known. */
export function shareBesides(rest: bigint, share: MemoryShare): bigint {
  return between(multiplyMemory(rest, share.fraction / (1 - share.fraction)), share);
}

/** Whether a size lies within a share's bounds. */
export function isWithin(size: bigint, share: MemoryShare): boolean {
  return size >= share.min && size <= share.max;
}

function between(size: bigint, { min, max }: MemoryShare): bigint {
  if (size > max) return max;
  return size < min ? min : size;
}

/** `left - right`, in words of what is too small when that is negative. */
export function subtractMemory(left: bigint, right: bigint, problem: string): bigint {
  if (right > left) throw new MemoryRefusal(`${problem}: ${megabytes(right)} of ${megabytes(left)}`);
  return left - right;
}

/** A size for people. */
export function megabytes(size: bigint): string {
  return `${Math.round(Number(size) / 1024 / 102.4) / 10} MB`;
}
