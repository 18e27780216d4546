/** Container logs and events of a real cluster. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { KubernetesClient } from '../../clients/kubernetes/client.ts';
import type { ObjectOf } from '../../clients/kubernetes/kinds.ts';
import { testImage, testNamespace, type TestNamespace } from '../support/kubernetes.ts';

let scope: TestNamespace;
let kubernetes: KubernetesClient;
let namespace: string;

beforeAll(async () => {
  scope = await testNamespace('logs');
  ({ kubernetes, namespace } = scope);
  const script = 'for word in one two three four; do echo $word; sleep 0.3; done';
  const containers = [{ name: 'main', image: testImage(), command: ['sh', '-c', script] }];
  const spec = { restartPolicy: 'Never', terminationGracePeriodSeconds: 0, containers };
  await kubernetes.apply({ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'talking', namespace }, spec });
  await kubernetes.watchUntil('Pod', namespace, { name: 'talking' }, startedPod, { timeoutMs: 300_000 });
});

afterAll(() => scope.remove());

function startedPod(pods: readonly ObjectOf<'Pod'>[]): ObjectOf<'Pod'> | undefined {
  return pods.find(({ status }) => status?.phase === 'Running' || status?.phase === 'Succeeded');
}

test('comes as it is written, until the container ends', async () => {
  const stream = await kubernetes.followLog(namespace, 'talking', 'main');
  let text = '';
  for await (const chunk of stream) text += String(chunk);
  expect(text).toBe('one\ntwo\nthree\nfour\n');
  expect(await kubernetes.podLog(namespace, 'talking', 'main', { tailLines: 2 })).toBe('three\nfour\n');
});

test('is empty where a container has had no earlier run', async () => {
  expect(await kubernetes.podLog(namespace, 'talking', 'main', { previous: true })).toBe('');
});

test('ends when the signal says so', async () => {
  const abort = new AbortController();
  const stream = await kubernetes.followLog(namespace, 'talking', 'main', { signal: abort.signal });
  abort.abort(new Error('enough'));
  await expect(stream.toArray()).rejects.toThrow(/abort/i);
});

test('of a pod that is not there is refused', async () => {
  await expect(kubernetes.podLog(namespace, 'nobody', 'main')).rejects.toMatchObject({ status: 404 });
});

test('has events beside it, oldest first', async () => {
  const events = await kubernetes.events(namespace, { kind: 'Pod', name: 'talking' });
  expect(events.map(({ reason }) => reason)).toEqual(expect.arrayContaining(['Scheduled', 'Created', 'Started']));
});
