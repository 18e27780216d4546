/** From an entity's state to what people see of it. */
import { candidateDue, waitingCandidate } from './candidate.ts';
import { activeAmong, type Generation } from './generation.ts';
import type { CandidateView, GenerationView, JobView } from './job.ts';
import type { JobState, QueuedOperation } from './job-state.ts';
import { flinkJobId, generationName } from './names.ts';
import { nextSavepointAt } from './periodic.ts';
import { restoringFrom } from './pinning.ts';
import { candidateTroubleView, troubleView } from './recovery/trouble-view.ts';

/** The view of a job now. @param now ISO 8601, the time of the change that made this view. */
export function viewOf(state: JobState, now: string): JobView {
  const generation = activeGeneration(state);
  const next = nextSavepointAt(state);
  const candidate = candidateView(state);
  const upcoming = upcomingChange(state);
  const trouble = troubleView(state);
  const [restoring, ...restoringNext] = restoringFrom(state);
  return {
    uid: state.uid,
    tenant: state.tenant,
    name: state.name,
    phase: state.phase,
    revision: state.revision.number,
    spec: state.revision.spec,
    ...(isEmpty(state.given) ? {} : { given: state.given }),
    ...(generation ? { generation } : {}),
    ...(candidate ? { candidate } : {}),
    ...(state.failure ? { failure: state.failure } : {}),
    ...(trouble ? { trouble } : {}),
    ...(state.running ? { operation: state.running.record.number } : {}),
    ...(upcoming ? { upcoming: upcoming.record.number } : {}),
    ...(state.lastRun ? { lastRun: state.lastRun.number } : {}),
    ...(state.restorePoint === undefined ? {} : { restorePoint: state.restorePoint }),
    ...(state.startedFrom === undefined ? {} : { startedFrom: state.startedFrom }),
    ...(restoring === undefined ? {} : { restoring }),
    ...(restoringNext.length === 0 ? {} : { restoringNext }),
    ...(next === undefined ? {} : { nextSavepointAt: next }),
    createdAt: state.createdAt,
    updatedAt: now,
  };
}

function isEmpty(given: JobState['given']): given is undefined {
  return given === undefined || Object.keys(given).length === 0;
}

function upcomingChange({ running, queue, revision }: JobState): QueuedOperation | undefined {
  return [running, ...queue].find((one) => one?.record.revision === revision.number);
}

function activeGeneration(state: JobState): GenerationView | undefined {
  const active = activeAmong(state.generations);
  return active && generationView(active);
}

function candidateView(state: JobState): CandidateView | undefined {
  const candidate = waitingCandidate(state);
  if (!candidate) return undefined;
  const due = candidateDue(state);
  const { restoreFrom } = candidate;
  const { seen } = state.candidateHealth ?? {};
  const trouble = candidateTroubleView(state);
  return {
    ...generationView(candidate),
    since: state.candidateSince ?? state.createdAt,
    ...(restoreFrom !== undefined && { startedFrom: restoreFrom }),
    ...(seen && { seen }),
    ...(trouble && { trouble }),
    ...(due && { due }),
  };
}

function generationView({ identity, revision, submission }: Generation): GenerationView {
  return {
    number: identity.number,
    revision,
    flinkJobId: flinkJobId(identity, submission),
    name: generationName(identity),
  };
}
