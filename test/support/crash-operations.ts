/** The operations of the crash matrix, on one ledger job: how each is prepared and begun, and what must be true after it. */
import { hasEnded, type OperationRecord } from '../../core/operation.ts';
import type { Change } from '../../clients/drey/shapes.ts';
import { isNotFound } from '../../clients/drey/errors.ts';
import { waitUntil } from '../../deploy/dev/process.ts';
import { apply, ended, tenant } from './e2e-job.ts';
import { setFault } from './ledger.ts';
import { ledgerFolders, ledgerJob, removeLedger, type LedgerWish } from './ledger-spec.ts';
import { drey } from './running-stack.ts';

/** The one of most operations, of blue/green upgrades, the one that loses its state as it is told to, and the one that breaks. */
const exactJob = 'matrix';
// Not `matrix-…`: what is left of a job is found by how its name begins, too.
const besideJob = 'dual-matrix';
const emptiedJob = 'emptied-matrix';
const brokenJob = 'broken-matrix';
export const matrixJobs = [exactJob, besideJob, emptiedJob, brokenJob] as const;

type Phase = 'RUNNING' | 'DUAL_RUNNING' | 'SUSPENDED' | 'REMOVED';

export interface MatrixOperation {
  readonly job: string;
  /** The recorded history whose activities are its cells. */
  readonly history: string;
  /** Brings the job to where the operation begins. */
  readonly prepare: () => Promise<void>;
  /** Begins it; gives its number. */
  readonly start: () => Promise<number>;
  /** How it may end, with the phase of the job then. */
  readonly mayEnd: Readonly<Partial<Record<OperationRecord['state'], Phase>>>;
  /** Blue/green upgrades are at least once: records may be doubled. */
  readonly atLeastOnce?: true;
  /** Where records are when it succeeded, beside the folder that has the job's name. */
  readonly alsoIn?: string;
  /** Also: a new revision that is good may fail where its own pods are killed, and is rolled back then. */
  readonly whenPodsDie?: MatrixOperation['mayEnd'];
  /** Resolves when what follows by itself is over, too. */
  readonly settled?: () => Promise<unknown>;
}

type Mode = 'dedicated' | 'application';

let nonce = 0;

function changed(job: string, wish: LedgerWish = {}) {
  nonce += 1;
  return ledgerJob(job, { ...wish, spec: { ...patient, restartNonce: nonce, ...wish.spec } });
}

/** A JobManager that was killed comes back after its lease. */
const patient = { deadlines: { jobManager: '5m', slots: '5m', submit: '5m', running: '5m', checkpoint: '5m' } };

const refOf = (name: string) => ({ tenant, name });
const exact = refOf(exactJob);
const beside = refOf(besideJob);

async function begun(change: Promise<Change>): Promise<number> {
  const { operation } = await change;
  if (!operation) throw new Error('the change made no operation');
  return operation.number;
}

/** Waits for an operation's success. @throws when it ends otherwise. */
async function done(name: string, started: Promise<number>): Promise<number> {
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

/** Runs in this mode; what it has written before stays good, unless the job was removed. */
async function running(mode: Mode, name: string = exactJob): Promise<void> {
  const phase = await phaseOf(name);
  if (phase === 'REMOVED') removeLedger(name);
  if (phase === 'RUNNING' && (await drey().getJob(refOf(name))).spec.spec.mode === mode) return;
  await done(name, apply(changed(name, { mode })));
}

async function suspended(mode: Mode): Promise<void> {
  await running(mode);
  await done(exactJob, begun(drey().suspendJob(exact)));
}

/** Anew, for what it has written is no state of the next. */
async function runningAnew(): Promise<void> {
  if ((await phaseOf(emptiedJob)) !== 'REMOVED') await done(emptiedJob, begun(drey().removeJob(refOf(emptiedJob))));
  removeLedger(folderWithoutState);
  await running('dedicated', emptiedJob);
}

/** Scales it where it must be scaled for that. */
async function runningAt(parallelism: number, mode: Mode): Promise<void> {
  await running(mode);
  if ((await drey().getJob(exact)).spec.spec.job.parallelism === parallelism) return;
  await done(exactJob, begun(drey().scaleJob(exact, parallelism)));
}

/** A job with a candidate, or without one. */
async function runningBeside(phase: 'RUNNING' | 'DUAL_RUNNING'): Promise<void> {
  const before = await phaseOf(besideJob);
  if (before === phase) return;
  if (before === 'DUAL_RUNNING') await done(besideJob, begun(drey().discardCandidate(beside)));
  else await running('dedicated', besideJob);
  if (phase === 'DUAL_RUNNING') await done(besideJob, apply(candidate()));
}

/** What fails for Flink stays so, and may be brought back again and again: each time it has lasted. */
const fragile: LedgerWish = {
  configuration: { 'restart-strategy.type': 'none' },
  spec: { recovery: { attempts: 20, stableAfter: '1s', backoff: { initial: '1s', max: '1s' } } },
};

async function runningFragile(): Promise<void> {
  const phase = await phaseOf(brokenJob);
  if (phase === 'RUNNING') return;
  if (phase === 'REMOVED') removeLedger(brokenJob);
  await done(brokenJob, apply(changed(brokenJob, fragile)));
}

const operationsOf = async (name: string) => (await drey().listOperations(refOf(name))).items;

/** Makes a task throw, and gives the number of the operation with which the job is brought back. */
async function broken(): Promise<number> {
  const known = Math.max(...(await operationsOf(brokenJob)).map(({ number }) => number));
  nonce += 1;
  setFault(ledgerFolders(brokenJob).control, 'fail', `matrix-${Date.now()}-${nonce}`);
  const isBegun = async () =>
    (await operationsOf(brokenJob)).find(({ number, kind }) => number > known && kind === 'recover')?.number;
  return waitUntil(isBegun, { what: `${brokenJob} to be brought back`, timeoutMs: 240_000, stepMs: 50 });
}

/** An attempt whose own pods are killed may fail; the next one follows by itself. */
async function broughtBack(): Promise<boolean> {
  const isOver = async () => {
    const all = await operationsOf(brokenJob);
    return all.every(hasEnded) && (await phaseOf(brokenJob)) === 'RUNNING';
  };
  return waitUntil(isOver, { what: `${brokenJob} to run again`, timeoutMs: 600_000, stepMs: 250 });
}

const candidate = () => changed(besideJob, { upgrade: { strategy: 'blueGreen' } });

/** Each TaskManager has one slot: their number follows the parallelism. */
function rescale(from: number, to: number, history: string, mode: Mode = 'dedicated'): MatrixOperation {
  return {
    job: exactJob,
    history,
    prepare: () => runningAt(from, mode),
    start: () => begun(drey().scaleJob(exact, to)),
    ...staysRunning,
  };
}

const staysRunning = { mayEnd: { succeeded: 'RUNNING' }, whenPodsDie: { failed: 'RUNNING' } } as const;
const rollsBack = { mayEnd: { failed: 'RUNNING' } } as const;

function upgradeTo(wish: LedgerWish, history: string, from: Mode = 'dedicated'): MatrixOperation {
  return {
    job: exactJob,
    history,
    prepare: () => running(from),
    start: () => apply(changed(exactJob, { mode: from, ...wish })),
    ...staysRunning,
  };
}

function verdict(history: string, ask: () => Promise<Change>): MatrixOperation {
  return {
    job: besideJob,
    history,
    prepare: () => runningBeside('DUAL_RUNNING'),
    start: () => begun(ask()),
    mayEnd: { succeeded: 'RUNNING' },
    atLeastOnce: true,
  };
}

/** Where the job without its state writes: what it does again is not in the same folder twice. */
const folderWithoutState = `${emptiedJob}-again`;

/** The savepoint that is disposed of, which is not the newest. */
let older = 0;

function onExact(history: string, mode: Mode, start: () => Promise<Change>): Omit<MatrixOperation, 'mayEnd'> {
  return { job: exactJob, history, prepare: () => running(mode), start: () => begun(start()) };
}

function savepoint(history: string, mode: Mode): MatrixOperation {
  return { ...onExact(history, mode, () => drey().createSavepoint(exact)), ...staysRunning };
}

function suspend(history: string, mode: Mode): MatrixOperation {
  return { ...onExact(history, mode, () => drey().suspendJob(exact)), mayEnd: { succeeded: 'SUSPENDED' } };
}

function resume(history: string, mode: Mode): MatrixOperation {
  return {
    ...onExact(history, mode, () => drey().resumeJob(exact)),
    prepare: () => suspended(mode),
    mayEnd: { succeeded: 'RUNNING' },
  };
}

function remove(history: string, mode: Mode): MatrixOperation {
  return { ...onExact(history, mode, () => drey().removeJob(exact)), mayEnd: { succeeded: 'REMOVED' } };
}

export const matrixOperations: Readonly<Record<string, MatrixOperation>> = {
  'upgrade, warm, savepoint': upgradeTo({}, 'upgrade'),
  'upgrade, warm, last-state': upgradeTo({ upgrade: { mode: 'last-state' } }, 'upgrade'),
  'upgrade, recreate': upgradeTo({ upgrade: { strategy: 'recreate' } }, 'upgrade-recreate'),
  'upgrade, application': upgradeTo({}, 'upgrade-application', 'application'),
  'upgrade, stateless': {
    job: emptiedJob,
    history: 'upgrade-stateless',
    prepare: runningAnew,
    start: () => apply(changed(emptiedJob, { folder: folderWithoutState, upgrade: { mode: 'stateless' } })),
    alsoIn: folderWithoutState,
    ...staysRunning,
  },
  'upgrade, blue/green': {
    job: besideJob,
    history: 'upgrade-candidate',
    prepare: () => runningBeside('RUNNING'),
    start: () => apply(candidate()),
    mayEnd: { succeeded: 'DUAL_RUNNING' },
    atLeastOnce: true,
    whenPodsDie: { failed: 'RUNNING' },
  },
  promote: verdict('promote', () => drey().promoteCandidate(beside)),
  discard: verdict('discard', () => drey().discardCandidate(beside)),
  'automatic rollback, warm': {
    ...upgradeTo({ args: ['--throw-at-start'] }, 'upgrade-rolled-back'),
    ...rollsBack,
  },
  'automatic rollback, recreate': {
    ...upgradeTo({ args: ['--throw-at-start'], upgrade: { strategy: 'recreate' } }, 'upgrade-recreate-rolled-back'),
    ...rollsBack,
  },
  'automatic rollback, application': {
    ...upgradeTo({ args: ['--throw-at-start'] }, 'upgrade-application-rolled-back', 'application'),
    ...rollsBack,
  },
  'rollback by hand': {
    ...upgradeTo({}, 'upgrade'),
    start: async () => begun(drey().rollbackJob(exact)),
    prepare: async () => {
      await running('dedicated');
      await done(exactJob, begun(drey().restartJob(exact)));
    },
  },
  'rescale, to more': rescale(1, 2, 'rescale-more'),
  'rescale, to fewer': rescale(2, 1, 'rescale-fewer'),
  'rescale, to more, application': rescale(1, 2, 'rescale-application', 'application'),
  savepoint: savepoint('savepoint', 'dedicated'),
  'savepoint, application': savepoint('savepoint-application', 'application'),
  dispose: {
    ...onExact('dispose', 'dedicated', () => drey().disposeSavepoint(exact, older)),
    prepare: async () => {
      await running('dedicated');
      older = await done(exactJob, begun(drey().createSavepoint(exact)));
      await done(exactJob, begun(drey().createSavepoint(exact)));
    },
    mayEnd: { succeeded: 'RUNNING' },
  },
  recover: {
    job: brokenJob,
    history: 'recover',
    prepare: runningFragile,
    start: broken,
    settled: broughtBack,
    ...staysRunning,
  },
  suspend: suspend('suspend', 'dedicated'),
  'suspend, application': suspend('suspend-application', 'application'),
  resume: resume('resume', 'dedicated'),
  'resume, application': resume('resume-application', 'application'),
  remove: remove('remove', 'dedicated'),
  'remove, application': remove('remove-application', 'application'),
};
