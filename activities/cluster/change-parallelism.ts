/** Asks Flink for another parallelism of the running job. It is had later, when there are slots and a checkpoint. */
import { annotations, flinkJobId } from '../../core/names.ts';
import type { Requirements } from '../../core/rescale/vertex-parallelism.ts';
import { withFailures } from '../failures.ts';
import { fence } from '../fence.ts';
import { noteOnAnchor } from './anchor.ts';
import { askForParallelism } from './ask-parallelism.ts';
import type { ClusterDependencies, GenerationInput } from './dependencies.ts';

export interface ChangeParallelismInput extends GenerationInput {
  /** Number of the operation that does it. */
  readonly operation: number;
  readonly requirements: Requirements;
}

/** Asked twice, it changes nothing more. @returns with `hasEnded` where there is no job any more that could be asked for. */
export function changeParallelism(dependencies: ClusterDependencies, input: ChangeParallelismInput) {
  const { generation, operation, requirements } = input;
  const assertInTime = fence();
  return withFailures(async () => {
    const flink = dependencies.flink(generation);
    const id = flinkJobId(generation.identity, generation.submission);
    const job = (await flink.jobs()).find((one) => one.id === id);
    if (!job || job.endedAtMs !== undefined) return { hasEnded: true, detail: 'the job has ended' };
    await noteOnAnchor(dependencies.kubernetes, generation, { [annotations.rescaling]: String(operation) });
    assertInTime();
    await askForParallelism(flink, id, requirements, cure);
    return { hasEnded: false, detail: told(requirements) };
  });
}

const cure =
  'Use a parallelism that it names, or apply the spec with another spec.restartNonce, too: then the job is started anew.';

function told(requirements: Requirements): string {
  const uppers = [...new Set(Object.values(requirements).map(({ upper }) => upper))];
  return `at most ${uppers.toSorted((one, other) => other - one).join(' and ')} subtasks of each vertex`;
}
