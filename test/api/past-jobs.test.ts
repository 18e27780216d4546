/** What is kept of jobs whose name a later job has: each list is that of the job which is meant. */
import { beforeAll, describe, expect, test } from '@jest/globals';
import { eventAnswer, operationAnswer, pageOf, revisionAnswer } from '../../api/answer-shapes.ts';
import { writeRecords } from '../../clients/postgres/records.ts';
import { apiSuite, call, database, viewer } from '../support/api-suite.ts';
import { jobView, operationRecord } from '../support/records.ts';

apiSuite(viewer);

const first = 'first001';
const second = 'second02';
const day = (number: number) => `2026-01-0${number}T00:00:00.000Z`;

/** A job, and one of everything, by which it is known. */
async function record(uid: string, acceptedBy: string, change: object): Promise<void> {
  const job = jobView({ uid, ...change });
  await writeRecords(database.postgres, [
    { kind: 'job', uid, seq: 1, job },
    { kind: 'revision', uid, revision: 1, spec: job.spec, specHash: 'hash', acceptedBy, acceptedAt: job.createdAt },
    { kind: 'operation', uid, seq: 1, operation: operationRecord({ requestedBy: acceptedBy }) },
    { kind: 'event', uid, operation: 1, seq: 1, at: job.createdAt, type: 'accepted', text: acceptedBy },
  ]);
}

beforeAll(async () => {
  await record(first, 'ada', { phase: 'REMOVED', createdAt: day(1) });
  await record(second, 'bob', { createdAt: day(2) });
});

const path = '/v1/tenants/default/jobs/counts';

describe.each([
  ['operations', operationAnswer, 'requestedBy'],
  ['revisions', revisionAnswer, 'acceptedBy'],
  ['events', eventAnswer, 'text'],
] as const)('%s', (list, shape, by) => {
  test.each([
    ['of the job that has the name now', '', 'bob'],
    ['of the same by its uid', `?uid=${second}`, 'bob'],
    ['of the removed one by its uid', `?uid=${first}`, 'ada'],
  ])('are those %s', async (_whose, query, name) => {
    const { items } = pageOf(shape).parse((await call('GET', `${path}/${list}${query}`)).body);
    expect(items).toMatchObject([{ [by]: name }]);
  });

  test('are refused by a uid that the name never had', async () => {
    const answer = await call('GET', `${path}/${list}?uid=nobody00`);
    expect(answer).toMatchObject({ status: 404, body: { code: 'NO_SUCH_JOB' } });
  });
});
