/**
 * A job that somebody ends in Flink itself, by its web UI or its command line, on both ends of the supported Flink versions. `npm test` draws one
 * case by a seed; `DREY_TEST_CELLS=all` has all.
 */
import { randomUUID } from 'node:crypto';
import { describe, expect } from '@jest/globals';
import type { FlinkClient } from '../../clients/flink/client.ts';
import { waitUntil } from '../../deploy/dev/process.ts';
import { showBroken, type BrokenCase } from '../support/broken-cases.ts';
import { awaitView, deployed, endsWhole, kindsOf } from '../support/broken-job.ts';
import { awaitPhase, ended, tenant } from '../support/e2e-job.ts';
import { flinkClustersOf, livingJobsOf } from '../support/flink-of.ts';
import { flinkLines } from '../support/flink-lines.ts';
import { verifyLedger } from '../support/ledger.ts';
import { ledgerFolders, type LedgerWish } from '../support/ledger-spec.ts';
import { drey } from '../support/running-stack.ts';

/** What somebody does, and from where the job goes on. */
interface End {
  readonly act: (flink: FlinkClient, job: string) => Promise<unknown>;
  readonly says: RegExp;
  readonly goesOnFrom: RegExp;
}

const cancel: End = {
  act: (flink, job) => flink.cancel(job),
  says: /^The job (?:was|is being) canceled by somebody in Flink/,
  goesOnFrom: /\/chk-\d+$/,
};

/** As `flink stop` asks for it, and to a folder that Drey does not know. */
const stop: End = {
  act: (flink, job) =>
    flink.stopWithSavepoint(job, {
      targetDirectory: 'file:///flink-state/by-hand',
      triggerId: randomUUID().replaceAll('-', ''),
    }),
  says: /^The job was stopped by somebody in Flink, .* with savepoint file:\/?\/?\/flink-state\/by-hand\/savepoint-/,
  goesOnFrom: /\/flink-state\/by-hand\/savepoint-/,
};

async function showEnd(name: string, { act, says, goesOnFrom }: End, wish: LedgerWish): Promise<void> {
  await deployed(name, wish);
  const [flink] = await flinkClustersOf(name);
  const [job] = await livingJobsOf(name);
  if (!flink || !job) throw new Error(`${name} has no job in Flink`);
  await act(flink, job.id);
  const { failure } = await awaitPhase({ tenant, name }, 'CANCELED', 60_000);
  expect(failure).toMatchObject({ code: 'JOB_CANCELED_OUTSIDE', message: expect.stringMatching(says) });
  expect(failure?.cure).toMatch('drey resume');
  const cleared = async () => (await flinkClustersOf(name)).length === 0;
  await waitUntil(cleared, { what: 'its Flink cluster to be gone', timeoutMs: 120_000, stepMs: 200 });
  const { phase, restorePoint } = await awaitView(name, ({ generation }) => !generation, 'no generation');
  expect([phase, restorePoint]).toEqual(['CANCELED', expect.stringMatching(goesOnFrom)]);
  expect(await kindsOf(name)).toEqual(['deploy', 'cleanup']);
  const { records } = await verifyLedger(ledgerFolders(name).out);
  const { operation } = await drey().resumeJob({ tenant, name });
  expect(await ended(name, operation?.number ?? 0)).toMatchObject({ state: 'succeeded', restoredFrom: restorePoint });
  await endsWhole(name);
  expect((await verifyLedger(ledgerFolders(name).out)).records).toBeGreaterThan(records);
}

const cases = flinkLines().flatMap((version): BrokenCase[] => [
  [`canceled on Flink ${version}`, (name) => showEnd(name, cancel, { version })],
  [`stopped with a savepoint on Flink ${version}`, (name) => showEnd(name, stop, { version })],
  [
    `stopped with a savepoint on Flink ${version}, as an application`,
    (name) => showEnd(name, stop, { version, mode: 'application' }),
  ],
]);

describe('a job that somebody cancels in Flink stays canceled, its Flink cluster goes, and it is resumed whole', () => {
  showBroken('rec-outside', cases);
});
