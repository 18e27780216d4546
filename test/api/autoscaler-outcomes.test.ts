/** What becomes of a job's autoscaler's decision that somebody, or something, comes between. On the real workflows. */
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { clusterAnswer } from '../../api/answer-shapes.ts';
import { type JobView } from '../../core/job.ts';
import { jobWorkflowId } from '../../core/names.ts';
import { type DecisionRecord } from '../../core/scaling/decision-record.ts';
import { waitUntil } from '../../deploy/dev/process.ts';
import {
  call,
  decided,
  eventually,
  folder,
  inputFor,
  path,
  running,
  send,
  startAutoscaled,
  stopAutoscaled,
  temporal,
} from '../support/autoscaled-plane.ts';
import { enough, tooMuch, windowOf } from '../support/autoscaler-window.ts';

beforeAll(async () => {
  await startAutoscaled();
}, 400_000);
afterAll(stopAutoscaled);

describe('a decision whose operation does not come to its end', () => {
  const hold = join(folder, 'checkRescale-waits');
  afterEach(() => rmSync(hold, { force: true }));

  test('for a newer spec takes its place, counts neither as failed nor as carried out', async () => {
    const name = 'gives-way';
    const job = await running(name);
    writeFileSync(hold, '');
    await send(windowOf(job, tooMuch));
    await decided(name, ({ operation }) => operation !== undefined);
    const labels = { ...inputFor(name), metadata: { name, labels: { team: 'orders' } } };
    expect(await call('PUT', path(name), { body: labels })).toMatchObject({ status: 202 });
    rmSync(hold);
    const told = await decided(name, ({ outcome }) => outcome === 'notCarriedOut');
    expect(told).toMatchObject({ number: 1, operation: 2, why: { code: 'SUPERSEDED' } });
    const after = await eventually(name, ({ phase, generation }) => phase === 'RUNNING' && generation?.revision === 3);
    expect(after.spec.metadata.labels).toEqual({ team: 'orders' });
    expect((await call('GET', `${path(name)}/autoscaler`)).body.heldOff).toBeUndefined();
  }, 240_000);

  test('for the workflow of the job was ended by hand, is said to be over once the job is made anew', async () => {
    const name = 'made-anew';
    const old = await running(name);
    writeFileSync(hold, '');
    await send(windowOf(old, tooMuch));
    await decided(name, ({ operation }) => operation !== undefined);
    await temporal()
      .workflow.getHandle(jobWorkflowId({ tenant: 'default', name }))
      .terminate();
    rmSync(hold);
    const job = await running(name);
    expect(job.uid).not.toBe(old.uid);
    await send(windowOf(job, enough));
    await decided(name, ({ number, outcome }) => number === 1 && outcome === 'nothing');
    const earlier = async () => (await call('GET', `${path(name)}/decisions?uid=${old.uid}`)).body.items[0];
    const isOver = async () => (await earlier()).outcome !== 'underWay';
    await waitUntil(isOver, { what: 'the old decision to be over', timeoutMs: 60_000 });
    expect(await earlier()).toMatchObject({ outcome: 'notCarriedOut', why: { code: 'JOB_GONE' } });
  }, 240_000);
});

describe('the quota of a tenant', () => {
  const orders = '/v1/tenants/orders';
  const jobPath = (name: string) => `${orders}/jobs/${name}`;
  const ofOrders = async (name: string): Promise<JobView> => {
    const { metadata, ...rest } = inputFor(name);
    const body = { ...rest, metadata: { ...metadata, tenant: 'orders' } };
    expect((await call('PUT', jobPath(name), { body })).status).toBe(201);
    const seen = async () => {
      const job: JobView = (await call('GET', jobPath(name))).body;
      return job.phase === 'RUNNING' && job;
    };
    return waitUntil(seen, { what: `${name} to run`, timeoutMs: 120_000, stepMs: 100 });
  };
  const settled = (name: string) => {
    const seen = async () => {
      const { body } = await call('GET', `${jobPath(name)}/decisions`);
      return (body.items as DecisionRecord[]).find(({ outcome }) => outcome !== 'underWay') ?? false;
    };
    return waitUntil(seen, { what: `a decision on ${name}`, timeoutMs: 120_000, stepMs: 100 });
  };

  test('has its last room taken by one of two jobs that decide at the same time', async () => {
    const grants = [{ cluster: 'local', namespace: 'flink' }];
    await call('PUT', orders, { body: { grants, quota: { slots: 12 } } });
    const cluster = await call('PUT', '/v1/clusters/local', { body: { quota: { slots: 900 } } });
    expect(clusterAnswer.strict().parse(cluster.body).quota).toEqual({ slots: 900 });
    const jobs = await Promise.all([ofOrders('one'), ofOrders('two')]);
    await Promise.all(jobs.map((job) => send(windowOf(job, tooMuch))));
    const decisions = await Promise.all(jobs.map(({ name }) => settled(name)));
    const outcomes = decisions.map(({ outcome }) => outcome);
    expect(outcomes.toSorted()).toEqual(['carriedOut', 'notCarriedOut']);
    expect(decisions.find(({ outcome }) => outcome === 'notCarriedOut')?.why).toEqual({
      code: 'QUOTA_REACHED',
      text: 'The quota of tenant orders leaves the job 4 slots; 8 are wanted.',
    });
    const loser = jobs[outcomes.indexOf('notCarriedOut')]?.name ?? '';
    expect((await call('GET', jobPath(loser))).body).toMatchObject({ phase: 'RUNNING', revision: 1 });
  }, 240_000);

  test('refuses nothing that a person asks for', async () => {
    const scaled = await call('POST', `${jobPath('one')}/scale`, { body: { parallelism: 30 } });
    expect(scaled.status).toBe(202);
  }, 60_000);
});
