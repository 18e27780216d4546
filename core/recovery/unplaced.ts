/**
 * What agents tell while an operation runs of generations that the job does not know yet: one that is adopted, or made by a rollback. Agents tell nothing
 * twice, so it is kept until the operation has ended.
 */
import { activeAmong } from '../generation.ts';
import type { JobState } from '../job-state.ts';
import type { Observation } from '../observation/observation.ts';
import { countsAfter, isNewer } from '../observation/order.ts';
import type { JobObservedSignal } from '../observation/signal.ts';

/** Of how many generations: there is the one that is adopted or gone back to, and what is left of another job may be beside it. */
const unplacedMax = 2;

/** Keeps the newest of each generation. */
export function keepUnplaced(state: JobState, seen: JobObservedSignal): void {
  const { unplaced = [], generations, running } = state;
  const { observation } = seen;
  const isKnown = generations.some(({ identity: { uid, number } }) => isOf(observation, uid, number));
  const known = unplaced.find((one) => isOf(one.observation, observation.uid, observation.generation));
  if (!running || isKnown || !isNewer(observation, known?.observation)) return;
  state.unplaced = [...unplaced.filter((one) => one !== known), seen].slice(-unplacedMax);
}

/** What is heard of a generation that is known is newer than what was kept of it. */
export function dropUnplaced(state: JobState, { uid, generation }: Observation): void {
  if (state.unplaced) state.unplaced = state.unplaced.filter((one) => !isOf(one.observation, uid, generation));
}

/** What was told of what runs the job now, before the job knew that. */
export function placedNow({ unplaced = [], generations }: JobState): JobObservedSignal | undefined {
  const active = activeAmong(generations);
  return active && unplaced.find(({ observation }) => countsAfter(observation, { generation: active }));
}

function isOf(observation: Observation, uid: string, number: number): boolean {
  return observation.uid === uid && observation.generation === number;
}
