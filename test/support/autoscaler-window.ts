/** Windows of samples as an agent sends them, of a job with a source and a sink whose ids are those of Flink. */
import { decide } from '../../core/autoscaler/decide.ts';
import type { AutoscalerInput } from '../../core/autoscaler/decision.ts';
import type { AutoscalerSignal } from '../../core/autoscaler/signal.ts';
import type { JobView } from '../../core/job.ts';
import { inputOf, minute, type Load } from '../core/autoscaler/jobs.ts';

export const [sourceId, workId] = ['a'.repeat(32), 'b'.repeat(32)] as const;

/** Four subtasks cannot do it: eight can. */
export const tooMuch: Load = { rate: 700, busy: { source: 0.2, work: 1 }, backPressured: 0.8, lagGrowth: 100 };
export const enough: Load = { rate: 700, busy: { source: 0.7, work: 0.7 } };

/** @param minutes after the job began to run; its samples begin then. */
export function windowOf(
  job: JobView,
  load: Load,
  minutes = 20,
  change: Partial<AutoscalerSignal> = {},
): AutoscalerSignal {
  const mode = job.spec.spec.autoscaler?.mode ?? 'off';
  const input = withFlinkIds(inputOf(load, minutes * minute, { mode }));
  const { id, action } = decide(input);
  return {
    tenant: job.tenant,
    name: job.name,
    uid: job.uid,
    cluster: job.spec.spec.cluster,
    namespace: job.spec.spec.namespace,
    generation: job.generation?.number ?? 1,
    submission: 2,
    revision: job.revision,
    input,
    found: { id, action },
    ...change,
  };
}

function withFlinkIds(input: AutoscalerInput): AutoscalerInput {
  const text = JSON.stringify(input).replaceAll('"source"', `"${sourceId}"`).replaceAll('"work"', `"${workId}"`);
  return JSON.parse(text) as AutoscalerInput;
}
