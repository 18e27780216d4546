/**
 * Feature `memory`: what fewer TaskManagers would have to hold. What is alive on many heaps comes together on few; where these would
 * be too full, nothing shrinks, and it is said how much memory would do. A heap's use holds garbage, too: the least that was
 * seen is nearest to what is alive.
 */
import type { Reason } from './decision.ts';
import { dreySettings } from './drey-settings.ts';
import { numberOf } from './figure.ts';
import type { JobSample } from './samples.ts';
import { averageOf } from './statistics.ts';
import { percent } from './words.ts';

/** Why so few slots would be too few for the heap; undefined where they would do, or nothing is known of heaps. */
export function whyHeapTooSmall(
  samples: readonly JobSample[],
  slotsBefore: number,
  slotsAfter: number,
): Reason | undefined {
  const seen = samples.flatMap(({ taskManagers }) => taskManagers ?? []);
  const gc = averageOf(seen.map(({ gcMsPerSecond }) => numberOf(gcMsPerSecond?.avg) / 1000));
  if (gc > dreySettings.mostGc)
    return heapTooSmall(`garbage collection takes ${percent(gc)} of the time; give the TaskManagers more memory`);
  const uses = seen.map(
    ({ heapUsedBytes, heapMaxBytes }) => numberOf(heapUsedBytes?.min) / numberOf(heapMaxBytes?.max),
  );
  const alive = Math.min(...uses.filter((one) => Number.isFinite(one)));
  const after = (alive * slotsBefore) / slotsAfter;
  if (!Number.isFinite(after) || after <= dreySettings.fullestHeap) return undefined;
  const more = percent(after / dreySettings.fullestHeap - 1);
  return heapTooSmall(
    `${percent(alive)} of the heap are alive, and fewer TaskManagers would need ${more} more memory each`,
  );
}

function heapTooSmall(why: string): Reason {
  return { code: 'HEAP_TOO_SMALL', text: `Nothing shrinks: ${why}.` };
}
