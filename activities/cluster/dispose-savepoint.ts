/** Deletes the files of a savepoint, by a short pod with the job's own rights. */
import type { Failure } from '../../core/failure.ts';
import type { Generation } from '../../core/generation.ts';
import { generationNames } from '../../core/names.ts';
import { failed, withFailures } from '../failures.ts';
import { withHeartbeat } from '../heartbeat.ts';
import { findAnchor } from './anchor.ts';
import type { ClusterDependencies, GenerationInput } from './dependencies.ts';
import { runStorageTool } from './storage-pod.ts';

export interface DisposeSavepointInput extends GenerationInput {
  /** What is deleted, with all that is in it. */
  readonly folder: string;
}

/** Repeatable: what is gone is what was wanted. `generation` is the one in whose name it is done. */
export function disposeSavepoint(dependencies: ClusterDependencies, { generation, folder }: DisposeSavepointInput) {
  return withFailures(() =>
    withHeartbeat(async (signal) => {
      if (!(await findAnchor(dependencies.kubernetes, generation))) throw failed(anchorGone(generation));
      const args = ['delete', folder, '--recursive'];
      const { deleted } = await runStorageTool(dependencies, generation, args, signal);
      return { detail: deleted === false ? `nothing was left of ${folder}` : folder };
    }),
  );
}

function anchorGone({ identity, spec }: Generation): Failure {
  return {
    code: 'OBJECTS_GONE',
    message: `ConfigMap ${spec.spec.namespace}/${generationNames(identity).anchor}, in whose name the storage is reached, is gone.`,
    cure: 'Apply the spec of the job, so that its objects are made anew, and ask again.',
  };
}
