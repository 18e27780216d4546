/** On statuses that a real kubelet wrote, and on the same with small changes. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import type { PodSeen } from '../../../core/diagnosis/pod-seen.ts';
import { observedPods } from '../../../core/observation/pods.ts';

const path = join(import.meta.dirname, '../../golden/pods.json');
const recorded = JSON.parse(readFileSync(path, 'utf8')) as Record<string, { readonly pod: PodSeen }>;

const wanted = { jobmanager: 1, taskmanager: 2 };

/** A recorded pod as one of a job's. */
function pod(name: string, component = 'taskmanager', change: Partial<PodSeen> = {}): PodSeen {
  const found = recorded[name]?.pod;
  if (!found) throw new Error(`nothing recorded as ${name}`);
  return { ...found, metadata: { ...found.metadata, labels: { 'drey.dev/component': component } }, ...change };
}

const observed = (pods: readonly PodSeen[], lostNodes = new Map<string, number>()) =>
  observedPods({ pods, wanted, lostNodes }).taskmanager;

const leaving = (one: PodSeen): PodSeen => ({
  ...one,
  metadata: { ...one.metadata, deletionTimestamp: '2026-11-21T12:20:00Z' },
});
const onNode = (one: PodSeen, nodeName: string): PodSeen => ({
  ...one,
  spec: { containers: [], ...one.spec, nodeName },
});

describe('the pods of a component', () => {
  test('that are ready are counted, and no trouble', () => {
    expect(observed([pod('ready'), pod('ready'), pod('ready', 'jobmanager')])).toEqual({
      wanted: 2,
      present: 2,
      ready: 2,
      troubled: [],
    });
  });

  test('that are being deleted do not count', () => {
    expect(observed([pod('ready'), leaving(pod('ready'))])).toMatchObject({ present: 1, ready: 1 });
  });

  test('of a lost node count, and are not ready, even while they are being deleted', () => {
    const one = onNode(leaving(pod('ready')), 'n1');
    expect(observed([one], new Map([['n1', 1000]]))).toMatchObject({
      present: 1,
      ready: 0,
      troubled: [{ name: 'ready', isReady: false, node: 'n1', nodeLostMs: 1000 }],
    });
  });

  test('that have ended for good are told, and are not there', () => {
    const failed = pod('crashing', 'taskmanager');
    const over = { ...failed, status: { ...failed.status, phase: 'Failed' } };
    expect(observed([over])).toMatchObject({ present: 0, troubled: [{ name: 'crashing' }] });
  });

  test.each([
    ['crashing', { waiting: 'CrashLoopBackOff', ended: { exitCode: expect.any(Number) } }],
    ['never-pull', { waiting: 'ErrImageNeverPull' }],
    ['secret-env', { waiting: 'CreateContainerConfigError' }],
  ])('in trouble are told as %s is', (name, trouble) => {
    expect(observed([pod(name)]).troubled).toMatchObject([{ name, container: 'flink-main-container', ...trouble }]);
  });

  test.each<[string, string, string, true | undefined]>([
    ['ready now was ready since', 'True', '12:15:20', true],
    ['not ready from about then on was not', 'False', '12:15:08', undefined],
    ['not ready since before, for it falls again and again, was not', 'False', '12:01:00', undefined],
    ['not ready from much later on was ready in between', 'False', '12:40:00', true],
  ])('killed for their memory at 12:15 and %s', (_title, status, time, wasReadySince) => {
    const ready = pod('ready');
    const [container] = ready.status?.containerStatuses ?? [];
    const terminated = { exitCode: 137, reason: 'OOMKilled', finishedAt: '2026-11-21T12:15:00Z' };
    const killed = {
      ...ready,
      status: {
        ...ready.status,
        conditions: [{ type: 'Ready', status, lastTransitionTime: `2026-11-21T${time}Z` }],
        containerStatuses: [{ ...container, ready: status === 'True', lastState: { terminated } }],
      },
    } as PodSeen;
    expect(observed([killed]).troubled[0]?.ended?.wasReadySince).toBe(wasReadySince);
  });

  test('killed for their memory are told with their limit, and come first', () => {
    const ready = pod('ready');
    const [status] = ready.status?.containerStatuses ?? [];
    const killed = { exitCode: 137, reason: 'OOMKilled', finishedAt: '2026-11-21T12:15:00Z' };
    const oom = {
      ...ready,
      spec: { containers: [{ name: status?.name ?? '', resources: { limits: { memory: '1728Mi' } } }] },
      status: {
        ...ready.status,
        containerStatuses: [{ ...status, restartCount: 2, lastState: { terminated: killed } }],
      },
    } as PodSeen;
    expect(observed([pod('crashing'), pod('never-pull'), pod('secret-env'), oom]).troubled).toMatchObject([
      {
        name: 'ready',
        isReady: true,
        restarts: 2,
        ended: { exitCode: 137, reason: 'OOMKilled', atMs: Date.parse(killed.finishedAt), memoryLimit: '1728Mi' },
      },
      {},
      {},
    ]);
  });
});
