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
}

/** What Drey does by itself is decided when it hears of the trouble. */
const byItself: readonly OperationKind[] = ['recover', 'heal', 'revive', 'cleanup'];

function stepsOf(kind: OperationKind, history: string = kind): RecordedSteps {
  const decided = [
    ...(operationKinds[kind].isPlanned ? ['planOperation'] : []),
    ...(byItself.includes(kind) ? ['judgeTrouble'] : []),
  ];
  // Every job's workflow tells what is asked of it before the operation begins.
  return { kind, history, ofJob: ['writeRecords', ...decided] };
}

/** The first operation of a job looks besides for operations of an earlier workflow of that name. */
function firstOf(kind: OperationKind): RecordedSteps {
  const { ofJob, ...recorded } = stepsOf(kind);
  return { ...recorded, ofJob: [...ofJob, 'settleOrphans'] };
}

/** A removed job is recalled before it is asked for anything. */
function ofRemoved(kind: OperationKind, history: string): RecordedSteps {
  return { kind, history, ofJob: ['recallRemoved', 'writeRecords'] };
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
  'upgrade, application, savepoint': stepsOf('upgrade', 'upgrade-application'),
  'upgrade, application, last-state': stepsOf('upgrade', 'upgrade-application'),
  'upgrade, application, stateless': stepsOf('upgrade', 'upgrade-application'),
  'upgrade, application, recreate, savepoint': stepsOf('upgrade', 'upgrade-recreate'),
  'upgrade, application, recreate, last-state': stepsOf('upgrade', 'upgrade-recreate'),
  'upgrade, blue/green, savepoint': stepsOf('upgrade', 'upgrade-candidate'),
  'upgrade, blue/green, last-state': stepsOf('upgrade', 'upgrade-candidate'),
  'upgrade, blue/green, stateless': stepsOf('upgrade', 'upgrade-candidate-stateless'),
  'upgrade, blue/green, application': stepsOf('upgrade', 'upgrade-candidate-application'),
  promote: stepsOf('promote'),
  'promote, application': stepsOf('promote'),
  discard: stepsOf('discard'),
  'discard, application': stepsOf('discard'),
  restore: stepsOf('upgrade'),
  'restore, application': stepsOf('upgrade', 'upgrade-application'),
  'automatic rollback, warm': stepsOf('upgrade', 'upgrade-rolled-back'),
  'automatic rollback, recreate': stepsOf('upgrade', 'upgrade-recreate-rolled-back'),
  'automatic rollback, application': stepsOf('upgrade', 'upgrade-application-rolled-back'),
  'rollback by hand': stepsOf('upgrade'),
  'rollback by hand, application': stepsOf('upgrade', 'upgrade-application'),
  adjust: stepsOf('adjust'),
  'rescale, to more': stepsOf('rescale', 'rescale-more'),
  'rescale, to fewer': stepsOf('rescale', 'rescale-fewer'),
  'rescale, to more, application': stepsOf('rescale', 'rescale-application'),
  'rescale, to more, Flink 1.20': stepsOf('rescale', 'rescale-more-1.20'),
  'rescale, to fewer, Flink 1.20': stepsOf('rescale', 'rescale-fewer-1.20'),
  'rescale, one vertex': stepsOf('rescale', 'rescale-more'),
  'rescale, put back': stepsOf('rescale', 'rescale-put-back'),
  savepoint: stepsOf('savepoint'),
  'savepoint, application': stepsOf('savepoint', 'savepoint-application'),
  dispose: stepsOf('dispose', 'dispose-running'),
  'dispose, suspended': stepsOf('dispose'),
  'dispose, of a removed job': ofRemoved('dispose', 'dispose-removed'),
  recover: stepsOf('recover'),
  heal: stepsOf('heal'),
  revive: stepsOf('revive'),
  'clean-up': stepsOf('cleanup'),
  suspend: stepsOf('suspend'),
  'suspend, last-state': stepsOf('suspend'),
  'suspend, application': stepsOf('suspend', 'suspend-application'),
  cancel: stepsOf('cancel', 'suspend'),
  'cancel, application': stepsOf('cancel', 'suspend-application'),
  resume: stepsOf('resume'),
  'resume, application': stepsOf('resume', 'resume-application'),
  'resume, canceled': stepsOf('resume'),
  remove: stepsOf('remove'),
  'remove, application': stepsOf('remove', 'remove-application'),
  'remove, with savepoint': stepsOf('remove', 'remove-savepoint'),
  'remove, its savepoints too': stepsOf('remove', 'remove-disposes'),
} as const satisfies Readonly<Record<string, RecordedSteps>>;

export type MatrixOperationName = keyof typeof matrixSteps;
