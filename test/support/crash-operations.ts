/** The operations of the crash matrix: how each is prepared and begun, and what must be true after it. */
import type { Change } from '../../clients/drey/shapes.ts';
import type { OperationRecord } from '../../core/operation.ts';
import {
  broughtBack,
  broughtBackBeside,
  deleting,
  failingOnceCommitted,
  failingUntilPutBack,
  finishing,
  throwing,
  throwingBeside,
} from './crash-breaks.ts';
import {
  another,
  begun,
  canceled,
  candidateOf,
  changed,
  done,
  folderWithoutState,
  homes,
  neverThere,
  refOf,
  removedBefore,
  running,
  runningAnew,
  runningAt,
  runningBeside,
  runningBesideFragile,
  runningFinite,
  savedTwice,
  suspended,
  type Home,
} from './crash-jobs.ts';
import type { MatrixOperationName } from './crash-steps.ts';
import { apply } from './e2e-job.ts';
import { flinkClustersOf, livingJobsOf } from './flink-of.ts';
import type { LedgerWish } from './ledger-spec.ts';
import { drey } from './running-stack.ts';

type Phase = 'RUNNING' | 'DUAL_RUNNING' | 'SUSPENDED' | 'CANCELED' | 'FINISHED' | 'REMOVED';

export interface MatrixOperation {
  readonly job: string;
  /** Brings the job to where the operation begins. */
  readonly prepare: () => Promise<unknown>;
  /** Begins it; gives its number. */
  readonly start: () => Promise<number>;
  /** How it may end, with the phase of the job then. */
  readonly mayEnd: Readonly<Partial<Record<OperationRecord['state'], Phase>>>;
  /** Where records may be doubled: blue/green upgrades, and what is restored. */
  readonly atLeastOnce?: true;
  /** Where records are when it succeeded, beside the folder that has the job's name. */
  readonly alsoIn?: string;
  /** Whether it stops the job with all that it has done, so that a lost tail counts. */
  readonly isFinal?: true;
  /** Also: a new revision that is good may fail where its own pods are killed, and is rolled back then. */
  readonly whenPodsDie?: MatrixOperation['mayEnd'];
  /** What befalls the job while the operation runs; resolves when it has ended, too. */
  readonly meanwhile?: (number: number) => Promise<void>;
  /** What the stop of the new revision tells, where no pods were killed: else the row would be about something else. */
  readonly givenUpAt?: RegExp;
  /** Resolves when what follows by itself is over, too. */
  readonly settled?: () => Promise<unknown>;
}

type Mode = 'last-state' | 'stateless';

const { dedicated, application, older, beside, besideApplication, restored, restoredApplication } = homes;
const { emptied, emptiedApplication } = homes;

const staysRunning = { mayEnd: { succeeded: 'RUNNING' }, whenPodsDie: { failed: 'RUNNING' } } as const;
const recreate = { strategy: 'recreate' } as const;
const throwsAtStart = ['--throw-at-start'];

function asked({ job }: Home, ask: (ref: ReturnType<typeof refOf>) => Promise<Change>) {
  return { job, start: () => begun(ask(refOf(job))) };
}

function upgrade(home: Home, wish: LedgerWish = {}): MatrixOperation {
  return {
    job: home.job,
    prepare: () => running(home),
    start: () => apply(changed(home, wish)),
    ...staysRunning,
  };
}

function stateless(home: Home, wish: LedgerWish['upgrade'] = {}): MatrixOperation {
  const folder = folderWithoutState(home);
  return {
    ...upgrade(home, { folder, upgrade: { ...wish, mode: 'stateless' } }),
    prepare: () => runningAnew(home),
    alsoIn: folder,
  };
}

function rollsBack(home: Home, wish: LedgerWish = {}): MatrixOperation {
  return { ...upgrade(home, { args: throwsAtStart, ...wish }), mayEnd: { failed: 'RUNNING' } };
}

/** The new revision has committed, and the old one goes on from there: what was committed is not done again. */
function rollsBackCommitted(home: Home): MatrixOperation {
  const wish = { configuration: { 'restart-strategy.type': 'none' }, upgrade: { stableAfter: '10m' } };
  return {
    ...upgrade(home, wish),
    meanwhile: (number) => failingOnceCommitted(home.job, number),
    mayEnd: { failed: 'RUNNING' },
    givenUpAt: /^checkpoint .*chk-/,
  };
}

function rollback(home: Home): MatrixOperation {
  return {
    ...asked(home, (ref) => drey().rollbackJob(ref)),
    prepare: async () => {
      await running(home);
      await done(home.job, begun(drey().restartJob(refOf(home.job))));
    },
    ...staysRunning,
  };
}

function candidate(home: Home, mode?: Mode): MatrixOperation {
  return {
    job: home.job,
    prepare: () => runningBeside(home, 'RUNNING'),
    start: () => apply(candidateOf(home, mode)),
    mayEnd: { succeeded: 'DUAL_RUNNING' },
    atLeastOnce: true,
    whenPodsDie: { failed: 'RUNNING' },
  };
}

function verdict(home: Home, verb: 'promoteCandidate' | 'discardCandidate'): MatrixOperation {
  return {
    ...asked(home, (ref) => drey()[verb](ref)),
    prepare: () => runningBeside(home, 'DUAL_RUNNING'),
    mayEnd: { succeeded: 'RUNNING' },
    atLeastOnce: true,
  };
}

function restore(home: Home): MatrixOperation {
  const wanted = { savepoint: 0 };
  return {
    ...asked(home, (ref) => drey().restoreJob(ref, wanted)),
    prepare: async () => {
      await running(home);
      wanted.savepoint = await done(home.job, begun(drey().createSavepoint(refOf(home.job))));
    },
    ...staysRunning,
    atLeastOnce: true,
  };
}

/** What is for Drey alone: nothing of Flink is touched. */
function adjust({ job }: Home): MatrixOperation {
  return {
    job,
    prepare: () => running(dedicated),
    start: async () => {
      const { spec } = await drey().getJob(refOf(job));
      const deadlines = { ...spec.spec.deadlines, schedule: `${300 + another()}s` };
      return begun(drey().applyJob(refOf(job), { ...spec, spec: { ...spec.spec, deadlines } }));
    },
    ...staysRunning,
  };
}

/** Each TaskManager has one slot: their number follows the parallelism. */
function rescale(home: Home, from: number, to: number): MatrixOperation {
  return {
    ...asked(home, (ref) => drey().scaleJob(ref, to)),
    prepare: () => runningAt(home, from),
    ...staysRunning,
  };
}

async function scaledVertex(job: string): Promise<Change> {
  const [[flink], [listed]] = [await flinkClustersOf(job), await livingJobsOf(job)];
  const vertices = (listed && (await flink?.job(listed.id)))?.vertices ?? [];
  return drey().scaleJob(refOf(job), { vertices: { [vertices.at(-1)?.id ?? '']: 2 } });
}

function savepoint(home: Home): MatrixOperation {
  return { ...asked(home, (ref) => drey().createSavepoint(ref)), prepare: () => running(home), ...staysRunning };
}

function dispose(home: Home, prepare: () => Promise<void>, phase: Phase): MatrixOperation {
  const wanted = { uid: '', number: 0 };
  return {
    ...asked(home, (ref) => drey().disposeSavepoint({ ...ref, uid: wanted.uid }, wanted.number)),
    prepare: async () => {
      await running(home);
      wanted.number = await savedTwice(home);
      wanted.uid = (await drey().getJob(refOf(home.job))).uid;
      await prepare();
    },
    mayEnd: { succeeded: phase },
  };
}

function suspend(home: Home, mode?: Mode): MatrixOperation {
  return {
    ...asked(home, (ref) => drey().suspendJob(ref, { mode })),
    prepare: () => running(home),
    mayEnd: { succeeded: 'SUSPENDED' },
    ...(mode ? {} : { isFinal: true }),
  };
}

function cancel(home: Home): MatrixOperation {
  return {
    ...asked(home, (ref) => drey().cancelJob(ref)),
    prepare: () => running(home),
    mayEnd: { succeeded: 'CANCELED' },
  };
}

function resume(home: Home, prepare: () => Promise<void> = () => suspended(home)): MatrixOperation {
  return { ...asked(home, (ref) => drey().resumeJob(ref)), prepare, mayEnd: { succeeded: 'RUNNING' } };
}

function remove(home: Home, wish: { deletion?: string; savepoints?: string } = {}): MatrixOperation {
  return {
    ...asked(home, (ref) => drey().removeJob(ref, wish)),
    prepare: async () => {
      await running(home);
      if (wish.savepoints) await savedTwice(home);
    },
    mayEnd: { succeeded: 'REMOVED' },
    ...(wish.deletion === 'savepoint' && { isFinal: true }),
  };
}

const lastState = { mode: 'last-state' } as const;

export const matrixOperations: Readonly<Record<MatrixOperationName, MatrixOperation>> = {
  deploy: {
    job: dedicated.job,
    prepare: () => neverThere(dedicated),
    start: () => apply(changed(dedicated)),
    mayEnd: { succeeded: 'RUNNING' },
  },
  'upgrade, warm, savepoint': upgrade(dedicated),
  'upgrade, warm, last-state': upgrade(dedicated, { upgrade: lastState }),
  'upgrade, warm, stateless': stateless(emptied),
  'upgrade, warm, Flink 1.20': upgrade(older),
  'upgrade, recreate, savepoint': upgrade(dedicated, { upgrade: recreate }),
  'upgrade, recreate, last-state': upgrade(dedicated, { upgrade: { ...recreate, ...lastState } }),
  'upgrade, recreate, stateless': stateless(emptied, recreate),
  'upgrade, application, savepoint': upgrade(application),
  'upgrade, application, last-state': upgrade(application, { upgrade: lastState }),
  'upgrade, application, stateless': stateless(emptiedApplication),
  'upgrade, application, recreate, savepoint': upgrade(application, { upgrade: recreate }),
  'upgrade, application, recreate, last-state': upgrade(application, { upgrade: { ...recreate, ...lastState } }),
  'upgrade, blue/green, savepoint': candidate(beside),
  'upgrade, blue/green, last-state': candidate(beside, 'last-state'),
  'upgrade, blue/green, stateless': candidate(beside, 'stateless'),
  'upgrade, blue/green, application': candidate(besideApplication),
  promote: verdict(beside, 'promoteCandidate'),
  'promote, application': verdict(besideApplication, 'promoteCandidate'),
  discard: verdict(beside, 'discardCandidate'),
  'discard, application': verdict(besideApplication, 'discardCandidate'),
  restore: restore(restored),
  'restore, application': restore(restoredApplication),
  'automatic rollback, warm': rollsBack(dedicated),
  'automatic rollback, recreate': rollsBack(dedicated, { upgrade: recreate }),
  'automatic rollback, application': rollsBack(application),
  'automatic rollback, committed': rollsBackCommitted(dedicated),
  'automatic rollback, committed, application': rollsBackCommitted(application),
  'rollback by hand': rollback(dedicated),
  'rollback by hand, application': rollback(application),
  adjust: adjust(dedicated),
  'rescale, to more': rescale(dedicated, 1, 2),
  'rescale, to fewer': rescale(dedicated, 2, 1),
  'rescale, to more, application': rescale(application, 1, 2),
  'rescale, to more, Flink 1.20': rescale(older, 1, 2),
  'rescale, to fewer, Flink 1.20': rescale(older, 2, 1),
  'rescale, one vertex': { ...rescale(dedicated, 1, 2), start: () => begun(scaledVertex(dedicated.job)) },
  'rescale, put back': {
    ...rescale(dedicated, 1, 2),
    meanwhile: (number) => failingUntilPutBack(dedicated.job, number),
    mayEnd: { failed: 'RUNNING' },
  },
  savepoint: savepoint(dedicated),
  'savepoint, application': savepoint(application),
  dispose: dispose(dedicated, async () => undefined, 'RUNNING'),
  'dispose, suspended': dispose(dedicated, () => suspended(dedicated), 'SUSPENDED'),
  'dispose, of a removed job': dispose(dedicated, () => removedBefore(dedicated), 'REMOVED'),
  recover: {
    job: homes.broken.job,
    prepare: () => running(homes.broken),
    start: throwing,
    settled: broughtBack,
    ...staysRunning,
  },
  heal: {
    job: homes.broken.job,
    prepare: () => running(homes.broken),
    start: deleting,
    settled: broughtBack,
    ...staysRunning,
  },
  revive: {
    job: homes.abiding.job,
    prepare: () => runningBesideFragile(homes.abiding),
    start: throwingBeside,
    settled: broughtBackBeside,
    mayEnd: { succeeded: 'DUAL_RUNNING' },
    atLeastOnce: true,
    // The job itself is brought back first, and the candidate by another attempt.
    whenPodsDie: { failed: 'DUAL_RUNNING', aborted: 'DUAL_RUNNING' },
  },
  'clean-up': {
    job: homes.finite.job,
    prepare: () => runningFinite(homes.finite),
    start: finishing,
    mayEnd: { succeeded: 'FINISHED' },
    isFinal: true,
  },
  suspend: suspend(dedicated),
  'suspend, last-state': suspend(dedicated, 'last-state'),
  'suspend, application': suspend(application),
  cancel: cancel(dedicated),
  'cancel, application': cancel(application),
  resume: resume(dedicated),
  'resume, application': resume(application),
  'resume, canceled': resume(dedicated, () => canceled(dedicated)),
  remove: remove(dedicated),
  'remove, application': remove(application),
  'remove, with savepoint': remove(dedicated, { deletion: 'savepoint' }),
  'remove, its savepoints too': remove(dedicated, { savepoints: 'dispose' }),
};
