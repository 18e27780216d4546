/**
 * What others do to a job's objects in Kubernetes, on real Flink. `npm test` draws one of these rows of the recovery table by a seed;
 * `DREY_TEST_CELLS=all` has all.
 */
import { describe, expect } from '@jest/globals';
import { mainContainerName } from '../../core/manifests/main-container.ts';
import { generationNames } from '../../core/names.ts';
import { showBroken, type BrokenCase } from '../support/broken-cases.ts';
import { awaitTrouble, awaitWell, deployed, endsWhole, kindsOf, mended } from '../support/broken-job.ts';
import { applied, namespace, tenant } from '../support/e2e-job.ts';
import { livingJobsOf } from '../support/flink-of.ts';
import { ledgerJob } from '../support/ledger-spec.ts';
import { patch } from '../support/patch-object.ts';
import { drey, kubernetes } from '../support/running-stack.ts';

const healed = { recovery: { drift: 'heal' as const } };

async function namesOf(name: string) {
  const { uid, generation } = await drey().getJob({ tenant, name });
  return generationNames({ tenant, name, uid, number: generation?.number ?? 0 });
}

async function withKubernetes<T>(act: (client: ReturnType<typeof kubernetes>) => Promise<T>): Promise<T> {
  const client = kubernetes();
  try {
    return await act(client);
  } finally {
    client.close();
  }
}

const deleted = (kind: 'ConfigMap' | 'Deployment', object: string) =>
  withKubernetes((client) => client.delete(kind, namespace, object));

const dataOf = (map: string) =>
  withKubernetes(async (client) => (await client.get('ConfigMap', namespace, map))?.data ?? {});

const containersOf = (deployment: string) =>
  withKubernetes(
    async (client) => (await client.get('Deployment', namespace, deployment))?.spec?.template.spec?.containers,
  );

/** As `kubectl set env` does. */
const addVariable = (deployment: string) => {
  const containers = [{ name: mainContainerName, env: [{ name: 'FOO', value: 'bar' }] }];
  return patch('deployments', deployment, { spec: { template: { spec: { containers } } } });
};

const editData = (map: string, data: Readonly<Record<string, string>>) => patch('configmaps', map, { data });

/** The Flink job that ran before still runs, and is whole. */
async function ranOn(name: string, before: string | undefined): Promise<void> {
  expect(await livingJobsOf(name)).toMatchObject([{ id: before, state: 'RUNNING' }]);
  await endsWhole(name);
}

const cases: readonly BrokenCase[] = [
  [
    'an anchor that is deleted takes all with it, and the job goes on in a new generation',
    async (name) => {
      await deployed(name);
      await deleted('ConfigMap', (await namesOf(name)).anchor);
      const record = await mended(name);
      expect(record.reason).toMatch(/^Somebody deleted \d object|^Nothing of the job is in its cluster/);
      expect(record).toMatchObject({ generation: 2, restoredFrom: expect.stringMatching(/chk-/) });
      await endsWhole(name);
    },
  ],
  [
    'what is deleted and not needed at once is shown, and put back where the spec says so',
    async (name) => {
      await deployed(name);
      const [before] = await livingJobsOf(name);
      const { configMap } = await namesOf(name);
      await deleted('ConfigMap', configMap);
      const { failure } = await awaitTrouble(name, 'OBJECTS_DELETED', 'shown');
      expect(failure?.message).toBe(`Somebody deleted 1 object of the job: ConfigMap ${configMap}.`);
      expect(await kindsOf(name)).toEqual(['deploy']);
      await applied(ledgerJob(name, { spec: healed }));
      await mended(name, 'heal');
      expect(await kindsOf(name)).toEqual(['deploy', 'adjust', 'heal']);
      expect(Object.keys(await dataOf(configMap))).toContain('config.yaml');
      await ranOn(name, before?.id);
    },
  ],
  [
    'what is changed is shown, and put back where the spec says so, without what was added',
    async (name) => {
      await deployed(name);
      const [before] = await livingJobsOf(name);
      const { configMap, taskManager } = await namesOf(name);
      const [data, containers] = [await dataOf(configMap), await containersOf(taskManager)];
      await editData(configMap, { 'config.yaml': 'parallelism.default: 7', 'extra.yaml': 'x' });
      const { failure } = await awaitTrouble(name, 'OBJECTS_CHANGED', 'shown');
      expect(failure?.message).toBe(`Somebody changed 1 object of the job: ConfigMap ${configMap} (its data).`);
      expect(await kindsOf(name)).toEqual(['deploy']);
      await addVariable(taskManager);
      await applied(ledgerJob(name, { spec: healed }));
      await mended(name, 'heal');
      expect(await dataOf(configMap)).toEqual(data);
      expect(await containersOf(taskManager)).toEqual(containers);
      await ranOn(name, before?.id);
    },
  ],
  [
    'TaskManagers that are scaled away are put back where the spec says so',
    async (name) => {
      await deployed(name, { spec: healed });
      const [before] = await livingJobsOf(name);
      const { taskManager } = await namesOf(name);
      await withKubernetes((client) => client.scale('Deployment', namespace, taskManager, 0));
      expect((await mended(name, 'heal')).reason).toMatch(/replicas: 0 instead of 1/);
      await ranOn(name, before?.id);
    },
  ],
  [
    'a JobManager that is deleted is put back whatever the spec says, for the job is down without it',
    async (name) => {
      await deployed(name);
      const [before] = await livingJobsOf(name);
      const { jobManager } = await namesOf(name);
      await deleted('Deployment', jobManager);
      expect((await mended(name, 'heal')).reason).toMatch(`Deployment ${jobManager}`);
      await awaitWell(name);
      await ranOn(name, before?.id);
    },
  ],
];

describe('objects that somebody else deletes or changes', () => {
  showBroken('rec-objects', cases);
});
