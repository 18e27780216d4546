import { expect, test } from '@jest/globals';
import { isAutoscaled } from '../../../core/autoscaler-agent/autoscaled.ts';
import { taskManagerResources } from '../../../core/autoscaler-agent/task-manager-resources.ts';
import type { FlinkJobInput } from '../../../core/schema/flink-job.ts';
import { smallSpec } from '../../support/state-fixture.ts';

const gi = 2 ** 30;

test.each<[string, Partial<FlinkJobInput['spec']>, object]>([
  ['what is default', {}, { slots: 1, cpuCores: 1, memoryBytes: 1728 * 2 ** 20 }],
  [
    'requested CPU and the limit of memory',
    {
      taskManager: {
        slots: 4,
        resources: { requests: { cpu: '500m', memory: '1Gi' }, limits: { cpu: '2', memory: '2Gi' } },
      },
    },
    { slots: 4, cpuCores: 0.5, memoryBytes: 2 * gi },
  ],
  [
    'limits where nothing is requested',
    { taskManager: { resources: { limits: { cpu: '2', memory: '2Gi' } } } },
    { cpuCores: 2, memoryBytes: 2 * gi },
  ],
])('of a TaskManager counts %s', (_, change, expected) =>
  expect(taskManagerResources(smallSpec(change).spec)).toMatchObject(expected),
);

test('its memory is divided up by its own options and the size of its process', () => {
  const configuration = { 'taskmanager.memory.managed.fraction': '0.1', 'state.backend.type': 'rocksdb' };
  const { spec } = smallSpec({ flink: { version: '2.3', configuration } });
  expect(taskManagerResources(spec).configuration).toEqual({
    'taskmanager.memory.managed.fraction': '0.1',
    'taskmanager.memory.process.size': `${1728 * 2 ** 20}b`,
  });
});

test.each<[FlinkJobInput['spec']['autoscaler'], object, boolean]>([
  [undefined, {}, false],
  [{}, {}, false],
  [{ mode: 'advise' }, {}, true],
  [{ mode: 'active' }, {}, true],
  [{ mode: 'active' }, { candidate: true }, false],
])('a job with the autoscaler %j and %j is decided on: %s', (autoscaler, more, expected) =>
  expect(isAutoscaled({ spec: smallSpec({ autoscaler }), ...more })).toBe(expected),
);
