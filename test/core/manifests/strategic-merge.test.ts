import { describe, expect, test } from '@jest/globals';
import { strategicMerge } from '../../../core/manifests/strategic-merge.ts';

type Row = readonly [name: string, base: object, patch: object, merged: object];

const maps: readonly Row[] = [
  ['adds a field', { a: 1 }, { b: 2 }, { a: 1, b: 2 }],
  ['replaces a value', { a: 1 }, { a: 2 }, { a: 2 }],
  ['merges maps to any depth', { a: { b: { c: 1 } } }, { a: { b: { d: 2 } } }, { a: { b: { c: 1, d: 2 } } }],
  ['null takes a field away', { a: 1, b: 2 }, { a: null }, { b: 2 }],
  ['null for a field that is not there does nothing', { b: 2 }, { a: null }, { b: 2 }],
  ['nulls in a new map are dropped', {}, { a: { b: null, c: 1 } }, { a: { c: 1 } }],
  ['$patch: replace replaces a map', { a: { b: 1 } }, { a: { $patch: 'replace', c: 2 } }, { a: { c: 2 } }],
  ['$patch: delete takes a map away', { a: { b: 1 }, d: 1 }, { a: { $patch: 'delete' } }, { d: 1 }],
  ['$patch: merge is what happens anyway', { a: { b: 1 } }, { a: { $patch: 'merge', c: 2 } }, { a: { b: 1, c: 2 } }],
  ['a map takes the place of a value', { a: 1 }, { a: { b: 2 } }, { a: { b: 2 } }],
  ['$retainKeys drops the fields that it does not name', { a: 1, b: 2 }, { $retainKeys: ['a'], a: 3 }, { a: 3 }],
];

const containers = { containers: [{ name: 'main', image: 'a', env: [{ name: 'X', value: '1' }] }] };

const mergedLists: readonly Row[] = [
  [
    'containers by name',
    containers,
    { containers: [{ name: 'main', tty: true }, { name: 'side' }] },
    { containers: [{ name: 'main', image: 'a', env: [{ name: 'X', value: '1' }], tty: true }, { name: 'side' }] },
  ],
  [
    'env by name, in containers by name',
    containers,
    {
      containers: [
        {
          name: 'main',
          env: [
            { name: 'Y', value: '2' },
            { name: 'X', value: '3' },
          ],
        },
      ],
    },
    {
      containers: [
        {
          name: 'main',
          image: 'a',
          env: [
            { name: 'X', value: '3' },
            { name: 'Y', value: '2' },
          ],
        },
      ],
    },
  ],
  [
    'init containers by name',
    { initContainers: [{ name: 'a', image: '1' }] },
    { initContainers: [{ name: 'a', image: '2' }] },
    { initContainers: [{ name: 'a', image: '2' }] },
  ],
  [
    'ephemeral containers by name',
    { ephemeralContainers: [{ name: 'a' }] },
    { ephemeralContainers: [{ name: 'b' }] },
    { ephemeralContainers: [{ name: 'a' }, { name: 'b' }] },
  ],
  [
    'volumes by name, whose source is exchanged',
    { volumes: [{ name: 'a', emptyDir: {} }] },
    {
      volumes: [
        { name: 'a', hostPath: { path: '/x' } },
        { name: 'b', emptyDir: {} },
      ],
    },
    {
      volumes: [
        { name: 'a', hostPath: { path: '/x' } },
        { name: 'b', emptyDir: {} },
      ],
    },
  ],
  [
    'volume mounts by path, so that one volume may be mounted twice',
    { volumeMounts: [{ name: 'a', mountPath: '/a' }] },
    {
      volumeMounts: [
        { name: 'b', mountPath: '/a' },
        { name: 'a', mountPath: '/b' },
      ],
    },
    {
      volumeMounts: [
        { name: 'b', mountPath: '/a' },
        { name: 'a', mountPath: '/b' },
      ],
    },
  ],
  [
    'ports by container port',
    { ports: [{ containerPort: 1, name: 'a' }] },
    { ports: [{ containerPort: 1, protocol: 'TCP' }, { containerPort: 2 }] },
    { ports: [{ containerPort: 1, name: 'a', protocol: 'TCP' }, { containerPort: 2 }] },
  ],
  [
    'image pull secrets by name',
    { imagePullSecrets: [{ name: 'a' }] },
    { imagePullSecrets: [{ name: 'a' }, { name: 'b' }] },
    { imagePullSecrets: [{ name: 'a' }, { name: 'b' }] },
  ],
  [
    'host aliases by address',
    { hostAliases: [{ ip: '1', hostnames: ['a'] }] },
    { hostAliases: [{ ip: '1', hostnames: ['b'] }] },
    { hostAliases: [{ ip: '1', hostnames: ['b'] }] },
  ],
  [
    'topology spread constraints by topology key',
    { topologySpreadConstraints: [{ topologyKey: 'zone', maxSkew: 1 }] },
    { topologySpreadConstraints: [{ topologyKey: 'zone', maxSkew: 2 }, { topologyKey: 'host' }] },
    { topologySpreadConstraints: [{ topologyKey: 'zone', maxSkew: 2 }, { topologyKey: 'host' }] },
  ],
  [
    'an element without its key is appended, for Kubernetes to refuse',
    { containers: [{ image: 'a' }] },
    { containers: [{ image: 'b' }] },
    { containers: [{ image: 'a' }, { image: 'b' }] },
  ],
  ['an empty list changes nothing', { env: [{ name: 'A' }] }, { env: [] }, { env: [{ name: 'A' }] }],
  ['finalizers are united', { finalizers: ['a'] }, { finalizers: ['b', 'a'] }, { finalizers: ['a', 'b'] }],
];

const atomicLists: readonly Row[] = [
  ['tolerations', { tolerations: [{ key: 'a' }] }, { tolerations: [{ key: 'b' }] }, { tolerations: [{ key: 'b' }] }],
  ['arguments', { args: ['a'], command: ['x'] }, { args: ['b', 'c'] }, { args: ['b', 'c'], command: ['x'] }],
  ['sources of the environment', { envFrom: [{ prefix: 'A' }] }, { envFrom: [] }, { envFrom: [] }],
  [
    'capabilities',
    { capabilities: { drop: ['ALL'] } },
    { capabilities: { drop: ['X'] } },
    { capabilities: { drop: ['X'] } },
  ],
  [
    'nulls in their elements are dropped',
    {},
    { tolerations: [{ key: 'b', value: null }] },
    { tolerations: [{ key: 'b' }] },
  ],
];

const directives: readonly Row[] = [
  [
    '$patch: delete takes the element away',
    { env: [{ name: 'A' }, { name: 'B' }] },
    { env: [{ name: 'A', $patch: 'delete' }] },
    { env: [{ name: 'B' }] },
  ],
  [
    '$patch: delete of what is not there does nothing',
    { env: [] },
    { env: [{ name: 'A', $patch: 'delete' }] },
    { env: [] },
  ],
  [
    '$patch: replace replaces the whole list by the other elements',
    { volumes: [{ name: 'a' }, { name: 'b' }] },
    { volumes: [{ $patch: 'replace' }, { name: 'c' }] },
    { volumes: [{ name: 'c' }] },
  ],
  ['$patch: replace alone empties the list', { env: [{ name: 'A' }] }, { env: [{ $patch: 'replace' }] }, { env: [] }],
  [
    '$deleteFromPrimitiveList takes values away',
    { finalizers: ['a', 'b'] },
    { '$deleteFromPrimitiveList/finalizers': ['a'] },
    { finalizers: ['b'] },
  ],
  [
    '$setElementOrder sorts, and leaves the others behind',
    { env: [{ name: 'A' }, { name: 'B' }, { name: 'C' }] },
    { '$setElementOrder/env': [{ name: 'C' }, { name: 'A' }] },
    { env: [{ name: 'C' }, { name: 'A' }, { name: 'B' }] },
  ],
];

describe('strategic merge', () => {
  test.each(maps)('maps: %s', (_name, base, patch, merged) => expect(strategicMerge(base, patch)).toEqual(merged));
  test.each(mergedLists)('merges %s', (_name, base, patch, merged) =>
    expect(strategicMerge(base, patch)).toEqual(merged),
  );
  test.each(atomicLists)('replaces %s', (_name, base, patch, merged) =>
    expect(strategicMerge(base, patch)).toEqual(merged),
  );
  test.each(directives)('%s', (_name, base, patch, merged) => expect(strategicMerge(base, patch)).toEqual(merged));

  test('changes neither of the two', () => {
    const base = { containers: [{ name: 'a', env: [{ name: 'X' }] }] };
    const patch = { containers: [{ name: 'a', env: [{ name: 'X', $patch: 'delete' }] }] };
    const before = JSON.stringify([base, patch]);
    strategicMerge(base, patch);
    expect(JSON.stringify([base, patch])).toBe(before);
  });
});
