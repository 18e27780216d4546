/** The past of a job with a source and a sink, as it is kept, and policies to run over it. */
import type { AutoscalerInput } from '../../../core/autoscaler/decision.ts';
import { emptyMemory } from '../../../core/autoscaler/memory.ts';
import { defaultPolicy, type AutoscalerPolicy } from '../../../core/autoscaler/policy.ts';
import type { JobSample } from '../../../core/autoscaler/samples.ts';
import { samplesOf as metricsOf } from '../../../core/metrics/job-samples.ts';
import type { DecisionRecord } from '../../../core/scaling/decision-record.ts';
import { momentOf, type Measured, type RecordedMoment } from '../../../core/simulation/recorded-moment.ts';
import { replay, type Judged, type RecordedPast } from '../../../core/simulation/replay.ts';
import { someDecisionRecord } from '../../support/decisions.ts';
import { inputOf, jobOf, minute, samplesOf, type Load } from '../autoscaler/jobs.ts';

export const tooMuch: Load = { rate: 700, busy: { source: 0.2, work: 1 }, backPressured: 0.8, lagGrowth: 100 };
export const enough: Load = { rate: 700, busy: { source: 0.7, work: 0.7 } };

/** Only what is kept in PostgreSQL of a sample, and made a sample again. */
export function kept(sample: JobSample, parallelism: number, restarts = 0): RecordedMoment {
  const readings = metricsOf('uid', { job: { ...jobOf(parallelism), restarts }, sample });
  const job: Record<string, number> = {};
  const vertices: Record<string, Record<string, number>> = {};
  for (const { vertex, metric, value } of readings) {
    const values = vertex === '' ? job : (vertices[vertex] ??= {});
    values[metric] = value;
  }
  const measured: Readonly<Record<string, Measured>> = vertices;
  return momentOf({ atMs: sample.atMs, job, vertices: measured });
}

/** Samples each minute under one load, beginning at a minute. */
export function spanOf(load: Load, fromMinute: number, minutes: number): readonly RecordedMoment[] {
  const { parallelism = 4 } = load;
  return samplesOf(load, minutes * minute).map((sample) =>
    kept({ ...sample, atMs: sample.atMs + fromMinute * minute }, parallelism),
  );
}

export const policyOf = (change: Partial<AutoscalerPolicy> = {}): AutoscalerPolicy => ({ ...defaultPolicy, ...change });

export const pastOf = (moments: readonly RecordedMoment[], change: Partial<RecordedPast> = {}): RecordedPast => {
  const input: AutoscalerInput = inputOf(enough, 0);
  return { moments, inputs: [input], carriedOut: [], memory: emptyMemory, beginsMs: -Infinity, ...change };
};

export const judgedOf = (past: RecordedPast, policy: AutoscalerPolicy = policyOf()): readonly Judged[] => [
  ...replay(past, policy),
];

/** That `work` was to have another size. */
export function scaling(atMinute: number, to: number, change: Partial<DecisionRecord> = {}): DecisionRecord {
  const [vertex] = someDecisionRecord().vertices;
  if (!vertex) throw new Error('the decision has a vertex');
  return someDecisionRecord({
    id: `j-${atMinute * minute}`,
    at: new Date(atMinute * minute).toISOString(),
    vertices: [{ ...vertex, id: 'work', name: 'work', parallelism: 4, target: to }],
    parallelism: { source: 4, work: to },
    ...change,
  });
}
