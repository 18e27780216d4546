/** Jobs that break by themselves, on real Flink: the agent sees it, and the job is brought back without a record lost or doubled. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { waitUntil } from '../../deploy/dev/process.ts';
import { labels } from '../../core/names.ts';
import { endsWhole, mended } from '../support/broken-job.ts';
import { applied, awaitPhase, ended, namespace, removed, tenant } from '../support/e2e-job.ts';
import { livingJobsOf } from '../support/flink-of.ts';
import { clearFault, setFault, verifyLedger } from '../support/ledger.ts';
import { ledgerFolders, ledgerJob, removeLedger } from '../support/ledger-spec.ts';
import { awaitMeasured } from '../support/measured.ts';
import { drey, kubernetes, stateVolume } from '../support/running-stack.ts';

/** As a person with kubectl would; of these only objects that the generation itself has. */
async function deleteAll(kind: 'Service' | 'Deployment', job: string): Promise<void> {
  const client = kubernetes();
  const of = `${labels.job}=${job},${labels.generation}`;
  for (const { metadata } of await client.list(kind, namespace, { labelSelector: of }))
    await client.delete(kind, namespace, metadata.name);
  client.close();
}

async function podsGone(job: string): Promise<void> {
  const client = kubernetes();
  const areGone = async () =>
    (await client.list('Pod', namespace, { labelSelector: `${labels.job}=${job}` })).length === 0;
  await waitUntil(areGone, { what: `the pods of ${job} to be gone`, timeoutMs: 120_000, stepMs: 200 });
  client.close();
}

describe('a job that has failed for Flink', () => {
  const name = 'recover-failed';
  const { control } = ledgerFolders(name);

  beforeAll(() => removeLedger(name));
  afterAll(() => removed(name).catch(() => undefined), 240_000);

  test('goes on from its newest checkpoint', async () => {
    const configuration = { 'restart-strategy.type': 'none' };
    expect(await applied(ledgerJob(name, { configuration }))).toMatchObject({ state: 'succeeded' });
    await awaitMeasured(name, ['pendingRecords', 'lastCheckpointAge']);
    setFault(control, 'fail', 'once');
    expect(await mended(name)).toMatchObject({ kind: 'recover', restoredFrom: expect.stringMatching(/chk-/) });
    await awaitMeasured(name, ['pendingRecords']);
    clearFault(control, 'fail');
    await endsWhole(name);
  }, 520_000);
});

describe('a job one of whose objects somebody deletes', () => {
  const name = 'recover-drifted';

  beforeAll(() => removeLedger(name));
  afterAll(() => removed(name).catch(() => undefined), 240_000);

  test('has it again, and runs on meanwhile', async () => {
    const spec = { recovery: { drift: 'heal' as const } };
    expect(await applied(ledgerJob(name, { spec }))).toMatchObject({ state: 'succeeded' });
    const [before] = await livingJobsOf(name);
    await deleteAll('Service', name);
    await mended(name, 'heal');
    expect(await livingJobsOf(name)).toMatchObject([{ id: before?.id, state: 'RUNNING' }]);
    expect(await verifyLedger(ledgerFolders(name).out)).toMatchObject({ good: true, missing: 0, doubled: 0 });
  }, 300_000);
});

describe('a job whose checkpoints somebody deletes', () => {
  const name = 'recover-emptied';

  beforeAll(() => removeLedger(name));
  afterAll(() => removed(name).catch(() => undefined), 240_000);

  test('is not started from before them, unless somebody says so', async () => {
    const spec = { recovery: { policy: 'never' as const } };
    expect(await applied(ledgerJob(name, { spec }))).toMatchObject({ state: 'succeeded' });
    await deleteAll('Deployment', name);
    await podsGone(name);
    const { uid } = await drey().getJob({ tenant, name });
    rmSync(join(stateVolume(), 'checkpoints', uid), { recursive: true });
    const { operation } = await drey().restartJob({ tenant, name });
    const record = await ended(name, operation?.number ?? 0);
    expect(record).toMatchObject({ state: 'failed', failure: { code: 'STATE_GONE' } });
    await awaitPhase({ tenant, name }, 'FAILED');
    const empty = ledgerJob(name, { spec, folder: `${name}-again`, upgrade: { mode: 'stateless' } });
    expect(await applied(empty)).toMatchObject({ state: 'succeeded' });
  }, 400_000);
});
