/** The client and the API must mean the same by their shapes: a full example of each answer passes both, and comes out the same. */
import { describe, expect, test } from '@jest/globals';
import type { z } from 'zod';
import * as api from '../../../api/answer-shapes.ts';
import * as metricApi from '../../../api/metric-shapes.ts';
import { Problem } from '../../../api/problem.ts';
import * as scalingApi from '../../../api/autoscaler-shapes.ts';
import * as scaling from '../../../clients/drey/autoscaler-shapes.ts';
import * as client from '../../../clients/drey/shapes.ts';
import { decisionSummary, someDecisionRecord } from '../../support/decisions.ts';
import { jobSpec, jobView, operationRecord, savepointView } from '../../support/records.ts';

const time = '2026-01-01T00:00:00.000Z';
const failure = { code: 'CRASH_LOOP', message: 'It exits.', cure: 'Mend it.', evidence: 'boom' } as const;
const given = { ['a'.repeat(32)]: { to: 4, over: 2 }, memory: { to: 3, over: 2, least: 3 } };
const job = jobView({
  given,
  generation: { number: 1, revision: 1, flinkJobId: 'f00d', name: 'counts-a1b2c3d4-1' },
  failure,
  operation: 2,
  restorePoint: 's3://a/b',
  startedFrom: 's3://a/c',
  restoring: 's3://a/d',
  restoringNext: ['s3://a/e'],
  nextSavepointAt: time,
  seen: {
    at: time,
    generation: 1,
    state: 'RUNNING',
    tasks: { running: 1, total: 2 },
    restarts: 0,
    checkpoints: {
      readAt: time,
      newest: { id: 1, path: 's3://a/chk-1', completedAt: time, durationMs: 4, sizeBytes: 5 },
      failures: 0,
    },
    taskManagers: { ready: 1, wanted: 1 },
    slots: { total: 2, free: 0 },
  },
});
const step = {
  name: 'slots',
  title: 'Slots registered',
  state: 'done',
  startedAt: time,
  endedAt: time,
  detail: '2 of 2',
};
const operation = {
  ...operationRecord({ revision: 1, generation: 1, startedAt: time, endedAt: time, failure, supersededBy: 2 }),
  restoredFrom: 's3://a/b',
  workflowId: 'job/default/counts/1-deploy',
  steps: [step],
};
const savepoint = savepointView({ failure, disposedAt: time, disposedBy: 9 });
const event = { operation: 1, seq: 2, at: time, type: 'stepDone', text: 'Slots registered' };
const agent = { state: 'connected', lastSeen: time };

const grants = [{ cluster: 'local', namespace: 'flink' }];

const points = [{ at: time, min: 1, max: 3, avg: 2, last: 3, count: 2 }];
const metrics = {
  resolution: '1m',
  from: time,
  to: time,
  stepMs: 60_000,
  series: [{ vertex: '', metric: 'lag', points }],
};
const dropped = { late: 1, early: 2, unknown: 3, crowded: 4 };

const why = { code: 'NOT_NOW', text: 'It is busy.' };
const decision = someDecisionRecord({
  why,
  operation: 2,
  memoryBytes: 2 ** 30,
  pauseMs: 300,
  endedAt: time,
  asked: 'k',
  askedBy: 'ada',
  memoryAdvice: { options: { a: '1' }, removed: ['b'], reasons: [why] },
});
const summary = decisionSummary();
const autoscaler = {
  mode: 'active',
  profile: 'drey',
  lastDecision: summary,
  underWay: { decision: 1, operation: 2 },
  waits: [{ vertex: 'v', since: time, to: 1 }],
  coolDowns: [{ vertex: 'v', above: 2, until: time }],
  heldOff: { until: time, times: 1, because: why },
  asked: [{ key: 'k', by: 'ada', at: time }],
  given,
};

const answers: [string, unknown, z.ZodType, z.ZodType][] = [
  ['job', job, api.jobAnswer, client.jobShape],
  ['operation', operation, api.operationAnswer, client.operationShape],
  ['change', { changed: true, job, operation }, api.changeAnswer, client.changeShape],
  [
    'revision',
    { revision: 1, spec: jobSpec(), specHash: 'h', acceptedBy: 'a', acceptedAt: time, given },
    api.revisionAnswer,
    client.revisionShape,
  ],
  ['savepoint', savepoint, api.savepointAnswer, client.savepointShape],
  ['metrics', metrics, metricApi.metricsAnswer, client.metricsShape],
  ['series', { vertex: 'v', metric: 'lag', seenAt: time }, metricApi.seriesAnswer, client.seriesShape],
  [
    'samples',
    { taken: 1, repeated: 0, dropped, unknownJobs: ['a1b2c3d4'] },
    metricApi.samplesAnswer,
    client.samplesShape,
  ],
  ['event', event, api.eventAnswer, client.eventShape],
  ['decision', decision, scalingApi.decisionAnswer, scaling.decisionShape],
  ['decision in short', summary, scalingApi.decisionSummary, scaling.decisionSummaryShape],
  ['autoscaler', autoscaler, scalingApi.autoscalerAnswer, scaling.autoscalerShape],
  ['asked', { key: 'k' }, scalingApi.askedAnswer, scaling.askedShape],
  ['page', { items: [event], nextCursor: 'x' }, api.pageOf(api.eventAnswer), client.pageShape(client.eventShape)],
  ['tenant', { name: 'acme', description: '', grants, createdAt: time }, api.tenantAnswer, client.tenantShape],
  [
    'cluster',
    { name: 'local', description: 'dev', labels: { a: 'b' }, createdAt: time, updatedAt: time, agent },
    api.clusterAnswer,
    client.clusterShape,
  ],
];

describe('the client reads all that the API says', () => {
  test.each(answers)('%s', (_name, value, apiShape, clientShape) => {
    expect(apiShape.parse(value)).toEqual(value);
    expect(clientShape.parse(value)).toEqual(value);
    expect(memberNames(clientShape)).toEqual(memberNames(apiShape));
  });

  test('dry run', () => {
    const change = { path: 'spec.restartNonce', from: '1', to: '2', cost: 'restart' };
    const plan = {
      kind: 'upgrade',
      cost: 'restart',
      changes: [change],
      strategy: 'warm',
      mode: 'restore',
      notes: ['a'],
    };
    const outlook = { plan, startsFrom: 's3://a/b', lastPauseMs: 840 };
    const value = { dryRun: true, changed: true, revision: 0, spec: jobSpec(), ...outlook };
    const { dryRun: _dryRun, ...rest } = api.dryRunAnswer.parse(value);
    expect(client.dryRunShape.parse(value)).toEqual(rest);
    expect(['dryRun', ...memberNames(client.dryRunShape)].toSorted()).toEqual(memberNames(api.dryRunAnswer));
  });

  test('problem', () => {
    const problems = [{ path: 'spec', message: 'is required', hint: 'Write one.' }];
    const body = new Problem('SPEC_REFUSED', 'It is not valid.', { cure: 'Mend it.', problems }).toBody('r-1');
    expect(client.problemShape.parse(body)).toEqual(body);
  });
});

/** The members of an object shape: one that the API gains must not be dropped unseen by the client. */
function memberNames(shape: z.ZodType): string[] {
  return 'shape' in shape && typeof shape.shape === 'object' && shape.shape !== null
    ? Object.keys(shape.shape).toSorted()
    : [];
}
