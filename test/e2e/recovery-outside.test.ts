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
import { apply, awaitPhase, awaitStep, ended, tenant } from '../support/e2e-job.ts';
import { flinkClustersOf } from '../support/flink-of.ts';
import { flinkLines } from '../support/flink-lines.ts';
import { verifyLedger } from '../support/ledger.ts';
import { ledgerFolders, ledgerJob, type LedgerWish } from '../support/ledger-spec.ts';
import { drey } from '../support/running-stack.ts';

/** What somebody does, and from where the job goes on. */
interface End {
  readonly act: (flink: FlinkClient, job: string) => Promise<unknown>;
  readonly says: RegExp;
  /** The same where an operation waits for the job. */
  readonly saysWhileAwaited: RegExp;
  readonly goesOnFrom: RegExp;
}

const cancel: End = {
  act: (flink, job) => flink.cancel(job),
  says: /^The job (?:was|is being) canceled by somebody in Flink/,
  saysWhileAwaited: /^The job was canceled by somebody else while it was waited for/,
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
  saysWhileAwaited:
    /^The job was stopped by somebody else, with savepoint file:\/?\/?\/flink-state\/by-hand\/savepoint-/,
  goesOnFrom: /\/flink-state\/by-hand\/savepoint-/,
};

async function showEnd(name: string, end: End, wish: LedgerWish): Promise<void> {
  await deployed(name, wish);
  await endedBy(name, end);
  const { failure } = await awaitPhase({ tenant, name }, 'CANCELED', 60_000);
  expect(failure).toMatchObject({ code: 'JOB_CANCELED_OUTSIDE', message: expect.stringMatching(end.says) });
  expect(failure?.cure).toMatch('drey resume');
  const cleared = async () => (await flinkClustersOf(name)).length === 0;
  await waitUntil(cleared, { what: 'its Flink cluster to be gone', timeoutMs: 120_000, stepMs: 200 });
  const { phase } = await awaitView(name, ({ generation }) => !generation, 'no generation');
  expect(phase).toBe('CANCELED');
  expect(await kindsOf(name)).toEqual(['deploy', 'cleanup']);
  await goesOn(name, end, async () => (await drey().resumeJob({ tenant, name })).operation?.number ?? 0);
}

/** The new revision is not seen to be stable then; it ends as somebody wants it, and the old one does not come back for it. */
async function showEndWhileUpgraded(name: string, end: End): Promise<void> {
  await deployed(name);
  const changed = ledgerJob(name, { args: ['--rate', '90'], upgrade: { stableAfter: '20s' } });
  const number = await apply(changed);
  await awaitStep(name, number, 'stable', { stepMs: 100 });
  await endedBy(name, end);
  const { kind, state, failure, rolledBackTo } = await ended(name, number);
  expect({ kind, state, rolledBackTo }).toEqual({ kind: 'upgrade', state: 'failed' });
  expect(failure).toMatchObject({
    code: 'JOB_CANCELED_OUTSIDE',
    message: expect.stringMatching(end.saysWhileAwaited),
    cure: expect.stringMatching(/^Apply the spec again/),
  });
  await goesOn(name, end, () => apply(changed));
}

async function endedBy(name: string, { act }: End): Promise<unknown> {
  for (const flink of await flinkClustersOf(name)) {
    const living = (await flink.jobs()).find(({ endedAtMs }) => endedAtMs === undefined);
    if (living) return act(flink, living.id);
  }
  throw new Error(`${name} has no job in Flink`);
}

/** @param again begins the operation with which it goes on, and gives its number. */
async function goesOn(name: string, { goesOnFrom }: End, again: () => Promise<number>): Promise<void> {
  const { restorePoint } = await drey().getJob({ tenant, name });
  expect(restorePoint).toMatch(goesOnFrom);
  const { records } = await verifyLedger(ledgerFolders(name).out);
  expect(await ended(name, await again())).toMatchObject({ state: 'succeeded', restoredFrom: restorePoint });
  await endsWhole(name);
  expect((await verifyLedger(ledgerFolders(name).out)).records).toBeGreaterThan(records);
}

const whileUpgraded: readonly BrokenCase[] = [
  ['stopped with a savepoint while an upgrade looks whether it is stable', (name) => showEndWhileUpgraded(name, stop)],
  ['canceled while an upgrade looks whether it is stable', (name) => showEndWhileUpgraded(name, cancel)],
];

const ofEachVersion = flinkLines().flatMap((version): BrokenCase[] => [
  [`canceled on Flink ${version}`, (name) => showEnd(name, cancel, { version })],
  [`stopped with a savepoint on Flink ${version}`, (name) => showEnd(name, stop, { version })],
  [
    `stopped with a savepoint on Flink ${version}, as an application`,
    (name) => showEnd(name, stop, { version, mode: 'application' }),
  ],
]);

describe('a job that somebody cancels in Flink stays canceled, its Flink cluster goes, and it is resumed whole', () => {
  showBroken('rec-outside', [...ofEachVersion, ...whileUpgraded]);
});
