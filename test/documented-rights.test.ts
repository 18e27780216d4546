/** The rights in Kubernetes that docs/settings.md gives an agent are those that its calls need. */
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { parseAllDocuments } from 'yaml';
import { apiVersionOf, isKind, resourcePath, type Kind } from '../clients/kubernetes/kinds.ts';
import { renderGeneration } from '../core/manifests/generation.ts';
import { renderRole } from '../core/manifests/role.ts';
import { renderStable } from '../core/manifests/stable.ts';
import { repositoryRoot } from '../deploy/dev/paths.ts';
import { generation } from './support/generation-fixture.ts';

interface Rule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
}

const text = readFileSync(join(repositoryRoot, 'docs/settings.md'), 'utf8');
const yaml = /```yaml\n([\s\S]*?)```/.exec(text)?.[1] ?? '';
const [everywhere = [], inNamespaces = []] = parseAllDocuments(yaml).map(
  (document) => (document.toJS() as { rules: Rule[] }).rules,
);

/** `group/resource verb`, of each right. */
const rightsOf = (rules: readonly Rule[]) =>
  rules.flatMap(({ apiGroups, resources, verbs }) =>
    apiGroups.flatMap((group) => resources.flatMap((resource) => verbs.map((verb) => `${group}/${resource} ${verb}`))),
  );

/** The right to do this with objects of a kind. */
function right(kind: Kind, verb: string, below = ''): string {
  const group = apiVersionOf(kind).includes('/') ? apiVersionOf(kind).split('/')[0] : '';
  return `${group}/${resourcePath(kind, '').split('/').at(-1)}${below} ${verb}`;
}

const verbs: Readonly<Record<string, readonly string[]>> = {
  get: ['get'],
  list: ['list'],
  delete: ['delete'],
  watchUntil: ['list', 'watch'],
  follow: ['list', 'watch'],
  annotate: ['patch'],
  scale: ['patch'],
  changeData: ['patch'],
};

const sources = ['activities', 'agent'].flatMap((room) =>
  readdirSync(join(repositoryRoot, room), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .map((file) => readFileSync(join(repositoryRoot, room, file), 'utf8')),
);

/** Calls that name a kind, and those of each kind in a list; of one namespace, or of all. */
function* called(): Generator<{ readonly right: string; readonly isEverywhere: boolean }> {
  const call = /kubernetes(?:\s*)\.(\w+)\(\s*(?:'(\w+)'|(kind))(?:, ('')?)?/g;
  for (const source of sources)
    for (const [, verb = '', named, , all] of source.matchAll(call)) {
      const listed = /inds = \[([^\]]*)\] as const/.exec(source)?.[1] ?? '';
      const kinds = named === undefined ? [...listed.matchAll(/'(\w+)'/g)].map(([, kind = '']) => kind) : [named];
      for (const kind of kinds.filter(isKind))
        for (const one of verbs[verb] ?? []) yield { right: right(kind, one), isEverywhere: all !== undefined };
    }
}

/** What is applied: made where it is not there, and looked at before. */
const applied = (() => {
  const input = {
    generation: generation({ spec: { ingress: { host: 'orders.example.com', annotations: {} } } }),
    anchorUid: 'uid',
    defaultImage: 'flink:2.3',
  };
  const kinds = [...renderGeneration(input), ...renderStable(input)].map(({ kind }) => kind).filter(isKind);
  return ['Job', 'Pod', ...kinds] as Kind[];
})();

test('it may do everywhere what its calls for all namespaces need, and nothing else', () => {
  const needed = [...called()].filter(({ isEverywhere }) => isEverywhere).map((one) => one.right);
  expect([...new Set(needed)].toSorted()).toEqual(rightsOf(everywhere).toSorted());
});

test('it may do in a namespace of jobs what its other calls need, and nothing else', () => {
  const needed = [
    ...[...called()].filter(({ isEverywhere }) => !isEverywhere).map((one) => one.right),
    ...applied.flatMap((kind) => ['get', 'create', 'patch'].map((verb) => right(kind, verb))),
    // Nobody may grant what he has not.
    ...rightsOf(renderRole({ generation: generation(), anchorUid: 'uid' }).rules),
    right('Pod', 'get', '/log'),
    right('Event', 'list'),
    right('ConfigMap', 'update', '/finalizers'),
    ...(['Service', 'Pod'] as const).flatMap((kind) =>
      ['get', 'create', 'update', 'patch', 'delete'].map((verb) => right(kind, verb, '/proxy')),
    ),
  ];
  expect(rightsOf(inNamespaces).toSorted()).toEqual([...new Set(needed)].toSorted());
});
