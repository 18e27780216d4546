/** Asks Flink for another parallelism of the running job. It is had later, when there are slots and a checkpoint. */
import { FlinkRestError, FlinkUnreachable } from '../../clients/flink/errors.ts';
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

/** What became of the request. */
export interface ChangedParallelism {
  /** Whether there is no job any more that could be asked for. */
  readonly hasEnded: boolean;
  /** Whether nobody knows that now, and Flink is to be asked again: a JobManager that came up anew may not know its job yet. */
  readonly isUnknown?: true;
  readonly detail: string;
}

/** Asked twice, it changes nothing more. */
export function changeParallelism(
  dependencies: ClusterDependencies,
  input: ChangeParallelismInput,
): Promise<ChangedParallelism> {
  const assertInTime = fence();
  return withFailures(async () => {
    try {
      return await change(dependencies, input, assertInTime);
    } catch (error) {
      if (error instanceof FlinkUnreachable || error instanceof FlinkRestError) return unknown(error.message);
      throw error;
    }
  });
}

async function change(
  dependencies: ClusterDependencies,
  { generation, operation, requirements }: ChangeParallelismInput,
  assertInTime: () => void,
): Promise<ChangedParallelism> {
  const flink = dependencies.flink(generation);
  const id = flinkJobId(generation.identity, generation.submission);
  const job = (await flink.jobs()).find((one) => one.id === id);
  if (!job) return unknown('its JobManager does not list the job');
  if (job.endedAtMs !== undefined) return { hasEnded: true, detail: 'the job has ended' };
  await noteOnAnchor(dependencies.kubernetes, generation, { [annotations.rescaling]: String(operation) });
  assertInTime();
  await askForParallelism(flink, id, requirements, cure);
  return { hasEnded: false, detail: told(requirements) };
}

function unknown(detail: string): ChangedParallelism {
  return { hasEnded: false, isUnknown: true, detail };
}

const cure =
  'Use a parallelism that it names, or apply the spec with another spec.restartNonce, too: then the job is started anew.';

function told(requirements: Requirements): string {
  const uppers = [...new Set(Object.values(requirements).map(({ upper }) => upper))];
  return `at most ${uppers.toSorted((one, other) => other - one).join(' and ')} subtasks of each vertex`;
}
