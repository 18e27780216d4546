/** Sizes as people read them. */

const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'] as const;

/** With three digits at most before the unit, such as `12.4 MiB`; empty where it is not known. */
export function sizeText(bytes: number | undefined): string {
  if (bytes === undefined) return '';
  const step = Math.min(units.length - 1, Math.max(0, Math.floor(Math.log2(Math.max(1, bytes)) / 10)));
  const value = bytes / 1024 ** step;
  return `${step === 0 ? value : value.toFixed(1)} ${units[step] ?? ''}`;
}
