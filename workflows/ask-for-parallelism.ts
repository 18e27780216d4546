/** Asks Flink for another parallelism of a job, as often as it takes until its JobManager knows the job. */
import { sleep } from '@temporalio/workflow';
import type { ChangedParallelism, ChangeParallelismInput } from '../activities/cluster/change-parallelism.ts';
import type { Failure } from '../core/failure.ts';
import { generationName } from '../core/names.ts';
import { shortCalls } from './cluster-activities.ts';
import { errorOf } from './carried-failure.ts';

/** A JobManager that has just come up lists its job after some seconds. */
const firstPauseMs = 250;
const pauseMsMax = 5_000;

/**
 * @param waitMs how long its JobManager may know nothing of the job, or not answer.
 * @throws JOB_NOT_RUNNING where that lasts longer.
 */
export async function askForParallelism(input: ChangeParallelismInput, waitMs: number): Promise<ChangedParallelism> {
  const name = generationName(input.generation.identity);
  const endsAt = Date.now() + waitMs;
  const calls = shortCalls(input.generation.spec.spec.cluster);
  for (let pauseMs = firstPauseMs; ; pauseMs = Math.min(2 * pauseMs, pauseMsMax)) {
    const summary = `Ask Flink for another parallelism of ${name}`;
    const told = await calls.changeParallelism.executeWithOptions({ summary }, [input]);
    if (!told.isUnknown) return told;
    if (Date.now() >= endsAt) throw errorOf(notAsked(waitMs, told.detail));
    await sleep(pauseMs, { summary: `${name} is asked again: ${told.detail}` });
  }
}

function notAsked(waitMs: number, why: string): Failure {
  return {
    code: 'JOB_NOT_RUNNING',
    message: `Flink could not be asked for another parallelism within ${Math.round(waitMs / 1000)} s: ${why}.`,
    cure: 'See the JobManager log (`drey logs job NAME`) and the job in the Flink UI; raise spec.deadlines.running if it only needs longer.',
  };
}
