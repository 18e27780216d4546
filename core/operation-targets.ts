/** Which generation an operation brings about, decided on the job's state when its turn comes. */
import { savepointsGo } from './deletion.ts';
import { activeAmong, type Generation } from './generation.ts';
import type { JobState, QueuedOperation, Revision } from './job-state.ts';
import { submissionNumber } from './names.ts';
import type { OperationKind } from './operation-kinds.ts';

/**
 * `new`: one made for it. `candidate`: one made for it that runs beside the job. `active`: the one that runs, with another revision. `mended`:
 * the one that something is wrong with. `standIn`: one in whose name the storage is
 * reached, where there is none. `none`: it acts on what there is.
 */
const targets: Readonly<Record<OperationKind, 'new' | 'candidate' | 'active' | 'mended' | 'standIn' | 'none'>> = {
  deploy: 'new',
  upgrade: 'new',
  resume: 'new',
  recover: 'new',
  heal: 'mended',
  revive: 'candidate',
  adjust: 'active',
  rescale: 'active',
  suspend: 'none',
  cancel: 'none',
  promote: 'none',
  discard: 'none',
  savepoint: 'none',
  cleanup: 'none',
  dispose: 'standIn',
  remove: 'standIn',
};

/**
 * The target of operation `number` for a revision, which is noted in the state as possibly there before anything makes it, so that it is
 * never forgotten, whatever happens to the operation. The active generation stays the last while it runs.
 */
export function takeTarget(
  state: JobState,
  revision: Revision,
  operation: Pick<QueuedOperation, 'record' | 'deletion' | 'savepointsLeft' | 'mends'>,
): Generation | undefined {
  const { kind, number, plan } = operation.record;
  if (targets[kind] === 'none' || (targets[kind] === 'standIn' && state.generations.length > 0)) return undefined;
  if (kind === 'remove' && !takesSavepointsAlong(state, revision, operation)) return undefined;
  if (targets[kind] === 'active' || targets[kind] === 'mended') return thereAs(state, revision, operation);
  const made = newGeneration(state, revision, number);
  const isCandidate = targets[kind] === 'candidate' || plan?.strategy === 'blueGreen';
  const target = isCandidate ? { ...made, candidate: true as const } : made;
  const isFirst = isCandidate || kind === 'upgrade';
  state.generations = isFirst ? [target, ...state.generations] : [...state.generations, target];
  return target;
}

function takesSavepointsAlong(
  { savepoints = [] }: JobState,
  { spec }: Revision,
  wish: Pick<QueuedOperation, 'deletion' | 'savepointsLeft'>,
): boolean {
  return savepoints.length > 0 && savepointsGo(spec, wish);
}

/** What is there, with that revision. The Flink cluster of a job that has finished may be gone: then there is nothing to bring about. */
function thereAs(
  { generations }: JobState,
  revision: Revision,
  { record: { kind }, mends }: Pick<QueuedOperation, 'record' | 'mends'>,
): Generation | undefined {
  const isMended = ({ identity }: Generation) => identity.number === mends?.of.generation;
  const there = targets[kind] === 'mended' ? generations.find(isMended) : activeAmong(generations);
  return there && withRevision(there, revision);
}

function withRevision(generation: Generation, { number, spec, specHash }: Revision): Generation {
  return { ...generation, revision: number, spec, specHash };
}

function newGeneration(state: JobState, { number, spec, specHash }: Revision, operation: number): Generation {
  state.lastGeneration += 1;
  return {
    identity: { tenant: state.tenant, name: state.name, uid: state.uid, number: state.lastGeneration },
    revision: number,
    specHash,
    spec,
    submission: submissionNumber(operation, 0),
  };
}
