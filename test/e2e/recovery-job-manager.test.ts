/**
 * What happens to a JobManager, on real Flink: it crashes, hangs, cannot be reached, or has lost its job. `npm test` draws one of these
 * rows of the recovery table by a seed; `DREY_TEST_CELLS=all` has all.
 */
import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect } from '@jest/globals';
import { generationNames, highAvailabilityMapName, type GenerationIdentity } from '../../core/names.ts';
import { waitUntil } from '../../deploy/dev/process.ts';
import { showBroken, type BrokenCase } from '../support/broken-cases.ts';
import { awaitTrouble, awaitWell, deployed, endsWhole, kindsOf, mended } from '../support/broken-job.ts';
import { namespace, tenant } from '../support/e2e-job.ts';
import { livingJobsOf } from '../support/flink-of.ts';
import { verifyLedger } from '../support/ledger.ts';
import { ledgerFolders, type LedgerWish } from '../support/ledger-spec.ts';
import { killProcessesOf } from '../support/pod-process.ts';
import { patch } from '../support/patch-object.ts';
import { drey, kubernetes, stateVolume } from '../support/running-stack.ts';

const soon = { deadlines: { jobManager: '45s' } };

async function generationOf(name: string) {
  const { uid, generation } = await drey().getJob({ tenant, name });
  if (!generation) throw new Error(`${name} has no generation`);
  return { ...generation, identity: { tenant, name, uid, number: generation.number } };
}

/** Takes away what a new JobManager reads to learn which jobs it has. */
function loseJobGraphs({ uid, number }: GenerationIdentity): void {
  const folder = join(stateVolume(), 'high-availability', uid, String(number));
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  const graphs = files.filter((file) => /submitted(?:JobGraph|ExecutionPlan)/.test(file));
  if (graphs.length === 0) throw new Error(`there is no job graph among ${files.join(', ')}`);
  for (const file of graphs) rmSync(join(folder, file), { force: true });
}

/** Its high-availability data names no job any more. */
async function loseJob(name: string): Promise<void> {
  const { identity } = await generationOf(name);
  const map = highAvailabilityMapName(identity, 'cluster');
  const client = kubernetes();
  const { data = {} } = (await client.get('ConfigMap', namespace, map)) ?? {};
  client.close();
  const graphs = Object.keys(data).filter((key) => /^(?:jobGraph|executionPlan)-/.test(key));
  if (graphs.length === 0) throw new Error(`${map} names no job: ${Object.keys(data).join(', ')}`);
  await patch('configmaps', map, { data: Object.fromEntries(graphs.map((key) => [key, null])) });
}

/** As somebody does who tidies up what looks like nobody's. */
async function deleteHighAvailability(name: string): Promise<void> {
  const { identity } = await generationOf(name);
  const client = kubernetes();
  const [before = '', after = ''] = highAvailabilityMapName(identity, '|').split('|');
  const isOfIt = (map: string) => map.startsWith(before) && map.endsWith(after);
  const maps = (await client.list('ConfigMap', namespace)).filter(({ metadata }) => isOfIt(metadata.name));
  for (const { metadata } of maps) await client.delete('ConfigMap', namespace, metadata.name);
  client.close();
  expect(maps.length).toBeGreaterThanOrEqual(2);
}

/** That of the job alone: its JobManager leads on, and runs it. */
async function deletePointers(name: string): Promise<void> {
  const { identity } = await generationOf(name);
  const [job] = await livingJobsOf(name);
  const client = kubernetes();
  const isDeleted = await client.delete('ConfigMap', namespace, highAvailabilityMapName(identity, job?.id ?? ''));
  client.close();
  expect(isDeleted).toBe(true);
}

const pointersDeleted = /^Somebody deleted 1 object of the job: ConfigMap \S+-config-map\. Without the pointers/;

async function mendedWithoutPointers(name: string): Promise<void> {
  const record = await mended(name);
  expect(record.reason).toMatch(pointersDeleted);
  expect(record).toMatchObject({ generation: 2, restoredFrom: expect.stringMatching(/chk-/) });
}

/** Only its results are on a volume: it has no state that outlives its pods, and no high availability. */
const withoutState: LedgerWish = {
  withoutStorage: true,
  spec: {
    taskManager: {
      resources: { requests: { cpu: '50m', memory: '768Mi' }, limits: { memory: '768Mi' } },
      podTemplate: {
        spec: {
          containers: [
            { name: 'flink-main-container', volumeMounts: [{ name: 'results', mountPath: '/flink-state' }] },
          ],
          volumes: [{ name: 'results', persistentVolumeClaim: { claimName: 'flink-state' } }],
        },
      },
    },
  },
};

/** One job runs, and nothing is missing, though what was done before it began anew may be there twice. */
async function lostNothing(name: string): Promise<void> {
  expect(await livingJobsOf(name)).toHaveLength(1);
  expect(await verifyLedger(ledgerFolders(name).out)).toMatchObject({ missing: 0, mismatches: 0 });
}

/** What was done before is done again, for there was nothing to go on from. */
async function beganAnew(name: string): Promise<void> {
  const { out } = ledgerFolders(name);
  const isDoneAgain = async () => (await verifyLedger(out)).doubled > 0;
  await waitUntil(isDoneAgain, { what: `${name} to have begun anew`, timeoutMs: 60_000, stepMs: 250 });
  await lostNothing(name);
}

const cases: readonly BrokenCase[] = [
  [
    'a JobManager that crashes again and again is left for a new Flink cluster',
    async (name) => {
      await deployed(name);
      loseJobGraphs((await generationOf(name)).identity);
      await killProcessesOf(name, 'jobmanager');
      const record = await mended(name);
      expect(record.reason).toMatch(/^The JobManager ends again and again: .* after \d+ restarts/);
      expect(record).toMatchObject({ generation: 2, restoredFrom: expect.stringMatching(/chk-/) });
      await endsWhole(name);
    },
  ],
  [
    'a JobManager that hangs is left for a new Flink cluster, and its pod is seen to have ended first',
    async (name) => {
      await deployed(name, { spec: soon });
      await killProcessesOf(name, 'jobmanager', 'SIGSTOP');
      const record = await mended(name);
      expect(record.reason).toMatch(/^The JobManager has not answered for .*, and its pod is not ready/);
      expect(record).toMatchObject({ generation: 2, restoredFrom: expect.stringMatching(/chk-/) });
      await endsWhole(name);
    },
    'slow',
  ],
  [
    'a JobManager whose pod is scaled away is left for a new Flink cluster',
    async (name) => {
      await deployed(name, { spec: soon });
      const { identity } = await generationOf(name);
      const client = kubernetes();
      await client.scale('Deployment', namespace, generationNames(identity).jobManager, 0);
      client.close();
      const record = await mended(name);
      expect(record.reason).toMatch(/^The JobManager has not answered for .*, and has no pod/);
      expect(record).toMatchObject({ generation: 2, restoredFrom: expect.stringMatching(/chk-/) });
      await endsWhole(name);
    },
    'slow',
  ],
  [
    'a JobManager that only the agent does not reach is left alone, with its job',
    async (name) => {
      await deployed(name, { spec: soon });
      const [before] = await livingJobsOf(name);
      const { name: service } = await generationOf(name);
      await patch('services', service, { spec: { selector: { 'example.org/nobody': 'yes' } } });
      const { failure } = await awaitTrouble(name, 'JOB_MANAGER_SILENT', 'shown');
      expect(failure?.message).toMatch(/though its pod is ready/);
      await patch('services', service, { spec: { selector: { 'example.org/nobody': null } } });
      await awaitWell(name);
      expect(await kindsOf(name)).toEqual(['deploy']);
      expect(await livingJobsOf(name)).toMatchObject([{ id: before?.id }]);
      await endsWhole(name);
    },
    'slow',
  ],
  [
    'a job that its JobManager has forgotten is submitted again, from its newest checkpoint',
    async (name) => {
      await deployed(name);
      await loseJob(name);
      await killProcessesOf(name, 'jobmanager');
      const record = await mended(name);
      expect(record.reason).toMatch(/^The JobManager answers, and has not known the job for /);
      expect(record.restoredFrom).toMatch(/chk-/);
      await endsWhole(name);
    },
  ],
  [
    'a running application whose pointers to checkpoints somebody deletes goes on from its newest checkpoint',
    async (name) => {
      await deployed(name, { mode: 'application' });
      await deletePointers(name);
      await mendedWithoutPointers(name);
      await endsWhole(name);
    },
    'slow',
  ],
  [
    'a job whose ConfigMaps of high availability somebody deletes, and so ends its JobManager, goes on from its newest checkpoint',
    async (name) => {
      await deployed(name);
      await deleteHighAvailability(name);
      await mendedWithoutPointers(name);
      await endsWhole(name);
    },
    'slow',
  ],
  [
    'an application whose ConfigMaps of high availability somebody deletes is brought back, though it may have run from its begin meanwhile',
    async (name) => {
      await deployed(name, { mode: 'application' });
      await deleteHighAvailability(name);
      await mendedWithoutPointers(name);
      await lostNothing(name);
    },
    'slow',
  ],
  [
    'a job without high availability whose JobManager has ended begins anew',
    async (name) => {
      await deployed(name, withoutState);
      await killProcessesOf(name, 'jobmanager');
      const record = await mended(name);
      expect(record.reason).toMatch(/^The JobManager answers, .* Without high availability/);
      expect(record.restoredFrom).toBeUndefined();
      await beganAnew(name);
    },
  ],
  [
    'an application without high availability whose JobManager has ended begins anew, too',
    async (name) => {
      await deployed(name, { ...withoutState, mode: 'application' });
      await killProcessesOf(name, 'jobmanager');
      const record = await mended(name);
      expect(record.reason).toMatch(/^The JobManager's pod has ended: .* 137, and without high availability/);
      expect(record).toMatchObject({ generation: 2 });
      expect(record.restoredFrom).toBeUndefined();
      await beganAnew(name);
    },
  ],
];

describe('a JobManager that breaks', () => {
  showBroken('rec-manager', cases);
});
