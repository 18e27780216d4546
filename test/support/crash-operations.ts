/** The operations of the crash matrix, on one ledger job: how each is prepared and begun, and what must be true after it. */
import type { OperationRecord } from '../../core/operation.ts';
import type { Change } from '../../clients/drey/shapes.ts';
import { isNotFound } from '../../clients/drey/errors.ts';
import { apply, ended, tenant } from './e2e-job.ts';
import { ledgerJob, removeLedger, type LedgerWish } from './ledger-spec.ts';
import { drey } from './running-stack.ts';

/** Where exactly-once is promised, and the one of blue/green upgrades, which are at least once. */
export const exactJob = 'matrix';
// Not `matrix-…`: what is left of a job is found by how its name begins, too.
const besideJob = 'dual-matrix';
export const matrixJobs = [exactJob, besideJob] as const;

type Phase = 'RUNNING' | 'DUAL_RUNNING' | 'SUSPENDED' | 'REMOVED';

export interface MatrixOperation {
  readonly job: string;
  /** The recorded history whose activities are its cells. */
  readonly history: string;
  /** Brings the job to where the operation begins. */
  readonly prepare: () => Promise<void>;
  /** Begins it; gives its number. */
  readonly start: () => Promise<number>;
  /**
   * How it may end, with the phase of the job then: a new revision that is good may still fail where its own pods are killed, and
   * is rolled back then.
   */
  readonly mayEnd: Readonly<Partial<Record<OperationRecord['state'], Phase>>>;
}

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
async function running(mode: 'dedicated' | 'application', name: string = exactJob): Promise<void> {
  const phase = await phaseOf(name);
  if (phase === 'REMOVED') removeLedger(name);
  if (phase === 'RUNNING' && (await drey().getJob(refOf(name))).spec.spec.mode === mode) return;
  await done(name, apply(changed(name, { mode })));
}

async function suspended(): Promise<void> {
  await running('dedicated');
  await done(exactJob, begun(drey().suspendJob(exact)));
}

/** Scales it where it must be scaled for that. */
async function runningAt(parallelism: number): Promise<void> {
  await running('dedicated');
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

const candidate = () => changed(besideJob, { upgrade: { strategy: 'blueGreen' } });

/** Each TaskManager has one slot: their number follows the parallelism. */
function rescale(from: number, to: number, history: string): MatrixOperation {
  return {
    job: exactJob,
    history,
    prepare: () => runningAt(from),
    start: () => begun(drey().scaleJob(exact, to)),
    mayEnd: staysRunning,
  };
}

const staysRunning = { succeeded: 'RUNNING', failed: 'RUNNING' } as const;

function upgradeTo(
  wish: LedgerWish,
  history: string,
  from: 'dedicated' | 'application' = 'dedicated',
): MatrixOperation {
  return {
    job: exactJob,
    history,
    prepare: () => running(from),
    start: () => apply(changed(exactJob, { mode: from, ...wish })),
    mayEnd: staysRunning,
  };
}

function verdict(history: string, ask: () => Promise<Change>): MatrixOperation {
  return {
    job: besideJob,
    history,
    prepare: () => runningBeside('DUAL_RUNNING'),
    start: () => begun(ask()),
    mayEnd: { succeeded: 'RUNNING' },
  };
}

/** The savepoint that is disposed of, which is not the newest. */
let older = 0;

const ofExact = { job: exactJob, prepare: () => running('dedicated') } as const;

export const matrixOperations: Readonly<Record<string, MatrixOperation>> = {
  'upgrade, warm, savepoint': upgradeTo({}, 'upgrade'),
  'upgrade, warm, last-state': upgradeTo({ upgrade: { mode: 'last-state' } }, 'upgrade'),
  'upgrade, recreate': upgradeTo({ upgrade: { strategy: 'recreate' } }, 'upgrade-recreate'),
  'upgrade, application': upgradeTo({}, 'upgrade-recreate', 'application'),
  'upgrade, blue/green': {
    job: besideJob,
    history: 'upgrade-candidate',
    prepare: () => runningBeside('RUNNING'),
    start: () => apply(candidate()),
    mayEnd: { succeeded: 'DUAL_RUNNING', failed: 'RUNNING' },
  },
  promote: verdict('promote', () => drey().promoteCandidate(beside)),
  discard: verdict('discard', () => drey().discardCandidate(beside)),
  'automatic rollback, warm': upgradeTo({ args: ['--throw-at-start'] }, 'upgrade-rolled-back'),
  'automatic rollback, recreate': upgradeTo(
    { args: ['--throw-at-start'], upgrade: { strategy: 'recreate' } },
    'upgrade-recreate-rolled-back',
  ),
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
  savepoint: {
    ...ofExact,
    history: 'savepoint',
    start: () => begun(drey().createSavepoint(exact)),
    mayEnd: staysRunning,
  },
  dispose: {
    ...ofExact,
    history: 'dispose',
    prepare: async () => {
      await running('dedicated');
      older = await done(exactJob, begun(drey().createSavepoint(exact)));
      await done(exactJob, begun(drey().createSavepoint(exact)));
    },
    start: () => begun(drey().disposeSavepoint(exact, older)),
    mayEnd: { succeeded: 'RUNNING' },
  },
  suspend: {
    ...ofExact,
    history: 'suspend',
    start: () => begun(drey().suspendJob(exact)),
    mayEnd: { succeeded: 'SUSPENDED' },
  },
  resume: {
    job: exactJob,
    history: 'resume',
    prepare: suspended,
    start: () => begun(drey().resumeJob(exact)),
    mayEnd: { succeeded: 'RUNNING' },
  },
  remove: {
    ...ofExact,
    history: 'remove',
    start: () => begun(drey().removeJob(exact)),
    mayEnd: { succeeded: 'REMOVED' },
  },
};
