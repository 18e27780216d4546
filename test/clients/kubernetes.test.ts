/** The Kubernetes client against a real API server. */
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { KubernetesClient } from '../../clients/kubernetes/client.ts';
import { isConflict, isForbidden, KubernetesError } from '../../clients/kubernetes/errors.ts';
import { testImage, testKubeconfig, testNamespace, type TestNamespace } from '../support/kubernetes.ts';
import { connectPlain, connectWithToken } from '../support/kubeconfig.ts';

let scope: TestNamespace;
let kubernetes: KubernetesClient;
let namespace: string;

beforeAll(async () => {
  scope = await testNamespace('client');
  ({ kubernetes, namespace } = scope);
});

afterAll(() => scope.remove());

function configMap(
  name: string,
  data: Record<string, string>,
  metadata: { uid?: string; labels?: Record<string, string> } = {},
) {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace, ...metadata }, data } as const;
}

function deployment(name: string) {
  const labels = { app: name };
  const template = { metadata: { labels }, spec: { containers: [{ name: 'main', image: testImage() }] } };
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, namespace },
    spec: { replicas: 0, selector: { matchLabels: labels }, template },
  } as const;
}

async function refusalOf(call: Promise<unknown>): Promise<unknown> {
  return call.then(() => undefined).catch((error: unknown) => error);
}

describe('apply', () => {
  test('makes an object, answers its identity, and changes nothing when repeated', async () => {
    const first = await kubernetes.apply(configMap('applied', { a: '1' }));
    const again = await kubernetes.apply(configMap('applied', { a: '1' }));
    expect(first.metadata.uid).toMatch(/^[0-9a-f-]{36}$/);
    expect(again.metadata).toMatchObject({ uid: first.metadata.uid, resourceVersion: first.metadata.resourceVersion });
    expect(await kubernetes.get('ConfigMap', namespace, 'applied')).toMatchObject({
      kind: 'ConfigMap',
      data: { a: '1' },
    });
  });

  test('takes away what is no longer given', async () => {
    await kubernetes.apply(configMap('shrunk', { a: '1', b: '2' }));
    expect((await kubernetes.apply(configMap('shrunk', { a: '1' }))).data).toEqual({ a: '1' });
  });

  test('takes a field that another manager owns, unless told not to', async () => {
    await kubernetes.apply(configMap('owned', { a: '1' }), { fieldManager: 'other' });
    const refused = kubernetes.apply(configMap('owned', { a: '2' }), { force: false });
    expect(isConflict(await refusalOf(refused))).toBe(true);
    expect((await kubernetes.apply(configMap('owned', { a: '2' }))).data).toEqual({ a: '2' });
  });

  test('stores nothing in a dry run', async () => {
    await kubernetes.apply(configMap('dry', { a: '1' }), { dryRun: true });
    expect(await kubernetes.get('ConfigMap', namespace, 'dry')).toBeUndefined();
  });

  test('does not make an object anew whose uid is gone', async () => {
    const uid = '11111111-2222-3333-4444-555555555555';
    expect(isConflict(await refusalOf(kubernetes.apply(configMap('gone', {}, { uid }))))).toBe(true);
    expect(await kubernetes.get('ConfigMap', namespace, 'gone')).toBeUndefined();
  });

  test('leaves an object of another uid alone', async () => {
    await kubernetes.apply(configMap('reborn', { a: '1' }));
    const uid = '11111111-2222-3333-4444-555555555555';
    expect(isConflict(await refusalOf(kubernetes.apply(configMap('reborn', { a: '2' }, { uid }))))).toBe(true);
  });

  test('refuses a field that Kubernetes does not know, finally and by name', async () => {
    const object = deployment('unknown-field');
    const spec = { ...object.spec, template: { ...object.spec.template, spec: { containers: [], hostNetwrok: true } } };
    const error: unknown = await kubernetes.apply({ ...object, spec }).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(KubernetesError);
    expect(error).toMatchObject({ retryable: false, message: expect.stringContaining('hostNetwrok') });
  });

  test('refuses a kind that Drey does not use', async () => {
    const object = { apiVersion: 'v1', kind: 'ReplicationController', metadata: { name: 'x', namespace } };
    await expect(kubernetes.apply(object)).rejects.toThrow(/not a known kind/);
  });
});

describe('reading', () => {
  test('lists by label, with the kind of each and without managed fields', async () => {
    for (const name of ['one', 'two']) await kubernetes.apply(configMap(name, {}, { labels: { group: 'listed' } }));
    const found = await kubernetes.list('ConfigMap', namespace, { labelSelector: 'group=listed' });
    expect(found.map(({ kind, apiVersion, metadata }) => [kind, apiVersion, metadata.name])).toEqual([
      ['ConfigMap', 'v1', 'one'],
      ['ConfigMap', 'v1', 'two'],
    ]);
    expect(found[0]?.metadata).not.toHaveProperty('managedFields');
  });

  test('lists across namespaces', async () => {
    await kubernetes.apply(configMap('everywhere', {}, { labels: { in: namespace } }));
    expect(await kubernetes.list('ConfigMap', '', { labelSelector: `in=${namespace}` })).toHaveLength(1);
  });

  test('says that no answer came, and that another try may help', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const unanswered = connectPlain(`http://127.0.0.1:${port}`);
    const silent = unanswered.get('ConfigMap', namespace, 'applied', { timeoutMs: 50 });
    await expect(silent).rejects.toMatchObject({ status: 0, reason: 'NoAnswer', retryable: true });
    unanswered.close();
    server.close();
  });

  test('tells a missing right from a missing object', async () => {
    const { token } = await tokenOf('powerless');
    const powerless = connectWithToken(testKubeconfig(), token);
    expect(isForbidden(await refusalOf(powerless.get('ConfigMap', namespace, 'applied')))).toBe(true);
    powerless.close();
  });
});

async function tokenOf(account: string): Promise<{ token: string }> {
  await kubernetes.apply({ apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: account, namespace } });
  const path = `/api/v1/namespaces/${namespace}/serviceaccounts/${account}/token`;
  const answer = await kubernetes.raw({ method: 'POST', path, body: '{"spec":{"audiences":[]}}' });
  return (JSON.parse(answer.body) as { status: { token: string } }).status;
}

describe('delete', () => {
  test('says whether there was one', async () => {
    await kubernetes.apply(configMap('deleted', {}));
    expect(await kubernetes.delete('ConfigMap', namespace, 'deleted')).toBe(true);
    expect(await kubernetes.delete('ConfigMap', namespace, 'deleted')).toBe(false);
  });

  test('leaves an object of another uid alone', async () => {
    const { metadata } = await kubernetes.apply(configMap('kept', {}));
    const other = kubernetes.delete('ConfigMap', namespace, 'kept', {
      uidPrecondition: '11111111-2222-3333-4444-555555555555',
    });
    expect(isConflict(await refusalOf(other))).toBe(true);
    expect(await kubernetes.delete('ConfigMap', namespace, 'kept', { uidPrecondition: metadata.uid })).toBe(true);
  });
});

describe('changes', () => {
  test('scale a Deployment, and are refused for a version that is no longer', async () => {
    const { metadata } = await kubernetes.apply(deployment('scaled'));
    const scaled = await kubernetes.scale('Deployment', namespace, 'scaled', 0, { uid: metadata.uid });
    expect(scaled.spec?.replicas).toBe(0);
    await kubernetes.annotate('Deployment', namespace, 'scaled', { seen: 'yes' });
    const late = kubernetes.scale('Deployment', namespace, 'scaled', 1, { resourceVersion: metadata.resourceVersion });
    expect(isConflict(await refusalOf(late))).toBe(true);
  });

  test('sets keys of a ConfigMap’s data beside those that were applied, which leave them alone', async () => {
    await kubernetes.apply(configMap('noted', { mine: '1' }));
    await kubernetes.changeData(namespace, 'noted', { other: '2', gone: '3' });
    await kubernetes.changeData(namespace, 'noted', { gone: null });
    const { data, metadata } = await kubernetes.apply(configMap('noted', { mine: '4' }));
    expect(data).toEqual({ mine: '4', other: '2' });
    const { uid, resourceVersion } = metadata;
    await kubernetes.changeData(namespace, 'noted', { other: '5' }, { uid, resourceVersion });
    const late = kubernetes.changeData(namespace, 'noted', { other: '6' }, { uid, resourceVersion });
    expect(isConflict(await refusalOf(late))).toBe(true);
  });

  test('set and remove annotations, and leave the others', async () => {
    await kubernetes.apply(configMap('annotated', {}));
    await kubernetes.annotate('ConfigMap', namespace, 'annotated', { a: '1', b: '2' });
    const left = await kubernetes.annotate('ConfigMap', namespace, 'annotated', { a: null, c: '3' });
    expect(left.metadata.annotations).toEqual({ b: '2', c: '3' });
    const uid = '11111111-2222-3333-4444-555555555555';
    expect(
      isConflict(await refusalOf(kubernetes.annotate('ConfigMap', namespace, 'annotated', { a: '1' }, { uid }))),
    ).toBe(true);
  });

  test('end the pods of a Job by a parallelism of 0', async () => {
    const spec = {
      parallelism: 1,
      suspend: true,
      template: { spec: { restartPolicy: 'Never', containers: [{ name: 'main', image: testImage() }] } },
    };
    await kubernetes.apply({ apiVersion: 'batch/v1', kind: 'Job', metadata: { name: 'scaled', namespace }, spec });
    expect((await kubernetes.scale('Job', namespace, 'scaled', 0)).spec?.parallelism).toBe(0);
  });
});
