/** Whether the last scale-up of a vertex did any good. Source: `JobVertexScaler.detectIneffectiveScaleUp` of the operator. */
import { numberOf } from './figure.ts';
import type { VertexScaling } from './memory.ts';

/**
 * What the last scale-up should have gained and did gain, records a second, where that is a smaller share than the
 * threshold; undefined where it was effective, or was no scale-up to what the vertex has now.
 */
export function ineffectiveScaleUp(
  history: readonly VertexScaling[],
  now: { readonly parallelism: number; readonly trueRate: number },
  threshold: number,
): { readonly expected: number; readonly gained: number } | undefined {
  const last = history.at(-1);
  if (last === undefined || last.to !== now.parallelism || last.to <= last.from) return undefined;
  const expected = numberOf(last.expectedRate) - numberOf(last.trueRate);
  const gained = now.trueRate - numberOf(last.trueRate);
  return gained / expected >= threshold ? undefined : { expected, gained };
}
