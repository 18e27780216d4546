/** What others have added to an object, on a real API server: it goes when the object is put back, whoever owned it. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { putBack } from '../../activities/cluster/put-back.ts';
import { isConflict } from '../../clients/kubernetes/errors.ts';
import { isKind, type Kind } from '../../clients/kubernetes/kinds.ts';
import { renderAnchor } from '../../core/manifests/anchor.ts';
import { renderGeneration } from '../../core/manifests/generation.ts';
import type { KubernetesObject } from '../../core/manifests/kubernetes.ts';
import { markOf, type MarkedObject } from '../../core/observation/drift.ts';
import { waitUntil } from '../../deploy/dev/process.ts';
import { testNamespace, type TestNamespace } from '../support/kubernetes.ts';
import { someGeneration, smallSpec } from '../support/state-fixture.ts';

const spec = smallSpec({});
const assertInTime = () => undefined;
let scope: TestNamespace;
let objects: readonly KubernetesObject[];

beforeAll(async () => {
  scope = await testNamespace('put-back');
  const there = { ...spec, spec: { ...spec.spec, namespace: scope.namespace } };
  const generation = someGeneration(2, { spec: there });
  // Without their owner Kubernetes would clear them away.
  const anchor = await scope.kubernetes.apply(renderAnchor(generation, 1));
  objects = renderGeneration({ generation, anchorUid: anchor.metadata.uid, defaultImage: 'flink:2.3' }).map(podless);
});

afterAll(() => scope.remove());

function podless(object: KubernetesObject): KubernetesObject {
  return 'spec' in object && object.kind === 'Deployment'
    ? Object.assign({}, object, { spec: Object.assign({}, object.spec, { replicas: 0 }) })
    : object;
}

/** As `kubectl edit` would. */
async function edit(path: string, change: object, contentType = 'application/strategic-merge-patch+json') {
  const of = `${path.replace('NAMESPACE', scope.namespace)}?fieldManager=kubectl-edit`;
  const { status, body } = await scope.kubernetes.raw({
    method: 'PATCH',
    path: of,
    body: JSON.stringify(change),
    contentType,
  });
  if (status >= 300) throw new Error(body);
}

function renderedAt(path: string) {
  const object = objects.find(({ metadata, kind }) => path.endsWith(`/${kind.toLowerCase()}s/${metadata.name}`));
  if (!object || !isKind(object.kind)) throw new Error(`nothing is rendered for ${path}`);
  return { object, kind: object.kind };
}

/** As an operation does: Kubernetes' own controllers write in a Deployment, too, and then it is tried again. */
async function putBackInTheEnd(kind: Kind, object: KubernetesObject): Promise<MarkedObject> {
  const { kubernetes, namespace } = scope;
  const tried = async () => {
    const live = await kubernetes.get(kind, namespace, object.metadata.name);
    if (!live) throw new Error('it is gone');
    try {
      return await putBack({ kubernetes, assertInTime }, kind, object, live);
    } catch (error) {
      if (isConflict(error)) return undefined;
      throw error;
    }
  };
  return waitUntil(tried, { what: `${object.metadata.name} to be put back`, timeoutMs: 20_000 });
}

const configMap = '/api/v1/namespaces/NAMESPACE/configmaps/orders-abcdefgh-2-config';
const service = '/api/v1/namespaces/NAMESPACE/services/orders-abcdefgh-2';
const deployment = '/apis/apps/v1/namespaces/NAMESPACE/deployments/orders-abcdefgh-2-tm';
const main = 'flink-main-container';
const inPods = (pod: object) => ({ spec: { template: { spec: pod } } });
const beside = { name: 'beside', image: 'busybox', volumeMounts: [{ name: 'new', mountPath: '/new' }] };

test.each<[string, string, object]>([
  ['a key', configMap, { data: { 'extra.yaml': 'x' } }],
  ['a key beside one that is changed', configMap, { data: { 'extra.yaml': 'x', 'config.yaml': 'y' } }],
  ['a port', service, { spec: { ports: [{ name: 'more', port: 9999 }] } }],
  [
    'a port in the place of another',
    service,
    {
      spec: {
        ports: [
          { name: 'rest', port: 9998 },
          { port: 8081, $patch: 'delete' },
        ],
      },
    },
  ],
  ['a word of the selector', service, { spec: { selector: { more: 'x' } } }],
  ['a variable', deployment, inPods({ containers: [{ name: main, env: [{ name: 'FOO', value: 'bar' }] }] })],
  [
    'a limit and a command',
    deployment,
    inPods({ containers: [{ name: main, command: ['sleep'], resources: { limits: { cpu: '3' } } }] }),
  ],
  [
    'a container with its volume',
    deployment,
    inPods({ containers: [beside], volumes: [{ name: 'new', emptyDir: {} }] }),
  ],
  ['an init container', deployment, inPods({ initContainers: [{ name: 'first', image: 'busybox' }] })],
])('%s that was added goes', async (_title, path, change) => {
  const { object, kind } = renderedAt(path);
  const { kubernetes, namespace } = scope;
  const made = markOf({ ...(await kubernetes.apply(object)), kind });
  await edit(path, change);
  const live = await kubernetes.get(kind, namespace, object.metadata.name);
  if (!live) throw new Error('it is gone');
  expect(markOf({ ...live, kind })).not.toBe(made);
  expect(markOf(await putBackInTheEnd(kind, object))).toBe(made);
  const stored = await kubernetes.get(kind, namespace, object.metadata.name);
  expect(stored && markOf({ ...stored, kind })).toBe(made);
  expect(JSON.stringify(stored)).not.toMatch(/extra\.yaml|more|FOO|beside|"new"|sleep/);
});

test.each([configMap, service, deployment])(
  'what is put back twice, as by an attempt that takes over, is no fault: %s',
  async (path) => {
    const { object, kind } = renderedAt(path);
    const { kubernetes, namespace } = scope;
    await kubernetes.apply(object);
    const live = await kubernetes.get(kind, namespace, object.metadata.name);
    if (!live) throw new Error('it is gone');
    expect(markOf(await putBackInTheEnd(kind, object))).toBe(markOf({ ...live, kind }));
  },
);

test('what was added meanwhile is seen by another attempt', async () => {
  const { object, kind } = renderedAt(configMap);
  const { kubernetes, namespace } = scope;
  await kubernetes.apply(object);
  const live = await kubernetes.get(kind, namespace, object.metadata.name);
  if (!live) throw new Error('it is gone');
  await edit(configMap, { data: { 'extra.yaml': 'x' } });
  await expect(putBack({ kubernetes, assertInTime }, kind, object, live)).rejects.toMatchObject({ status: 409 });
});
