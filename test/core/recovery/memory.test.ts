import { describe, expect, test } from '@jest/globals';
import { memoryRaise, withMemory, type SizedProcess } from '../../../core/recovery/memory.ts';
import type { FlinkJob, FlinkJobInput } from '../../../core/schema/flink-job.ts';
import { smallSpec } from '../../support/state-fixture.ts';

type Resources = NonNullable<NonNullable<FlinkJobInput['spec']['taskManager']>['resources']>;

const job = (max: string | undefined, resources?: Resources): FlinkJob =>
  smallSpec({ recovery: { memory: { max } }, ...(resources && { taskManager: { resources } }) });

describe('a raise of memory', () => {
  test.each<[string, FlinkJob, SizedProcess, object | undefined]>([
    ['is none where the spec says no limit', job(undefined), 'taskManager', undefined],
    ['is by half', job('8Gi'), 'taskManager', { from: '1728Mi', to: '2592Mi' }],
    ['ends at the limit', job('2Gi'), 'taskManager', { from: '1728Mi', to: '2048Mi' }],
    ['is none at the limit', job('2Gi', { limits: { memory: '2Gi' } }), 'taskManager', undefined],
    ['is none above the limit', job('2Gi', { limits: { memory: '3Gi' } }), 'taskManager', undefined],
    [
      'is none where the limit is only a part of a Mi more',
      job('2148000000'),
      'taskManager',
      { from: '1728Mi', to: '2048Mi' },
    ],
    ['is of the JobManager as well', job('8Gi'), 'jobManager', { from: '1Gi', to: '1536Mi' }],
    [
      'begins at the request where there is no limit',
      job('8Gi', { requests: { memory: '2Gi' } }),
      'taskManager',
      { from: '2Gi', to: '3072Mi' },
    ],
  ])('%s', (_title, spec, process, raise) => {
    expect(memoryRaise(spec, process)).toEqual(raise && { process, ...raise });
  });
});

describe('the job with it', () => {
  const raised = (resources: Resources) => {
    const spec = job('8Gi', resources);
    const raise = memoryRaise(spec, 'taskManager');
    return raise && withMemory(spec, raise).spec.taskManager.resources;
  };

  test.each<[string, Resources, Resources]>([
    [
      'asks for as much as it may use where it did so before',
      { requests: { cpu: '1', memory: '1Gi' }, limits: { memory: '1024Mi' } },
      { requests: { cpu: '1', memory: '1536Mi' }, limits: { memory: '1536Mi' } },
    ],
    [
      'asks for no more than before where that was less',
      { requests: { memory: '1Gi' }, limits: { memory: '2Gi', cpu: '2' } },
      { requests: { memory: '1Gi' }, limits: { memory: '3072Mi', cpu: '2' } },
    ],
    ['asks for more where there is no limit', { requests: { memory: '2Gi' } }, { requests: { memory: '3072Mi' } }],
    ['keeps that only the limit is said', { limits: { memory: '2Gi' } }, { limits: { memory: '3072Mi' } }],
  ])('%s', (_title, before, after) => expect(raised(before)).toEqual(after));

  test('is otherwise the same, and comes to the limit in a few raises', () => {
    let spec = job('6Gi');
    const sizes: string[] = [];
    for (let raise = memoryRaise(spec, 'taskManager'); raise; raise = memoryRaise(spec, 'taskManager')) {
      spec = withMemory(spec, raise);
      sizes.push(raise.to);
    }
    expect(sizes).toEqual(['2592Mi', '3888Mi', '5832Mi', '6144Mi']);
    expect({ ...spec, spec: { ...spec.spec, taskManager: job('6Gi').spec.taskManager } }).toEqual(job('6Gi'));
  });
});
