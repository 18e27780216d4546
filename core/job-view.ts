/** From an entity's state to what people see of it. */
import type { GenerationView, JobView } from './job.ts';
import type { JobState } from './job-state.ts';
import { flinkJobId, generationName } from './names.ts';
import { nextSavepointAt } from './periodic.ts';

/** The view of a job now. @param now ISO 8601, the time of the change that made this view. */
export function viewOf(state: JobState, now: string): JobView {
  const generation = activeGeneration(state);
  const next = nextSavepointAt(state);
  return {
    uid: state.uid,
    tenant: state.tenant,
    name: state.name,
    phase: state.phase,
    revision: state.revision.number,
    spec: state.revision.spec,
    ...(generation ? { generation } : {}),
    ...(state.failure ? { failure: state.failure } : {}),
    ...(state.running ? { operation: state.running.record.number } : {}),
    ...(state.restorePoint === undefined ? {} : { restorePoint: state.restorePoint }),
    ...(state.startedFrom === undefined ? {} : { startedFrom: state.startedFrom }),
    ...(next === undefined ? {} : { nextSavepointAt: next }),
    createdAt: state.createdAt,
    updatedAt: now,
  };
}

function activeGeneration(state: JobState): GenerationView | undefined {
  const active = state.generations.at(-1);
  if (!active) return undefined;
  return {
    number: active.identity.number,
    revision: active.revision,
    flinkJobId: flinkJobId(active.identity, active.submission),
    name: generationName(active.identity),
  };
}
