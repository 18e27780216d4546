/** Many at once: many jobs, many callers of one job. */
import { afterAll, describe, expect, test } from '@jest/globals';
import { waitUntil } from '../../deploy/dev/process.ts';
import { e2eJob, ended, objectsOf, removed, small, smallMemory, tenant, apply } from '../support/e2e-job.ts';
import { livingJobsOf } from '../support/flink-of.ts';
import { drey } from '../support/running-stack.ts';

/** As many as a small machine starts in a few minutes; `npm run test:rounds` has twenty. */
const count = Number(process.env.DREY_TEST_JOBS ?? 2);
const many = Array.from({ length: count }, (_, index) => `many-${index + 1}`);
const patient = {
  schedule: '10m',
  imagePull: '10m',
  jobManager: '15m',
  slots: '15m',
  submit: '10m',
  running: '10m',
  checkpoint: '10m',
};

/** Twenty fit into the memory of the machine that all of Drey's tests are made for. */
const tiny = { jobManager: { resources: small('416Mi') }, taskManager: { resources: small('576Mi') } };

/** Forty JVMs that start at once on two cores are late at everything; a JobManager that is, must not give up leading. */
const leases = {
  'high-availability.kubernetes.leader-election.lease-duration': '2 min',
  'high-availability.kubernetes.leader-election.renew-deadline': '2 min',
};
const manyWish = {
  flink: { version: '2.3', configuration: { ...smallMemory, ...leases } },
  spec: { deadlines: patient, ...tiny },
} as const;

afterAll(
  () => Promise.all([...many, 'contended'].map((name) => removed(name, 600_000).catch(() => undefined))),
  900_000,
);

describe('many jobs applied at once', () => {
  test('end with each running once', async () => {
    const numbers = await Promise.all(many.map((name) => apply(e2eJob(name, manyWish))));
    const operations = await Promise.all(many.map((name, index) => ended(name, numbers[index] ?? 1, 1_500_000)));
    expect(operations.map(({ state, failure }) => failure?.code ?? state)).toEqual(many.map(() => 'succeeded'));
    for (const name of many) expect((await livingJobsOf(name)).map(({ state }) => state)).toEqual(['RUNNING']);
  }, 1_600_000);

  test('and are removed at once with nothing left', async () => {
    const operations = await Promise.all(many.map((name) => removed(name, 900_000)));
    expect(operations.map(({ state }) => state)).toEqual(many.map(() => 'succeeded'));
    for (const name of many) expect(await objectsOf(name)).toEqual([]);
  }, 1_000_000);
});

describe('two callers at once with different specs', () => {
  const name = 'contended';

  test('end with the last accepted one running, once', async () => {
    const specs = ['110', '111', '112', '113'].map((rps) => e2eJob(name, { job: { args: ['--rps', rps] } }));
    const changes = await Promise.all(specs.map((spec) => drey().applyJob({ tenant, name }, spec)));
    const last = Math.max(...changes.map(({ operation }) => operation?.number ?? 0));
    expect(await ended(name, last, 400_000)).toMatchObject({ state: 'succeeded' });
    // The operation's record is written by its own workflow, the job's by the job's: one may be a moment behind.
    const settled = async () => {
      const seen = await drey().getJob({ tenant, name });
      return seen.operation === undefined && seen;
    };
    const job = await waitUntil(settled, { what: 'the job to be told as settled', timeoutMs: 30_000, stepMs: 50 });
    const winner = changes.findIndex(({ operation }) => operation?.number === last);
    expect(job.spec.spec.job.args).toEqual(specs[winner]?.spec.job.args);
    expect(job).toMatchObject({ phase: 'RUNNING', revision: 4, generation: { revision: 4 } });
    expect(await livingJobsOf(name)).toHaveLength(1);
  }, 500_000);

  test('and every operation has come to an end that is told', async () => {
    const { items } = await drey().listOperations({ tenant, name });
    for (const { state } of items) expect(['succeeded', 'aborted', 'superseded']).toContain(state);
    const superseded = items.filter(({ state }) => state === 'superseded');
    for (const { number, supersededBy } of superseded) expect(supersededBy).toBeGreaterThan(number);
  });
});
