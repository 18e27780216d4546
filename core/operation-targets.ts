/** Which generation an operation brings about, decided on the job's state when its turn comes. */
import type { Generation } from './generation.ts';
import type { JobState } from './job-state.ts';
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
  adjust: 'active',
  suspend: 'none',
  savepoint: 'none',
  dispose: 'standIn',
  remove: 'none',
};

/**
 * The target of operation `number`, which is noted in the state as possibly there before anything makes it, so that it is
 * never forgotten, whatever happens to the operation. The active generation stays the last while it runs.
 */
export function takeTarget(state: JobState, kind: OperationKind, number: number): Generation | undefined {
  const active = state.generations.at(-1);
  if (targets[kind] === 'none' || (targets[kind] === 'standIn' && active)) return undefined;
  if (targets[kind] === 'active' && active) return withRevision(active, state);
  const target = newGeneration(state, number);
  state.generations = kind === 'upgrade' ? [target, ...state.generations] : [...state.generations, target];
  return target;
}

function withRevision(generation: Generation, { revision }: JobState): Generation {
  return { ...generation, revision: revision.number, spec: revision.spec, specHash: revision.specHash };
}

function newGeneration(state: JobState, operation: number): Generation {
  state.lastGeneration += 1;
  const { number, spec, specHash } = state.revision;
  return {
    identity: { tenant: state.tenant, name: state.name, uid: state.uid, number: state.lastGeneration },
    revision: number,
    specHash,
    spec,
    submission: submissionNumber(operation, 0),
  };
}
