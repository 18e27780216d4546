/** The operations of the crash matrix, on one ledger job: how each is prepared and begun, and what must be true after it. */
import type { OperationRecord } from '../../core/operation.ts';
import { isNotFound } from '../../clients/drey/errors.ts';
import { applied, apply, ended, tenant } from './e2e-job.ts';
import { ledgerFolders, ledgerJob, removeLedger, type LedgerWish } from './ledger-spec.ts';
import { drey } from './running-stack.ts';

export const matrixJob = 'matrix';
const ref = { tenant, name: matrixJob };

export interface MatrixOperation {
  /** The recorded history whose activities are its cells. */
  readonly history: string;
  /** Brings the job to where the operation begins. */
  readonly prepare: () => Promise<void>;
  /** Begins it; gives its number. */
  readonly start: () => Promise<number>;
  /** The phase of the job after it. */
  readonly phase: 'RUNNING' | 'SUSPENDED' | 'REMOVED';
  /** How it may end: a new revision that is good may still fail where its own pods are killed, and is rolled back then. */
  readonly mayEnd: readonly OperationRecord['state'][];
}

let nonce = 0;

function changed(wish: LedgerWish = {}) {
  nonce += 1;
  return ledgerJob(matrixJob, { ...wish, spec: { ...patient, restartNonce: nonce, ...wish.spec } });
}

/** A JobManager that was killed comes back after its lease. */
const patient = { deadlines: { jobManager: '5m', slots: '5m', submit: '5m', running: '5m', checkpoint: '5m' } };

async function begun(change: Promise<{ readonly operation?: OperationRecord | undefined }>): Promise<number> {
  const { operation } = await change;
  if (!operation) throw new Error('the change made no operation');
  return operation.number;
}

export async function matrixPhase(): Promise<string> {
  return drey()
    .getJob(ref)
    .then(({ phase }) => phase)
    .catch((error: unknown) => {
      if (isNotFound(error)) return 'REMOVED';
      throw error;
    });
}

/** Runs in this mode; what it has written before stays good, unless the job was removed. */
async function running(mode: 'dedicated' | 'application'): Promise<void> {
  const phase = await matrixPhase();
  if (phase === 'REMOVED') removeLedger(matrixJob);
  if (phase === 'RUNNING' && (await drey().getJob(ref)).spec.spec.mode === mode) return;
  const record = await applied(changed({ mode }), 600_000);
  if (record.state !== 'succeeded') throw new Error(`the job could not be prepared: ${record.failure?.message}`);
}

async function suspended(): Promise<void> {
  await running('dedicated');
  await ended(matrixJob, await begun(drey().suspendJob(ref)), 600_000);
}

/** Scales it where it must be scaled for that. */
async function runningAt(parallelism: number): Promise<void> {
  await running('dedicated');
  if ((await drey().getJob(ref)).spec.spec.job.parallelism === parallelism) return;
  await ended(matrixJob, await begun(drey().scaleJob(ref, parallelism)), 600_000);
}

/** Each TaskManager has one slot: their number follows the parallelism. */
function rescale(from: number, to: number, history: string): MatrixOperation {
  return {
    history,
    prepare: () => runningAt(from),
    start: () => begun(drey().scaleJob(ref, to)),
    phase: 'RUNNING',
    mayEnd: ['succeeded', 'failed'],
  };
}

function upgradeTo(
  wish: LedgerWish,
  history: string,
  from: 'dedicated' | 'application' = 'dedicated',
): MatrixOperation {
  return {
    history,
    prepare: () => running(from),
    start: () => apply(changed({ mode: from, ...wish })),
    phase: 'RUNNING',
    mayEnd: ['succeeded', 'failed'],
  };
}

export const matrixOperations: Readonly<Record<string, MatrixOperation>> = {
  'upgrade, warm, savepoint': upgradeTo({}, 'upgrade'),
  'upgrade, warm, last-state': upgradeTo({ upgrade: { mode: 'last-state' } }, 'upgrade'),
  'upgrade, recreate': upgradeTo({ upgrade: { strategy: 'recreate' } }, 'upgrade-recreate'),
  'upgrade, application': upgradeTo({}, 'upgrade-recreate', 'application'),
  'automatic rollback, warm': upgradeTo({ args: ['--throw-at-start'] }, 'upgrade-rolled-back'),
  'automatic rollback, recreate': upgradeTo(
    { args: ['--throw-at-start'], upgrade: { strategy: 'recreate' } },
    'upgrade-recreate-rolled-back',
  ),
  'rescale, to more': rescale(1, 2, 'rescale-more'),
  'rescale, to fewer': rescale(2, 1, 'rescale-fewer'),
  suspend: {
    history: 'suspend',
    prepare: () => running('dedicated'),
    start: () => begun(drey().suspendJob(ref)),
    phase: 'SUSPENDED',
    mayEnd: ['succeeded'],
  },
  resume: {
    history: 'resume',
    prepare: suspended,
    start: () => begun(drey().resumeJob(ref)),
    phase: 'RUNNING',
    mayEnd: ['succeeded'],
  },
  remove: {
    history: 'remove',
    prepare: () => running('dedicated'),
    start: () => begun(drey().removeJob(ref)),
    phase: 'REMOVED',
    mayEnd: ['succeeded'],
  },
};

/** Where the ledger of the matrix is. */
export const matrixFolders = () => ledgerFolders(matrixJob);
