/**
 * PostgreSQL is away, and then the API: operations go on, and afterwards every record is there, in order and once. `npm test` has
 * PostgreSQL back after 20 s at the earliest, `npm run test:crash` after five minutes. And the agent is, while a job is to be brought back.
 */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { pause, waitUntil } from '../../deploy/dev/process.ts';
import { hasEnded, type OperationRecord } from '../../core/operation.ts';
import { jobWorkflowId } from '../../core/names.ts';
import { jobStatus, type JobStatus } from '../../workflows/messages.ts';
import { awaitTrouble, awaitView, awaitWell, deployed, endsWhole, mended, noRestarts } from '../support/broken-job.ts';
import { applied, apply, awaitPhase, ended, removed, tenant } from '../support/e2e-job.ts';
import { livingJobsOf } from '../support/flink-of.ts';
import { setFault, verifyLedger } from '../support/ledger.ts';
import { ledgerFolders, ledgerJob, removeLedger } from '../support/ledger-spec.ts';
import { drey, killPart, startPart, temporal } from '../support/running-stack.ts';

const name = 'unrecorded';
const unreached = 'unreached';
const ref = { tenant, name };
const outageMs = Number(process.env.DREY_TEST_OUTAGE_S ?? 20) * 1_000;
const spec = (nonce: number, parallelism: number) =>
  ledgerJob(name, { job: { parallelism }, spec: { restartNonce: nonce } });

beforeAll(() => removeLedger(name));
afterAll(async () => {
  await startPart('postgres');
  await startPart('api');
  await startPart('agent');
  for (const one of [name, unreached]) await removed(one).catch(() => undefined);
}, 400_000);

/** As the job's own workflow knows it. */
async function known(): Promise<JobStatus> {
  const client = await temporal();
  const status = await client.workflow.getHandle(jobWorkflowId(ref)).query(jobStatus);
  await client.connection.close();
  if (!status) throw new Error('the job is not known');
  return status;
}

async function newestIfEnded(): Promise<OperationRecord | undefined> {
  const { operations, job } = await known();
  const newest = operations.toSorted((one, other) => other.number - one.number)[0];
  return newest && hasEnded(newest) && job.operation === undefined ? newest : undefined;
}

/** Waits, past the API, until the newest operation has ended. */
const newestEnded = () =>
  waitUntil(newestIfEnded, { what: 'the newest operation to end', timeoutMs: 240_000, stepMs: 250 });

const recorded = async () => (await drey(5_000).listOperations(ref)).items;

const inShort = ({ number, kind, state, requestedAt }: OperationRecord) => ({ number, kind, state, requestedAt });

test('while PostgreSQL is away operations are accepted, followed, and end right', async () => {
  expect(await applied(spec(1, 1))).toMatchObject({ state: 'succeeded' });
  await killPart('postgres');
  const awayAt = performance.now();
  expect(await ended(name, await apply(spec(2, 1)))).toMatchObject({ kind: 'upgrade', state: 'succeeded' });
  expect(await ended(name, await apply(spec(2, 2)))).toMatchObject({ kind: 'rescale', state: 'succeeded' });
  await pause(Math.max(0, outageMs - (performance.now() - awayAt)));
}, 900_000);

test('while the API is away, too, the operation under way ends right', async () => {
  const number = await apply(spec(3, 2));
  await killPart('api');
  expect(await newestEnded()).toMatchObject({ number, kind: 'upgrade', state: 'succeeded' });
  expect(await livingJobsOf(name)).toHaveLength(1);
}, 400_000);

test('afterwards all records are there, in order, and once', async () => {
  // What is written its workflow forgets.
  const { operations } = await known();
  expect(operations.map(({ number }) => number)).toContain(4);
  await startPart('postgres');
  await startPart('api');
  const isWritten = async () => {
    const all = await recorded();
    return all.length === 4 && all.every(hasEnded);
  };
  await waitUntil(isWritten, { what: 'all records to be written', timeoutMs: 180_000, stepMs: 250 });
  // The newest first, each once; and each as its workflow knows it.
  expect((await recorded()).map(({ number, kind }) => `${number} ${kind}`)).toEqual([
    '4 upgrade',
    '3 rescale',
    '2 upgrade',
    '1 deploy',
  ]);
  expect((await recorded()).map(inShort)).toEqual(expect.arrayContaining(operations.map(inShort)));
  for (const { steps } of await recorded()) expect(steps.filter(({ endedAt }) => endedAt === undefined)).toEqual([]);
  expect(await awaitPhase(ref, 'RUNNING')).toMatchObject({ revision: 4 });
  const revisions = (await drey().listRevisions(ref)).items;
  expect(revisions.map(({ revision }) => revision)).toEqual([4, 3, 2, 1]);
}, 400_000);

test('so are its events: no step is told twice, and none before the one that it followed', async () => {
  const { items } = await drey().listEvents(ref, { limit: 500 });
  const oldestFirst = items.toReversed();
  const keys = items.map(({ operation, seq }) => `${operation}/${seq}`);
  expect(new Set(keys).size).toBe(keys.length);
  for (const number of [1, 2, 3, 4]) {
    const ofOne = oldestFirst.filter(({ operation }) => operation === number);
    const seqs = ofOne.map(({ seq }) => seq);
    expect(seqs.length).toBeGreaterThan(2);
    expect(seqs).toEqual(seqs.toSorted((one, other) => one - other));
  }
  expect(await verifyLedger(ledgerFolders(name).out)).toMatchObject({ good: true, missing: 0, doubled: 0 });
}, 120_000);

test('an agent that is away uses up no attempt to bring a job back', async () => {
  const { control } = ledgerFolders(unreached);
  const recovery = { attempts: 2, backoff: { initial: '20s', max: '20s' } };
  await deployed(unreached, { configuration: noRestarts, spec: { recovery } });
  setFault(control, 'fail', 'one');
  await mended(unreached);
  setFault(control, 'fail', 'two');
  await awaitTrouble(unreached, 'JOB_FAILED', 'due');
  await killPart('agent');
  const { trouble } = await awaitView(
    unreached,
    ({ trouble: seen }) => seen?.tried.length === 2 && seen.next !== 'underWay' && seen.next !== 'undecided',
    `an attempt to bring ${unreached} back to reach nobody`,
  );
  expect(trouble).toMatchObject({
    next: 'due',
    tried: [{}, { outcome: expect.stringMatching(/It does not count\.$/) }],
  });
  await startPart('agent');
  await awaitWell(unreached);
  await endsWhole(unreached);
}, 600_000);
