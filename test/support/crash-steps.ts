/**
 * At which steps each operation of the crash matrix is struck: the activities that its recorded history has, and those by which its
 * job's own workflow carries it out. Pure, so that a test can hold it against all activities that there are.
 */
import { operationKinds, type OperationKind } from '../../core/operation-kinds.ts';

export interface RecordedSteps {
  readonly kind: OperationKind;
  /** The file in `test/histories` whose activities these are. */
  readonly history: string;
  /** Activities of the control plane that the job's workflow calls for it; local ones are in no operation's history. */
  readonly ofJob: readonly string[];
  readonly mode: 'dedicated' | 'application';
  /** How many Flink clusters the job has when it begins. */
  readonly clusters: 0 | 1 | 2;
  /** An activity that finds here, without a request, that what it is for has come about. */
  readonly asksNothing?: { readonly activity: string; readonly nth: number };
}

type Way = Partial<Pick<RecordedSteps, 'mode' | 'clusters' | 'asksNothing'>>;

const application = { mode: 'application' } as const;
const stopped = { clusters: 0 } as const;
const dual = { clusters: 2 } as const;

/** A new revision that fails of itself once it has completed a checkpoint: nothing of it is left to be asked to stop. */
const committed = { asksNothing: { activity: 'stopJob', nth: 2 } } as const;

/** What Drey does by itself is decided when it hears of the trouble. */
const byItself: readonly OperationKind[] = ['recover', 'heal', 'revive', 'cleanup'];

function stepsOf(kind: OperationKind, history: string = kind, way: Way = {}): RecordedSteps {
  const decided = [
    ...(operationKinds[kind].isPlanned ? ['planOperation'] : []),
    ...(byItself.includes(kind) ? ['judgeTrouble'] : []),
  ];
  // Every job's workflow tells what is asked of it before the operation begins.
  return { kind, history, ofJob: ['writeRecords', ...decided], mode: 'dedicated', clusters: 1, ...way };
}

/** The first operation of a job looks besides for operations of an earlier workflow of that name. */
function firstOf(kind: OperationKind): RecordedSteps {
  const { ofJob, ...recorded } = stepsOf(kind, kind, stopped);
  return { ...recorded, ofJob: [...ofJob, 'settleOrphans'] };
}

/** A removed job is recalled before it is asked for anything. */
function ofRemoved(kind: OperationKind, history: string): RecordedSteps {
  return { ...stepsOf(kind, history, stopped), ofJob: ['recallRemoved', 'writeRecords'] };
}

export const matrixSteps = {
  deploy: firstOf('deploy'),
  'upgrade, warm, savepoint': stepsOf('upgrade'),
  'upgrade, warm, last-state': stepsOf('upgrade'),
  'upgrade, warm, stateless': stepsOf('upgrade', 'upgrade-stateless'),
  'upgrade, warm, Flink 1.20': stepsOf('upgrade'),
  'upgrade, recreate, savepoint': stepsOf('upgrade', 'upgrade-recreate'),
  'upgrade, recreate, last-state': stepsOf('upgrade', 'upgrade-recreate'),
  'upgrade, recreate, stateless': stepsOf('upgrade', 'upgrade-recreate'),
  'upgrade, application, savepoint': stepsOf('upgrade', 'upgrade-application', application),
  'upgrade, application, last-state': stepsOf('upgrade', 'upgrade-application', application),
  'upgrade, application, stateless': stepsOf('upgrade', 'upgrade-application', application),
  'upgrade, application, recreate, savepoint': stepsOf('upgrade', 'upgrade-recreate', application),
  'upgrade, application, recreate, last-state': stepsOf('upgrade', 'upgrade-recreate', application),
  'upgrade, blue/green, savepoint': stepsOf('upgrade', 'upgrade-candidate'),
  'upgrade, blue/green, last-state': stepsOf('upgrade', 'upgrade-candidate'),
  'upgrade, blue/green, stateless': stepsOf('upgrade', 'upgrade-candidate-stateless'),
  'upgrade, blue/green, application': stepsOf('upgrade', 'upgrade-candidate-application', application),
  promote: stepsOf('promote', 'promote', dual),
  'promote, application': stepsOf('promote', 'promote', { ...application, ...dual }),
  discard: stepsOf('discard', 'discard', dual),
  'discard, application': stepsOf('discard', 'discard', { ...application, ...dual }),
  restore: stepsOf('upgrade'),
  'restore, application': stepsOf('upgrade', 'upgrade-application', application),
  'automatic rollback, warm': stepsOf('upgrade', 'upgrade-rolled-back'),
  'automatic rollback, recreate': stepsOf('upgrade', 'upgrade-recreate-rolled-back'),
  'automatic rollback, application': stepsOf('upgrade', 'upgrade-application-rolled-back', application),
  'automatic rollback, committed': stepsOf('upgrade', 'upgrade-committed-rolled-back', committed),
  'automatic rollback, committed, application': stepsOf('upgrade', 'upgrade-application-committed-rolled-back', {
    ...application,
    ...committed,
  }),
  'rollback by hand': stepsOf('upgrade'),
  'rollback by hand, application': stepsOf('upgrade', 'upgrade-application', application),
  adjust: stepsOf('adjust'),
  'rescale, to more': stepsOf('rescale', 'rescale-more'),
  'rescale, to fewer': stepsOf('rescale', 'rescale-fewer'),
  'rescale, to more, application': stepsOf('rescale', 'rescale-application', application),
  'rescale, to more, Flink 1.20': stepsOf('rescale', 'rescale-more-1.20'),
  'rescale, to fewer, Flink 1.20': stepsOf('rescale', 'rescale-fewer-1.20'),
  'rescale, one vertex': stepsOf('rescale', 'rescale-more'),
  'rescale, put back': stepsOf('rescale', 'rescale-put-back'),
  savepoint: stepsOf('savepoint'),
  'savepoint, application': stepsOf('savepoint', 'savepoint-application', application),
  dispose: stepsOf('dispose', 'dispose-running'),
  'dispose, suspended': stepsOf('dispose', 'dispose', stopped),
  'dispose, of a removed job': ofRemoved('dispose', 'dispose-removed'),
  recover: stepsOf('recover'),
  heal: stepsOf('heal'),
  revive: stepsOf('revive', 'revive', dual),
  'clean-up': stepsOf('cleanup'),
  suspend: stepsOf('suspend'),
  'suspend, last-state': stepsOf('suspend'),
  'suspend, application': stepsOf('suspend', 'suspend-application', application),
  cancel: stepsOf('cancel', 'suspend'),
  'cancel, application': stepsOf('cancel', 'suspend-application', application),
  resume: stepsOf('resume', 'resume', stopped),
  'resume, application': stepsOf('resume', 'resume-application', { ...application, ...stopped }),
  'resume, canceled': stepsOf('resume', 'resume', stopped),
  remove: stepsOf('remove'),
  'remove, application': stepsOf('remove', 'remove-application', application),
  'remove, with savepoint': stepsOf('remove', 'remove-savepoint'),
  'remove, its savepoints too': stepsOf('remove', 'remove-disposes'),
} as const satisfies Readonly<Record<string, RecordedSteps>>;

export type MatrixOperationName = keyof typeof matrixSteps;
