import { describe, expect, test } from '@jest/globals';
import { renderGeneration } from '../../../core/manifests/generation.ts';
import type { KubernetesObject } from '../../../core/manifests/kubernetes.ts';
import { changesOf, markOf, objectLabel, readMarks, replicasOf } from '../../../core/observation/drift.ts';
import { wantedPods } from '../../../core/observation/wanted-pods.ts';
import { someGeneration } from '../../support/state-fixture.ts';

const generation = someGeneration(2);
const objects = renderGeneration({ generation, anchorUid: 'u', defaultImage: 'flink:2.3' });
const marks = Object.fromEntries(
  objects.flatMap((one) => (markOf(one) ? [[objectLabel(one), markOf(one) ?? '']] : [])),
);
const wanted = wantedPods(generation);

function changes(change: (copy: Record<string, unknown>) => void) {
  const now = objects.map((object) => {
    // What others do to objects is nothing that their types know.
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion
    const copy = structuredClone(object) as KubernetesObject & Record<string, unknown>;
    change(copy);
    return { label: objectLabel(copy), mark: markOf(copy), replicas: replicasOf(copy) };
  });
  return changesOf(now, marks, wanted);
}

const specOf = (copy: Record<string, unknown>) => copy['spec'] as Record<string, unknown>;
const jm = 'Deployment orders-abcdefgh-2-jm';
const tm = 'Deployment orders-abcdefgh-2-tm';

describe('drift', () => {
  test('is nothing that Kubernetes fills in or counts', () => {
    const filled = changes((copy) => {
      Object.assign(copy, { status: { replicas: 9 } });
      if (copy['kind'] === 'Deployment') Object.assign(specOf(copy), { paused: false, minReadySeconds: 0 });
    });
    expect(filled).toEqual([]);
  });

  test('is what somebody writes into an object', () => {
    const seen = changes((copy) => {
      if (copy['kind'] === 'ConfigMap') copy['data'] = { 'config.yaml': 'other' };
      if (copy['kind'] === 'Service') Object.assign(specOf(copy), { selector: {} });
      if (objectLabel(copy as never) === tm)
        Object.assign((specOf(copy)['template'] as { spec: { containers: object[] } }).spec.containers[0] ?? {}, {
          image: 'x',
        });
    });
    expect(seen).toEqual([
      { object: 'ConfigMap orders-abcdefgh-2-config', what: 'its data' },
      { object: 'Service orders-abcdefgh-2', what: 'its selector or ports' },
      { object: tm, what: 'its containers' },
    ]);
  });

  test.each([
    [
      0,
      [
        { object: jm, what: 'replicas: 0 instead of 1' },
        { object: tm, what: 'replicas: 0 instead of 1' },
      ],
    ],
    [3, []],
  ])('of pods is fewer of them: %s', (replicas, expected) => {
    const seen = changes((copy) => {
      if (copy['kind'] === 'Deployment') Object.assign(specOf(copy), { replicas });
    });
    expect(seen).toEqual(expected);
  });

  test('is not seen of what has no mark', () => {
    expect(changesOf([{ label: 'Service a', mark: 'x' }], {}, {})).toEqual([]);
  });

  test.each([undefined, 'no json', '[]', '{"a":1}'])('reads no marks from %s', (note) => {
    expect(readMarks(note)).toEqual({});
  });
});
