/** The workflows of a fleet, on a real Temporal, worker and PostgreSQL: they are jobs that run, and are recorded as such. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createDreyClient } from '../../clients/drey/client.ts';
import { connectPostgres, type Postgres } from '../../clients/postgres/connect.ts';
import { connectTemporal, type Temporal } from '../../clients/temporal/connect.ts';
import { jobWorkflowId } from '../../core/names.ts';
import { jobObservedName } from '../../core/observation/signal.ts';
import type { Finding } from '../../core/recovery/finding.ts';
import { waitUntil } from '../../deploy/dev/process.ts';
import { startControlPlane, type ControlPlane } from '../support/control-plane.ts';
import { jobIs, observation } from '../support/observation-fixture.ts';
import { dealtWithAt } from './dealt-with.ts';
import { fleetJob, fleetTenant, type FleetJob } from './fleet-job.ts';
import { startFleetWorkflow } from './fleet-workflow.ts';
import { measureListings } from './listing.ts';

const size = 12;
const createdAt = new Date().toISOString();
const half = size / 2;
const jobs = Array.from({ length: size }, (_, index) =>
  fleetJob({ index, run: 'test', policy: index < half ? 'never' : 'on-failure', createdAt }),
);

let plane: ControlPlane;
let temporal: Temporal;
let postgres: Postgres;

beforeAll(async () => {
  plane = await startControlPlane();
  temporal = connectTemporal({ address: plane.temporalAddress, namespace: 'default', identity: 'test' });
  postgres = connectPostgres({ url: plane.databaseUrl, applicationName: 'test' });
  for (const job of jobs) await startFleetWorkflow(temporal.client, job);
}, 300_000);
afterAll(async () => {
  await postgres?.end();
  await temporal?.close();
  await plane?.stop();
}, 60_000);

const drey = () => createDreyClient({ server: plane.url, token: plane.token, requestTimeoutMs: 30_000 });
const handleOf = ({ generation }: FleetJob) => temporal.client.workflow.getHandle(jobWorkflowId(generation.identity));

const lengths = () => Promise.all(jobs.map(async (job) => (await handleOf(job).describe()).historyLength));

test('they are jobs that run, and the API lists them', async () => {
  const recorded = async () => (await drey().listJobs(fleetTenant, { limit: 500 })).items.length === size;
  await waitUntil(recorded, { what: 'the fleet to be recorded', timeoutMs: 60_000 });
  const { items } = await drey().listJobs(fleetTenant, { limit: 500 });
  expect(items.map(({ phase, generation }) => [phase, generation?.flinkJobId])).toEqual(
    jobs.map(({ flinkJobId }) => ['RUNNING', flinkJobId]),
  );
  const { page, listing } = await measureListings(drey(), size, 3);
  expect([page.count, listing.count]).toEqual([3, 3]);
});

test('they have nothing to do, and so no history that grows', async () => {
  const before = await lengths();
  await new Promise((resolve) => setTimeout(resolve, 3_000));
  expect(await lengths()).toEqual(before);
});

test('each that is told that it failed is dealt with, as its policy says', async () => {
  const finding: Finding = {
    reason: 'JOB_FAILED',
    action: 'restart',
    failure: { code: 'JOB_FAILED', message: 'It fell.', cure: 'Mend it.' },
    standing: 'ended',
    retry: 'useful',
    isOfRevision: true,
  };
  const toldAtMs = Date.now();
  for (const job of jobs) {
    const { identity, submission } = job.generation;
    const seen = observation({ ...jobIs('FAILED'), uid: identity.uid, generation: identity.number, submission });
    await handleOf(job).signal(jobObservedName, { observation: seen, finding });
  }
  for (const policy of ['never', 'on-failure'] as const) {
    const all = async () => {
      const times = await dealtWithAt(postgres, policy);
      return times.length === half && times;
    };
    const times = await waitUntil(all, { what: `the jobs with ${policy} to be dealt with`, timeoutMs: 60_000 });
    for (const at of times) expect(at).toBeGreaterThanOrEqual(toldAtMs);
  }
}, 180_000);
