/** What is said of a job of another tenant can be copied: it means that job, and no other one of its name. */
import { expect, test } from '@jest/globals';
import { jobSpec, jobView, operationRecord } from '../support/records.ts';
import { page, useFakeApi } from './fake-api.ts';
import { runDrey } from './run-drey.ts';

const api = useFakeApi();

const counts = '/v1/tenants/acme/jobs/counts';
const job = jobView({ tenant: 'acme', phase: 'CANCELED' });
const operation = operationRecord({ number: 4, kind: 'upgrade', state: 'failed' });
const accepted = { status: 202, body: { changed: true, job, operation } };
const gone = { name: 'local', description: '', labels: {}, createdAt: 'x', updatedAt: 'x', agent: { state: 'gone' } };

const cureOf = async (...words: string[]) => (await runDrey(api.server, words)).err.match(/^cure: .*/m)?.[0];

test.each([
  [['delete', 'acme/job/counts'], 'drey delete acme/job/counts --forget'],
  [['abort', 'acme/job/counts'], 'drey operations acme/job/counts lists'],
  [['wait', 'acme/job/counts', '--for=running'], 'drey resume acme/job/counts starts'],
  [['wait', 'acme/job/counts', '--for=phase=FINISHED'], 'drey resume acme/job/counts starts'],
  [['-t', 'acme', 'wait', 'job', 'counts', '--for=running'], 'drey resume acme/job/counts starts'],
  [['restart', 'acme/job/counts', '--wait'], 'drey operation acme/job/counts 4'],
  [['suspend', 'acme/job/counts', '--request-timeout', '1ms'], 'drey operations acme/job/counts.'],
  [['autoscale', 'acme/job/counts'], 'drey autoscale acme/job/counts --now'],
])('the cure of %j says: %s', async (words, said) => {
  api.routes = {
    [`GET ${counts}`]: { body: job },
    [`GET ${counts}/operations`]: page([operationRecord({ kind: 'cancel', state: 'succeeded' })]),
    [`DELETE ${counts}`]: accepted,
    [`POST ${counts}/restart`]: accepted,
    [`POST ${counts}/suspend`]: { hangUp: true },
    'GET /v1/clusters/local': { body: gone },
  };
  expect(await cureOf(...words)).toContain(said);
});

test('the name that a dry run of a selection prints has its tenant', async () => {
  const spec = { ...jobSpec('counts'), metadata: { ...jobSpec('counts').metadata, tenant: 'acme' } };
  const body = { dryRun: true, changed: true, revision: 1, spec };
  api.routes = { [`POST ${counts}/suspend`]: { body }, [`DELETE ${counts}`]: { body } };
  const out = async (...words: string[]) =>
    (await runDrey(api.server, [...words, 'acme/job/counts', '--dry-run', '-o', 'name'])).out;
  expect(await out('suspend')).toBe('acme/flinkjob/counts\n');
  expect(await out('delete')).toBe('acme/flinkjob/counts\n');
});
