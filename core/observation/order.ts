/** Which observations count. */
import type { Generation } from '../generation.ts';
import type { Observation, ObservationOrder } from './observation.ts';

type Ordered = Pick<Observation, 'order'>;

/** Positive where `one` is newer. An attempt that comes back from a pause is older than the one that took its place. */
export function compareOrder(one: ObservationOrder, other: ObservationOrder): number {
  return one.attemptMs - other.attemptMs || one.seq - other.seq;
}

/** Whether it says more than what is known; the same one again does not. */
export function isNewer(one: Ordered, known: Ordered | undefined): boolean {
  return known === undefined || compareOrder(one.order, known.order) > 0;
}

/** The operation that ended last. */
export interface EndedOperation {
  /** What it left: observations of any other submission are of before it. */
  readonly generation: Pick<Generation, 'identity' | 'submission'>;
  /** By Temporal's clock; absent where there was none. */
  readonly endedAtMs?: number;
}

/** Whether the observation is of what the operation left, and made after its end: all of it was read later. */
export function countsAfter(observation: Observation, { generation, endedAtMs }: EndedOperation): boolean {
  const { identity, submission } = generation;
  const isOfIt =
    observation.uid === identity.uid &&
    observation.generation === identity.number &&
    observation.submission === submission;
  return isOfIt && (endedAtMs === undefined || madeAtMs(observation) > endedAtMs);
}

/** By Temporal's clock, and rather too early than too late. */
function madeAtMs({ order: { attemptMs, elapsedMs } }: Observation): number {
  return attemptMs + elapsedMs;
}
