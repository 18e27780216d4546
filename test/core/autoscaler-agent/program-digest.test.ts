/** Which changes of a spec make what its autoscaler has learned count no more. */
import { expect, test } from '@jest/globals';
import { programDigest } from '../../../core/autoscaler-agent/program-digest.ts';
import type { FlinkJobInput } from '../../../core/schema/flink-job.ts';
import { smallSpec } from '../../support/state-fixture.ts';

type Change = Partial<FlinkJobInput['spec']>;

const jarUri = 'local:///opt/job.jar';
const podSpec = { containers: [{ name: 'flink-main-container', env: [{ name: 'MODE', value: 'fast' }] }] };
const before = programDigest(smallSpec());

test.each<[string, Change]>([
  ['another image', { flink: { version: '2.3', image: 'orders:2' } }],
  ['another version of Flink', { flink: { version: '2.2' } }],
  ['another option of Flink', { flink: { version: '2.3', configuration: { 'state.backend.type': 'rocksdb' } } }],
  ['another jar', { job: { jarUri: 'local:///opt/other.jar' } }],
  ['another entry class', { job: { jarUri, entryClass: 'com.example.Orders' } }],
  ['other arguments', { job: { jarUri, args: ['--fast'] } }],
  ['another library', { job: { jarUri, classpaths: ['local:///opt/library.jar'] } }],
  ['more slots on the same cores', { taskManager: { slots: 2 } }],
  ['more cores', { taskManager: { resources: { requests: { cpu: '2' }, limits: { memory: '1728Mi' } } } }],
  ['a limit of cores', { taskManager: { resources: { limits: { cpu: '2', memory: '1728Mi' } } } }],
  ['another environment', { taskManager: { podTemplate: { spec: podSpec } } }],
])('%s is another program', (_what, change) => expect(programDigest(smallSpec(change))).not.toBe(before));

test.each<[string, Change]>([
  ['parallelism', { job: { jarUri, parallelism: 8, vertexParallelism: { ['a'.repeat(32)]: 3 }, slots: 9 } }],
  ['TaskManagers', { taskManager: { replicas: 4 } }],
  ['an annotation of pods', { taskManager: { podTemplate: { metadata: { annotations: { team: 'orders' } } } } }],
  ['the JobManager', { jobManager: { resources: { limits: { memory: '4Gi' } } } }],
  ['how it is upgraded', { upgrade: { mode: 'last-state' } }],
  ['a restart', { restartNonce: 3 }],
  ['its autoscaler', { autoscaler: { mode: 'active' } }],
])('%s is none', (_what, change) => expect(programDigest(smallSpec(change))).toBe(before));

test('memory is none: an autoscaler gives it itself', () => {
  const [small, large] = ['2Gi', '4Gi'].map((memory) => ({ requests: { cpu: '2' }, limits: { memory } }));
  const digests = [small, large].map((resources) => programDigest(smallSpec({ taskManager: { resources } })));
  expect(digests[0]).toBe(digests[1]);
});

test('the order in which options are written is none', () => {
  const [one, other] = [{ 'pipeline.object-reuse': 'true' }, { 'state.backend.type': 'rocksdb' }];
  const digests = [
    { ...one, ...other },
    { ...other, ...one },
  ].map((configuration) => programDigest(smallSpec({ flink: { version: '2.3', configuration } })));
  expect(digests[0]).toBe(digests[1]);
});
