/** One field that differs, for people: `spec.job.parallelism: 1 -> 2 (rescale)`. */
import type { FieldChange } from '../../core/plan/changes.ts';

export function changeText({ path, from, to, cost }: FieldChange): string {
  return `${path}: ${from ?? '<none>'} -> ${to ?? '<none>'} (${cost})`;
}
