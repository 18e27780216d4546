import { describe, expect, test } from '@jest/globals';
import { renderAnchor, generationKey } from '../../../core/manifests/anchor.ts';
import { copyJar } from '../../../core/manifests/copy-jar.ts';
import { renderGeneration } from '../../../core/manifests/generation.ts';
import { jobManagerArguments } from '../../../core/manifests/job-manager-arguments.ts';
import { renderJobManager } from '../../../core/manifests/job-manager.ts';
import type { Container, PodTemplate } from '../../../core/manifests/kubernetes.ts';
import { mainContainerName } from '../../../core/manifests/main-container.ts';
import { renderStoragePod } from '../../../core/manifests/storage-pod.ts';
import { renderTaskManager } from '../../../core/manifests/task-manager.ts';
import type { FlinkJob } from '../../../core/schema/flink-job.ts';
import { generation, noStorage, type Partially } from '../../support/generation-fixture.ts';

const owned = { anchorUid: 'anchor-uid', defaultImage: 'drey.dev/flink:2.3' };

function jobManager(spec: Partially<FlinkJob['spec']> = {}): PodTemplate {
  return renderJobManager({ generation: generation({ spec }), ...owned }).spec.template;
}

function main(template: PodTemplate): Container {
  const container = template.spec.containers.find(({ name }) => name === mainContainerName);
  if (container === undefined) throw new Error('no main container');
  return container;
}

const storages = [{}, { storage: noStorage }] as const;
const kinds = (['dedicated', 'application'] as const).flatMap((mode) =>
  storages.map((storage) => ({ mode, ...storage })),
);

describe('every pod', () => {
  const pods = kinds.flatMap((spec) => {
    const input = { generation: generation({ spec }), ...owned };
    const storage = renderStoragePod({ ...input, run: '1', args: [], storageTool: '', deadlineSeconds: 60 });
    const templates = renderGeneration(input).filter((object) => 'spec' in object);
    return [...templates, ...storage].map((object) => JSON.parse(JSON.stringify(object)));
  });
  const specs = pods.flatMap((object) => object.spec?.template?.spec ?? (object.kind === 'Pod' ? object.spec : []));

  test.each(specs)('passes Pod Security "restricted" (%#)', (spec) => {
    expect(spec.securityContext).toMatchObject({ runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } });
    for (const container of [...spec.containers, ...(spec.initContainers ?? [])]) {
      expect(container.securityContext).toEqual({ allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } });
    }
  });

  test.each(specs)('mounts a token only for high availability (%#)', (spec) => {
    const isStorage = spec.containers[0].name !== mainContainerName;
    const isHighlyAvailable = spec.volumes.some(({ name }: { name: string }) => name === 'drey-state');
    expect(spec.automountServiceAccountToken).toBe(isHighlyAvailable && !isStorage);
  });
});

test('every object of a generation is owned by its anchor', () => {
  const owners = renderGeneration({ generation: generation(), ...owned }).map(
    ({ metadata }) => metadata.ownerReferences,
  );
  for (const references of owners) expect(references).toEqual([expect.objectContaining({ uid: 'anchor-uid' })]);
});

test('the anchor keeps the whole generation', () => {
  const of = generation({}, { restoreFrom: 'file:///sp/1' });
  expect(JSON.parse(renderAnchor(of, 3).data?.[generationKey] ?? '')).toEqual(of);
});

test('and what a rescale has seen of its vertices', () => {
  const of = generation({}, { fixedVertices: ['cbc357ccb763df2852fee8c4fc7d55f2'] });
  expect(JSON.parse(renderAnchor(of, 3).data?.[generationKey] ?? '')).toEqual(of);
});

test.each(kinds)('another parallelism starts no pod anew, whoever applies it: %j', (spec) => {
  const rendered = (parallelism: number) =>
    renderGeneration({ generation: generation({ spec: { ...spec, job: { parallelism } } }), ...owned });
  const podsOf = (objects: ReturnType<typeof rendered>) =>
    objects.flatMap((object) => {
      const { spec: own } = JSON.parse(JSON.stringify(object)) as { spec?: { template?: object } };
      return own?.template ?? [];
    });
  expect(podsOf(rendered(7))).toHaveLength(2);
  expect(podsOf(rendered(7))).toEqual(podsOf(rendered(1)));
  expect(JSON.stringify(rendered(7))).not.toBe(JSON.stringify(rendered(1)));
});

describe('the JobManager', () => {
  test('of an application without high availability is started once and never again', () => {
    const of = generation({ spec: { mode: 'application', storage: noStorage } });
    expect(renderJobManager({ generation: of, ...owned })).toMatchObject({
      kind: 'Job',
      spec: { backoffLimit: 0, template: { spec: { restartPolicy: 'Never' } } },
    });
  });

  test('has as many pods as asked for, with high availability, and otherwise one', () => {
    const highlyAvailable = generation({ spec: { jobManager: { replicas: 3 } } });
    const single = generation({ spec: { jobManager: { replicas: 3 }, storage: noStorage } });
    expect(renderJobManager({ generation: highlyAvailable, ...owned }).spec).toMatchObject({ replicas: 3 });
    expect(renderJobManager({ generation: single, ...owned }).spec).toMatchObject({ replicas: 1 });
  });

  const ownAddress = ['-D', 'jobmanager.rpc.address=$(POD_IP)'];

  test.each([
    ['dedicated', {}, ['jobmanager', ...ownAddress]],
    ['dedicated', { storage: noStorage }, ['jobmanager']],
  ] as const)('%s is given its address with high availability only', (mode, spec, args) => {
    expect(jobManagerArguments(generation({ spec: { mode, ...spec } }))).toEqual(args);
  });

  test('of an application runs the jar under a fixed job id, from the restore point', () => {
    const job = { args: ['$HOME', '$(POD_IP)', '-D'], allowNonRestoredState: true, entryClass: null };
    const of = generation({ spec: { mode: 'application', job } }, { restoreFrom: 'file:///sp/1', submission: 4 });
    expect(jobManagerArguments(of)).toEqual([
      'standalone-job',
      '--job-id',
      expect.stringMatching(/^[0-9a-f]{32}$/),
      '--jars',
      'file:///opt/flink/usrlib/job.jar',
      '--fromSavepoint',
      'file:///sp/1',
      '--allowNonRestoredState',
      ...ownAddress,
      '--',
      '$$HOME',
      '$$(POD_IP)',
      '-D',
    ]);
  });
});

describe('a user’s pod template', () => {
  const podTemplate = {
    metadata: { labels: { 'drey.dev/uid': 'stolen', mine: 'yes' } },
    spec: {
      restartPolicy: 'OnFailure',
      initContainers: [{ name: 'fetch', image: 'fetch' }],
      containers: [
        {
          name: mainContainerName,
          image: 'other',
          command: ['sleep'],
          args: ['1'],
          env: [{ name: 'MINE', value: '1' }],
          resources: { limits: { memory: '99Gi', 'example.com/gpu': '1' } },
          volumeMounts: [{ name: 'jars', mountPath: '/jars' }],
        },
      ],
    },
  };
  const template = jobManager({ jobManager: { podTemplate } });

  test('changes neither image nor arguments of Flink’s container, nor its memory', () => {
    const container = main(template);
    expect(container).toMatchObject({ image: 'drey.dev/flink:2.3', args: main(jobManager()).args });
    expect(container).not.toHaveProperty('command');
    expect(container.resources?.limits).toEqual({ memory: '1Gi', 'example.com/gpu': '1' });
    expect(container.env).toContainEqual({ name: 'MINE', value: '1' });
  });

  test('changes no label that we select by, nor how the pod restarts', () => {
    expect(template.metadata.labels).toMatchObject({ 'drey.dev/uid': 'k3jx9a2b', mine: 'yes' });
    expect(template.spec.restartPolicy).toBe('Always');
  });

  test.each([[{ $patch: 'replace' }], [{ name: mainContainerName, $patch: 'delete' }]])(
    'cannot take it away',
    (patch) => {
      const containers = jobManager({ jobManager: { podTemplate: { spec: { containers: [patch] } } } }).spec.containers;
      expect(containers).toEqual([main(jobManager())]);
    },
  );

  test('may bring the jar: it is looked for last, with the same mounts', () => {
    expect(template.spec.initContainers?.map(({ name }) => name)).toEqual(['fetch', copyJar.containerName]);
    expect(template.spec.initContainers?.at(-1)?.volumeMounts).toEqual(main(template).volumeMounts);
  });
});

function replicas(spec: Partially<FlinkJob['spec']>, taskManagers?: number): number {
  const input = { generation: generation({ spec }), ...owned, ...(taskManagers && { taskManagers }) };
  return renderTaskManager(input).spec.replicas;
}

describe('TaskManagers', () => {
  test('fill the parallelism, unless their number is given, or a rescale has changed it', () => {
    expect(replicas({ job: { parallelism: 5 } })).toBe(3);
    expect(replicas({ taskManager: { replicas: 7 } })).toBe(7);
    expect(replicas({ taskManager: { replicas: 7 } }, 9)).toBe(9);
  });

  test('are known to Flink by the name of their pod', () => {
    const args = main(renderTaskManager({ generation: generation(), ...owned }).spec.template).args;
    expect(args).toEqual([
      'taskmanager',
      '-D',
      'taskmanager.resource-id=$(POD_NAME)',
      '-D',
      'taskmanager.host=$(POD_IP)',
    ]);
  });
});

test('memory that does not add up is left to Flink’s scripts to refuse', () => {
  const resources = { requests: { cpu: '1', memory: '300Mi' }, limits: { memory: '300Mi' } };
  const names = main(jobManager({ jobManager: { resources } })).env?.map(({ name }) => name);
  expect(names).toEqual(['POD_IP', 'POD_NAME', 'FLINK_CONF_DIR']);
});
