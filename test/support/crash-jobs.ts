/** The jobs of the crash matrix, all of them ledger jobs, and how each is brought to where an operation begins. */
import type { Change } from '../../clients/drey/shapes.ts';
import { isNotFound } from '../../clients/drey/errors.ts';
import type { OperationRecord } from '../../core/operation.ts';
import { waitUntil } from '../../deploy/dev/process.ts';
import { apply, ended, tenant } from './e2e-job.ts';
import { ledgerJob, removeLedger, type LedgerWish } from './ledger-spec.ts';
import { drey } from './running-stack.ts';

/** A job of the matrix as it runs before an operation. */
export interface Home {
  readonly job: string;
  readonly wish: LedgerWish;
}

/** A JobManager that was killed comes back after its lease. */
const patient = { deadlines: { jobManager: '5m', slots: '5m', submit: '5m', running: '5m', checkpoint: '5m' } };

/** What fails for Flink stays so, and may be brought back again and again: each time it has lasted. What others delete is put back. */
const fragile: LedgerWish = {
  configuration: { 'restart-strategy.type': 'none' },
  spec: {
    ...patient,
    recovery: { attempts: 20, stableAfter: '1s', backoff: { initial: '1s', max: '1s' }, drift: 'heal' },
  },
};

/** From where a candidate is told how to misbehave, and not the job beside it. */
export const candidateFolder = ({ job }: Home) => `${job}-candidate`;

/** Few enough records to be done at once when nothing holds them back, and too many while something does. */
const finite: LedgerWish = { job: { finite: true }, args: ['--rate', '20', '--records', '500'] };

// No name begins with another one: what is left of a job is found by how its name begins, too.
const of = (job: string, wish: LedgerWish = {}): Home => ({ job, wish });
export const homes = {
  dedicated: of('matrix', { mode: 'dedicated' }),
  application: of('matrix', { mode: 'application' }),
  older: of('older-matrix', { version: '1.20' }),
  /** Blue/green upgrades are at least once. */
  beside: of('dual-matrix', { mode: 'dedicated' }),
  besideApplication: of('dual-matrix', { mode: 'application' }),
  /** What is restored does again what it has done since. */
  restored: of('again-matrix', { mode: 'dedicated' }),
  restoredApplication: of('again-matrix', { mode: 'application' }),
  /** Loses its state, as it is told to. */
  emptied: of('emptied-matrix', { mode: 'dedicated' }),
  emptiedApplication: of('emptied-matrix', { mode: 'application' }),
  broken: of('broken-matrix', fragile),
  /** Runs for ever beside a candidate that breaks. */
  abiding: of('abiding-matrix', { mode: 'dedicated' }),
  finite: of('finite-matrix', finite),
} as const satisfies Readonly<Record<string, Home>>;

export const matrixJobs: readonly string[] = [...new Set(Object.values(homes).map(({ job }) => job))];

let nonce = 0;

/** Another number each time. */
export function another(): number {
  nonce += 1;
  return nonce;
}

/** The job with a change that needs an upgrade. */
export function changed({ job, wish: usual }: Home, wish: LedgerWish = {}) {
  const spec = { ...patient, restartNonce: another(), ...usual.spec, ...wish.spec };
  return ledgerJob(job, { ...usual, ...wish, spec });
}

export const refOf = (name: string) => ({ tenant, name });

/** Asks for a change. A worker that is killed meanwhile lets its answer wait. @returns the operation's number */
export async function begun(change: Promise<Change>): Promise<number> {
  const { operation } = await change;
  if (!operation) throw new Error('the change made no operation');
  return operation.number;
}

/** Waits for an operation's success. @throws when it ends otherwise. */
export async function done(name: string, started: Promise<number>): Promise<number> {
  const { number, state, failure } = await ended(name, await started, 600_000);
  if (state !== 'succeeded') throw new Error(`the job could not be prepared: ${failure?.message}`);
  return number;
}

export async function phaseOf(name: string): Promise<string> {
  return drey()
    .getJob(refOf(name))
    .then(({ phase }) => phase)
    .catch((error: unknown) => {
      if (isNotFound(error)) return 'REMOVED';
      throw error;
    });
}

async function modeOf(name: string): Promise<string> {
  return (await drey().getJob(refOf(name))).spec.spec.mode;
}

/** The newest first. */
export async function operationsOf(name: string): Promise<readonly OperationRecord[]> {
  return (await drey().listOperations(refOf(name))).items;
}

/** Runs as its home says; what it has written before stays good, unless the job was removed. */
export async function running(home: Home): Promise<void> {
  const { job, wish } = home;
  const phase = await phaseOf(job);
  if (phase === 'REMOVED') removeLedger(job);
  if (phase === 'RUNNING' && (await modeOf(job)) === (wish.mode ?? 'dedicated')) return;
  await done(job, apply(changed(home)));
}

export async function suspended(home: Home): Promise<void> {
  await running(home);
  await done(home.job, begun(drey().suspendJob(refOf(home.job))));
}

export async function canceled(home: Home): Promise<void> {
  await running(home);
  await done(home.job, begun(drey().cancelJob(refOf(home.job))));
}

export async function removedBefore({ job }: Home): Promise<void> {
  if ((await phaseOf(job)) === 'REMOVED') return;
  await done(job, begun(drey().removeJob(refOf(job))));
  const isGone = async () => (await phaseOf(job)) === 'REMOVED';
  await waitUntil(isGone, { what: `the name ${job} to be free`, timeoutMs: 60_000, stepMs: 50 });
}

/** Nothing is left of an earlier job of that name. */
export async function neverThere(home: Home): Promise<void> {
  await removedBefore(home);
  removeLedger(home.job);
}

/** Where a job without its state writes: what it does again is not in the same folder twice. */
export const folderWithoutState = ({ job }: Home) => `${job}-again`;

/** Anew, for what it has written is no state of the next. */
export async function runningAnew(home: Home): Promise<void> {
  await removedBefore(home);
  removeLedger(folderWithoutState(home));
  await running(home);
}

/** With all vertices at that parallelism; scaled where it must be. */
export async function runningAt(home: Home, parallelism: number): Promise<void> {
  const viewed = () => drey().getJob(refOf(home.job));
  await running(home);
  const { spec, revision, generation } = await viewed();
  // After a rescaling that was put back something else runs than is asked for.
  const runsAsAsked = generation?.revision === revision;
  if (spec.spec.job.vertexParallelism || !runsAsAsked) await done(home.job, apply(changed(home)));
  if ((await viewed()).spec.spec.job.parallelism === parallelism) return;
  await done(home.job, begun(drey().scaleJob(refOf(home.job), parallelism)));
}

/** With a candidate, or without one. */
export async function runningBeside(home: Home, phase: 'RUNNING' | 'DUAL_RUNNING'): Promise<void> {
  const { job, wish } = home;
  const before = await phaseOf(job);
  const isAsWished = before !== 'REMOVED' && (await modeOf(job)) === wish.mode;
  if (before === phase && isAsWished) return;
  if (before === 'DUAL_RUNNING') await done(job, begun(drey().discardCandidate(refOf(job))));
  await running(home);
  if (phase === 'DUAL_RUNNING') await done(job, apply(candidateOf(home)));
}

/** With a candidate that Flink does not bring back. */
export async function runningBesideFragile(home: Home): Promise<void> {
  if ((await phaseOf(home.job)) === 'DUAL_RUNNING') return;
  removeLedger(candidateFolder(home));
  await running(home);
  const wish = { ...fragile, controlledFrom: candidateFolder(home), upgrade: { strategy: 'blueGreen' } } as const;
  await done(home.job, apply(changed(home, wish)));
}

export function candidateOf(home: Home, mode?: 'last-state' | 'stateless') {
  return changed(home, { upgrade: { strategy: 'blueGreen', ...(mode && { mode }) } });
}

/** Runs for minutes, from the beginning. */
export async function runningFinite(home: Home): Promise<void> {
  await neverThere(home);
  await done(home.job, apply(changed(home)));
}

/** Two savepoints are there. @returns the number of the older one, which may go. */
export async function savedTwice({ job }: Home): Promise<number> {
  const older = await done(job, begun(drey().createSavepoint(refOf(job))));
  await done(job, begun(drey().createSavepoint(refOf(job))));
  return older;
}
