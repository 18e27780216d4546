/** Which generation an operation brings about, decided on the job's state when its turn comes. */
import { savepointsGo } from './deletion.ts';
import type { Generation } from './generation.ts';
import type { JobState, QueuedOperation, Revision } from './job-state.ts';
import { submissionNumber } from './names.ts';
import type { OperationKind } from './operation-kinds.ts';

/**
 * `new`: one made for it. `active`: the one that runs, with another revision. `standIn`: one in whose name the storage is
 * reached, where there is none. `none`: it acts on what there is.
 */
const targets: Readonly<Record<OperationKind, 'new' | 'active' | 'standIn' | 'none'>> = {
  deploy: 'new',
  upgrade: 'new',
  resume: 'new',
  recover: 'new',
  heal: 'active',
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
  operation: Pick<QueuedOperation, 'record' | 'deletion' | 'savepointsLeft'>,
): Generation | undefined {
  const { kind, number, plan } = operation.record;
  const active = state.generations.at(-1);
  if (targets[kind] === 'none' || (targets[kind] === 'standIn' && active)) return undefined;
  const hasSavepoints = (state.savepoints?.length ?? 0) > 0;
  if (kind === 'remove' && !(hasSavepoints && savepointsGo(revision.spec, operation))) return undefined;
  // The Flink cluster of a job that has finished may be gone: then there is nothing to bring about.
  if (targets[kind] === 'active') return active && withRevision(active, revision);
  const made = newGeneration(state, revision, number);
  const target = plan?.strategy === 'blueGreen' ? { ...made, candidate: true as const } : made;
  state.generations = kind === 'upgrade' ? [target, ...state.generations] : [...state.generations, target];
  return target;
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
