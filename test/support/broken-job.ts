/** A ledger job that is broken on purpose: what Drey says of it, and whether it is whole afterwards. */
import { expect } from '@jest/globals';
import type { JobView, TroubleView } from '../../core/job.ts';
import { hasEnded, type OperationRecord } from '../../core/operation.ts';
import type { FindingReason } from '../../core/recovery/finding.ts';
import { waitUntil } from '../../deploy/dev/process.ts';
import { apply, ended, tenant } from './e2e-job.ts';
import { livingJobsOf } from './flink-of.ts';
import { verifyLedger } from './ledger.ts';
import { ledgerFolders, ledgerJob, removeLedger, type LedgerWish } from './ledger-spec.ts';
import { drey } from './running-stack.ts';

/** How long what is broken may go unnoticed, or be on its way back: the slowest back-off of a kubelet is among it. */
const patienceMs = 300_000;

/** What fails for Flink stays failed: it is for Drey to bring back. */
export const noRestarts = { 'restart-strategy.type': 'none' };

/** Flink brings the job back at once, as often as it must. */
export const restartsAtOnce = {
  'restart-strategy.type': 'fixed-delay',
  'restart-strategy.fixed-delay.attempts': '1000',
  'restart-strategy.fixed-delay.delay': '100ms',
};

/** Deploys it with a ledger of its own. @throws when that fails. */
export async function deployed(name: string, wish: LedgerWish = {}): Promise<void> {
  removeLedger(name);
  // A job that was removed keeps its name until its last records are written.
  const named = { what: `the name ${name} to be free`, timeoutMs: 60_000, stepMs: 200 };
  const number = await waitUntil(() => apply(ledgerJob(name, wish)), named);
  expect(await ended(name, number)).toMatchObject({ state: 'succeeded' });
}

/** The oldest first. */
async function operationsOf(name: string): Promise<readonly OperationRecord[]> {
  const { items } = await drey().listOperations({ tenant, name });
  return items.toSorted((one, other) => one.number - other.number);
}

export async function kindsOf(name: string): Promise<readonly string[]> {
  return (await operationsOf(name)).map(({ kind }) => kind);
}

/** Waits until the job is as it is said to be. Until then the error says how it was last. */
export function awaitView(
  name: string,
  isSo: (view: JobView) => boolean | undefined,
  what: string,
  timeoutMs = patienceMs,
): Promise<JobView> {
  const look = async () => {
    const view = await drey().getJob({ tenant, name });
    if (isSo(view)) return view;
    throw new Error(`it is ${view.phase}, ${view.trouble?.reason ?? 'without trouble'} (${view.trouble?.next ?? '-'})`);
  };
  return waitUntil(look, { what, timeoutMs, stepMs: 100 });
}

/** Waits until that is what is wrong with the job, and that it was decided what comes of it. */
export async function awaitTrouble(
  name: string,
  reason: FindingReason,
  next?: TroubleView['next'],
  timeoutMs = patienceMs,
): Promise<TroubleView> {
  const isSo = ({ trouble }: JobView) => trouble?.reason === reason && (next === undefined || trouble.next === next);
  const what = `${name} to be in trouble: ${reason}, ${next ?? 'whatever comes'}`;
  const { trouble } = await awaitView(name, isSo, what, timeoutMs);
  if (!trouble) throw new Error('a job without trouble was taken for one');
  return trouble;
}

/** Waits until the first operation begins with which the job is to be mended, and gives it. */
export function awaitMending(
  name: string,
  kind: 'recover' | 'heal' = 'recover',
  timeoutMs = patienceMs,
): Promise<OperationRecord> {
  const look = async () => (await operationsOf(name)).find((one) => one.kind === kind);
  return waitUntil(look, { what: `${name} to be mended by ${kind}`, timeoutMs, stepMs: 100 });
}

/** Waits until it has been mended by that, and all is well. @returns the operation. */
export async function mended(name: string, kind: 'recover' | 'heal' = 'recover'): Promise<OperationRecord> {
  const { number } = await awaitMending(name, kind);
  const record = await ended(name, number, patienceMs);
  expect(record).toMatchObject({ state: 'succeeded', requestedBy: 'drey' });
  await awaitWell(name);
  return record;
}

const isWell = ({ phase, trouble, operation }: JobView) =>
  phase === 'RUNNING' && trouble === undefined && operation === undefined;

/** Waits until the job runs, and nothing is wrong with it or done to it. */
export function awaitWell(name: string): Promise<JobView> {
  return awaitView(name, isWell, `${name} to be well`);
}

const isGivenUp = ({ phase, trouble }: JobView) => phase === 'FAILED' && trouble?.next === 'givenUp';

/** Waits until a FAILED job has nothing more to come. */
export function awaitGivenUp(name: string): Promise<JobView> {
  return awaitView(name, isGivenUp, `${name} to be given up`);
}

/** Lets a failed job go on by the one command. */
export async function resumed(name: string): Promise<OperationRecord> {
  const { operation } = await drey().resumeJob({ tenant, name });
  const record = await ended(name, operation?.number ?? 0);
  expect(record).toMatchObject({
    state: 'succeeded',
    restoredFrom: expect.stringMatching(/chk-|savepoint|taken-|stop-/),
  });
  return record;
}

/**
 * One job runs and gets on; stopped with all it has done, it has lost and doubled nothing. The job is suspended by this.
 * @param folder where its ledger is, where that has another name.
 */
export async function endsWhole(name: string, folder = name): Promise<void> {
  const { out } = ledgerFolders(folder);
  expect(await livingJobsOf(name)).toHaveLength(1);
  const before = await verifyLedger(out);
  expect(before).toMatchObject({ missing: 0, doubled: 0, good: true });
  const getsOn = async () => (await verifyLedger(out)).records > before.records;
  await waitUntil(getsOn, { what: `${name} to get on`, timeoutMs: 60_000, stepMs: 250 });
  const { operation } = await drey().suspendJob({ tenant, name });
  const record = await ended(name, operation?.number ?? 0);
  expect(hasEnded(record) && record.state).toBe('succeeded');
  expect(await verifyLedger(out, { final: true })).toMatchObject({ missing: 0, doubled: 0, mismatches: 0, good: true });
}
