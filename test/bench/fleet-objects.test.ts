/** The objects of a fleet: complete for whoever observes them, and nothing for a node to run. */
import { describe, expect, test } from '@jest/globals';
import { readAnchor } from '../../activities/cluster/read-anchor.ts';
import type { ObjectOf } from '../../clients/kubernetes/kinds.ts';
import { isUp } from '../../core/diagnosis/pod-progress.ts';
import type { PodSeen } from '../../core/diagnosis/pod-seen.ts';
import { annotations, generationNames, labels } from '../../core/names.ts';
import { fleetJob } from './fleet-job.ts';
import { fleetAnchor, fleetEndpoints, fleetObjects, podNames, podStatus } from './fleet-objects.ts';

const createdAt = '2026-01-02T03:04:05.000Z';
const job = fleetJob({ index: 41, run: 'x7k2', policy: 'never', createdAt });
const { generation } = job;
const anchor = fleetAnchor(generation);
const objects = fleetObjects(generation, 'anchor-uid');

interface Seen {
  readonly metadata: {
    readonly labels: Readonly<Record<string, string>>;
    readonly annotations: Readonly<Record<string, string>>;
  };
  readonly spec: Readonly<Record<string, unknown>>;
}
const ofKind = (kind: string) => objects.filter((one) => one.kind === kind) as unknown as Seen[];

describe('a job of a fleet', () => {
  test('has an anchor that an agent understands, of a submission that has run', () => {
    const { metadata } = anchor as unknown as Seen;
    expect(readAnchor(anchor as unknown as ObjectOf<'ConfigMap'>)).toEqual(generation);
    expect(metadata.annotations[annotations.ran]).toBe(String(generation.submission));
  });

  test('has every object that a running job has', () => {
    const { service, configMap, jobManager, taskManager } = generationNames(generation.identity);
    const there = objects.map(({ kind, metadata }) => `${kind} ${metadata.name}`);
    const wanted = [`ConfigMap ${configMap}`, `Service ${service}`];
    const workloads = [jobManager, taskManager].flatMap((name) => [`Deployment ${name}`, `Pod ${name}-0`]);
    expect(there).toEqual([...wanted, ...workloads]);
  });

  test('is made by nobody but the benchmark', () => {
    expect(ofKind('Deployment').map(({ spec }) => spec['paused'])).toEqual([true, true]);
    for (const { spec } of ofKind('Pod')) {
      expect(spec['schedulerName']).toBe('drey-bench-nobody');
      expect(spec['nodeSelector']).toBeDefined();
    }
  });

  test('takes no address from the range of Services', () => {
    expect(ofKind('Service').map(({ spec }) => spec['clusterIP'])).toEqual(['None']);
  });

  test('has a pod of each component, and a Service that leads to that of the JobManager', () => {
    const endpoints = fleetEndpoints(generation, '10.0.0.1');
    expect(endpoints.metadata.name).toBe(job.service);
    expect(endpoints.subsets[0]?.addresses[0]?.targetRef.name).toBe(podNames(objects)[0]);
    expect(ofKind('Service').map(({ spec }) => spec['selector'])).toEqual([undefined]);
    const found = ofKind('Pod').map(({ metadata }) => metadata.labels);
    expect(found.map((one) => one[labels.component])).toEqual(['jobmanager', 'taskmanager']);
    expect(new Set(podNames(objects)).size).toBe(2);
  });

  test('has pods that are up once their status says so', () => {
    const status = podStatus('10.0.0.1', createdAt);
    const pods = ofKind('Pod').map((pod) => ({ ...pod, status }) as unknown as PodSeen);
    expect(pods.map(isUp)).toEqual([true, true]);
  });

  test('has a workflow that begins with a running job, and records it', () => {
    const { state } = job;
    expect(state).toMatchObject({ phase: 'RUNNING', askedCluster: true, queue: [] });
    expect(state.unwritten.map(({ kind }) => kind)).toEqual(['revision', 'job']);
  });

  test('has a uid of its own', () => {
    const made = [0, 1, 35, 36, 9_999].map(
      (index) => fleetJob({ index, run: 'x7k2', policy: 'never', createdAt }).generation.identity.uid,
    );
    expect(new Set(made).size).toBe(made.length);
    for (const uid of made) expect(uid).toMatch(/^[a-z][a-z0-9]{7}$/);
  });
});
