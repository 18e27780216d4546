import { describe, expect, test } from '@jest/globals';
import { stringify } from 'yaml';
import type { Generation } from '../../../core/generation.ts';
import { renderAnchor } from '../../../core/manifests/anchor.ts';
import { renderGeneration } from '../../../core/manifests/generation.ts';
import { renderStable } from '../../../core/manifests/stable.ts';
import { renderStoragePod } from '../../../core/manifests/storage-pod.ts';
import { golden } from '../../support/golden.ts';
import { generation, noStorage } from '../../support/generation-fixture.ts';

const anchorUid = '11111111-2222-3333-4444-555555555555';

function rendered(of: Generation): string {
  const input = { generation: of, anchorUid, defaultImage: `drey.dev/flink:${of.spec.spec.flink.version}` };
  return yaml([renderAnchor(of, 7), ...renderGeneration(input), ...renderStable(input)]);
}

function yaml(objects: readonly object[]): string {
  return objects.map((object) => stringify(object, { lineWidth: 0, aliasDuplicateObjects: false })).join('---\n');
}

const template = {
  metadata: { annotations: { 'example.com/scrape': 'true' } },
  spec: {
    nodeSelector: { disk: 'ssd' },
    initContainers: [
      { name: 'fetch', image: 'example.com/fetch:1', volumeMounts: [{ name: 'jars', mountPath: '/jars' }] },
    ],
    containers: [
      {
        name: 'flink-main-container',
        image: 'example.com/ignored:1',
        env: [{ name: 'AWS_ACCESS_KEY_ID', valueFrom: { secretKeyRef: { name: 's3', key: 'id' } } }],
        volumeMounts: [{ name: 'jars', mountPath: '/jars' }],
        resources: { limits: { memory: '9Gi', 'ephemeral-storage': '2Gi' } },
      },
      { name: 'logs', image: 'example.com/logs:1' },
    ],
    volumes: [{ name: 'jars', emptyDir: {} }],
    tolerations: [{ key: 'streaming', operator: 'Exists' }],
  },
};

describe('the objects of a generation', () => {
  test('dedicated, with high availability, on Flink 2.3', () => {
    const text = rendered(generation());
    expect(text).toBe(golden('manifests/dedicated-ha-2.3.yaml', text));
  });

  test('dedicated, without storage, on Flink 1.20', () => {
    const spec = { spec: { flink: { version: '1.20' }, storage: noStorage } } as const;
    const text = rendered(generation(spec));
    expect(text).toBe(golden('manifests/dedicated-plain-1.20.yaml', text));
  });

  test('application, with high availability, from a restore point, on Flink 2.3', () => {
    const restoreFrom = 'file:///flink-state/savepoints/k3jx9a2b/op-6/savepoint-1';
    const spec = { spec: { mode: 'application', jobManager: { replicas: 2 } } } as const;
    const text = rendered(generation(spec, { restoreFrom, submission: 3 }));
    expect(text).toBe(golden('manifests/application-ha-2.3.yaml', text));
  });

  test('application, without storage, on Flink 1.20', () => {
    const spec = { spec: { mode: 'application', flink: { version: '1.20' }, storage: noStorage } } as const;
    const text = rendered(generation(spec));
    expect(text).toBe(golden('manifests/application-plain-1.20.yaml', text));
  });

  test('with pod templates, an account and an image of the user', () => {
    const spec = {
      spec: {
        serviceAccount: 'orders',
        flink: { image: 'example.com/orders:4', imagePullSecrets: ['registry'] },
        job: { jarUri: 'local:///jars/orders.jar', classpaths: ['local:///opt/lib/a.jar', 'local:///opt/lib/b.jar'] },
        jobManager: { podTemplate: template },
        taskManager: { podTemplate: template, replicas: 4 },
      },
    };
    const text = rendered(generation(spec));
    expect(text).toBe(golden('manifests/pod-templates.yaml', text));
  });

  test('with an ingress', () => {
    const ingress = {
      host: 'orders.example.com',
      className: 'nginx',
      annotations: { 'example.com/auth': 'oidc' },
      tlsSecret: 'orders-tls',
    };
    const text = rendered(generation({ spec: { ingress } }));
    expect(text).toBe(golden('manifests/ingress.yaml', text));
  });

  test('the storage pod of a job with a pod template', () => {
    const of = generation({ spec: { jobManager: { podTemplate: template } } });
    const input = { generation: of, anchorUid, defaultImage: 'drey.dev/flink:2.3', run: 'op7-1' };
    const pod = { args: ['list', 'file:///flink-state/a$(b)'], storageTool: 'UEsDBA==', deadlineSeconds: 300 };
    const text = yaml(renderStoragePod({ ...input, ...pod }));
    expect(text).toBe(golden('manifests/storage-pod.yaml', text));
  });
});
