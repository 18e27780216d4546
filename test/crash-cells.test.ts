/** The crash matrix has a cell for every activity of every operation, so that a new one cannot be forgotten. */
import { describe, expect, test } from '@jest/globals';
import { createClusterActivities } from '../activities/cluster/cluster-activities.ts';
import { createControlActivities } from '../activities/control/control-activities.ts';
import { operationKinds } from '../core/operation-kinds.ts';
import { operationWorkflows } from '../workflows/operation-workflows.ts';
import { connectFlink } from '../clients/flink/connect.ts';
import { objectCalls } from '../clients/kubernetes/objects.ts';
import { isKind } from '../clients/kubernetes/kinds.ts';
import { looking, requestsOf } from './support/crash-calls.ts';
import { allCells, callsOf, only, rowsThatMissed, sampled, titleOf } from './support/crash-cells.ts';
import { unrecorded } from './support/crash-recorded.ts';
import { matrixSteps, type RecordedSteps } from './support/crash-steps.ts';
import { recordedHistories } from './support/histories.ts';
import { seeded } from './support/seeded.ts';

const cells = allCells(matrixSteps);
const struck = new Set(cells.map(({ activity }) => activity));

/** What no operation calls, and where it is seen to survive. */
const notOfOperations: Readonly<Record<string, string>> = {
  sendLogs: 'a log for a reader',
  endOrphans: 'the removal of a job whose cluster is gone, in test/api/forgetting',
  askAutoscaler: 'the autoscaler, in test/api/autoscaler',
  noteAutoscaler: 'the autoscaler, in test/api/autoscaler',
  decideScaling: 'the autoscaler, in test/api/autoscaler',
  recallAutoscaler: 'the autoscaler, in test/api/autoscaler',
  requestScaling: 'the autoscaler, in test/api/autoscaler',
  findScaling: 'the autoscaler, in test/api/autoscaler',
  planSavepoint: 'says when the next savepoint is due: it is asked again',
};

/** Histories of operations that end before they do what they are for: their activities are those of others. */
const cutShort: readonly string[] = [
  'deploy-failed',
  'savepoint-cleaned',
  'savepoint-failed',
  'upgrade-candidate-failed',
  'upgrade-failed',
];

/** The keys of what makes activities; nothing is called. */
function activitiesOf(create: (dependencies: never) => object): string[] {
  return Object.keys(create({} as never));
}

test('every row has a history of its own', () => expect(unrecorded(matrixSteps)).toEqual([]));

describe('every activity', () => {
  test.each([...activitiesOf(createClusterActivities), ...activitiesOf(createControlActivities)])(
    '%s is struck, or belongs to no operation',
    (activity) => expect(struck.has(activity) || activity in notOfOperations).toBe(true),
  );

  test('that is said to belong to no operation is struck in none', () => {
    expect(Object.keys(notOfOperations).filter((activity) => struck.has(activity))).toEqual([]);
  });

  test('that is struck is there', () => {
    const known = [...activitiesOf(createClusterActivities), ...activitiesOf(createControlActivities)];
    expect([...struck].filter((activity) => !known.includes(activity))).toEqual([]);
  });
});

describe('what an agent is struck at in the midst of an activity', () => {
  const clients = { ...connectFlink({} as never), ...objectCalls({} as never) };

  test.each(activitiesOf(createClusterActivities).filter((activity) => !(activity in notOfOperations)))(
    'is known of %s: a request, or that it only looks',
    (activity) => expect(activity in requestsOf).toBe(!looking.includes(activity)),
  );

  test('is only said of activities that there are', () => {
    const known = activitiesOf(createClusterActivities);
    expect([...Object.keys(requestsOf), ...looking].filter((activity) => !known.includes(activity))).toEqual([]);
  });

  test.each(Object.keys(requestsOf))('is something that a client can be asked, in %s', (activity) => {
    const { notes = [], acts = [] } = requestsOf[activity] ?? {};
    expect(acts.length).toBeGreaterThan(0);
    for (const call of [...notes, ...acts]) {
      const [name = '', kind] = call.split(' ');
      expect(typeof Reflect.get(clients, name)).toBe('function');
      expect(kind === undefined || isKind(kind)).toBe(true);
    }
  });

  test.each([
    ['stopJob', ['annotate ConfigMap'], ['stopWithSavepoint', 'cancel', 'scale']],
    ['submitJob', ['annotate ConfigMap'], ['runJar']],
    ['changeParallelism', ['annotate ConfigMap'], ['setResourceRequirements']],
    ['addTaskManagers', ['annotate ConfigMap'], ['scale Deployment']],
  ] as const)('is in %s the note of what it is for, and that itself', (activity, notes, acts) => {
    expect(callsOf({ activity, fault: 'agent while it notes' })).toEqual(notes);
    expect(callsOf({ activity, fault: 'agent while it acts' })).toEqual(acts);
  });
});

test('every recorded history of an operation is in the matrix', () => {
  const workflows = new Set(Object.values(operationWorkflows).map(({ name }) => name));
  const ofOperations = recordedHistories().flatMap(({ workflowId, history }) => {
    const started = history.events?.[0]?.workflowExecutionStartedEventAttributes?.workflowType?.name ?? '';
    return workflows.has(started) ? [workflowId] : [];
  });
  const used: readonly RecordedSteps[] = Object.values(matrixSteps);
  const inMatrix = new Set(used.map(({ history }) => history));
  expect(ofOperations.filter((name) => !inMatrix.has(name) && !cutShort.includes(name))).toEqual([]);
});

test('every kind of operation is in the matrix', () => {
  const kinds = new Set<string>(Object.values(matrixSteps).map(({ kind }) => kind));
  expect(Object.keys(operationKinds).filter((kind) => !kinds.has(kind))).toEqual([]);
});

const faultsAt = (title: string) => only(cells, title).map(({ fault }) => fault);

describe('cells', () => {
  test('are each there once', () => {
    const titles = cells.map(titleOf);
    expect(titles.filter((title, at) => titles.indexOf(title) !== at)).toEqual([]);
  });

  test('strike what an agent does and what a worker does by those who run it', () => {
    expect(faultsAt('suspend × stopJob × ')).toEqual([
      'agent before it acts',
      'agent while it notes',
      'agent while it acts',
      'agent after it acted',
      'JobManagers',
      'TaskManagers',
      'Temporal',
      'worker',
    ]);
    expect(faultsAt('suspend × planOperation × ')).toEqual([
      'worker before it acts',
      'worker after it acted',
      'Temporal',
    ]);
    expect(faultsAt('suspend × writeRecords × ')).toContain('worker while it acts');
  });

  test.each([
    ['suspend × stopJob × ', ['agent while it notes', 'agent while it acts']],
    ['suspend × findGenerations × ', ['agent while it acts']],
    ['upgrade, recreate, savepoint × submitJob × ', ['agent while it notes', 'agent while it acts']],
    // An application's JobManager submits the job.
    ['upgrade, application, recreate, savepoint × submitJob × ', []],
    ['resume, application × submitJob × ', []],
    // The new revision never ran, or has failed by itself.
    ['automatic rollback, warm × stopJob, the 2. of them × ', ['agent while it acts']],
    ['automatic rollback, committed × stopJob, the 2. of them × ', []],
    // No JobManager has left anything.
    ['dispose, suspended × removeHighAvailability × ', []],
    ['suspend × removeHighAvailability × ', ['agent while it acts']],
  ] as const)('strike the agent at requests where %s makes any', (title, expected) => {
    expect(faultsAt(title).filter((fault) => fault.startsWith('agent while'))).toEqual(expected);
  });

  test.each([
    ['deploy × findGenerations × ', []],
    ['deploy × applyGeneration × ', []],
    ['deploy × waitPodsScheduled × ', ['JobManagers', 'TaskManagers']],
    ['suspend × endPods × ', ['JobManagers', 'TaskManagers']],
    ['suspend × removeObjects × ', []],
    ['resume × findGenerations × ', []],
    ['upgrade, warm, savepoint × removeObjects × ', ['JobManagers', 'TaskManagers']],
    ['upgrade, recreate, savepoint × removeObjects × ', []],
    ['upgrade, recreate, savepoint × waitJobManager × ', ['JobManagers', 'TaskManagers']],
    // The next TaskManagers are up, and no JobManager.
    ['upgrade, application, savepoint × applyGeneration × ', ['TaskManagers']],
    // The other one runs beside it.
    ['discard × removeObjects × ', ['JobManagers', 'TaskManagers']],
    ['promote × removeObjects × ', ['JobManagers', 'TaskManagers']],
    ['revive × applyGeneration × ', ['JobManagers', 'TaskManagers']],
    // They are ended with the stop.
    ['recover × endPods × ', []],
    ['dispose, suspended × ', []],
    ['dispose × ', ['JobManagers', 'TaskManagers']],
  ] as const)('strike the pods that there are: %s', (title, expected) => {
    expect(faultsAt(title).filter((fault) => fault.endsWith('Managers'))).toEqual(expected);
  });

  test('say where there may be no pods', () => {
    const title = 'automatic rollback, recreate × endPods, the 2. of them × JobManagers';
    expect(only(cells, title).map(({ mayMiss }) => mayMiss)).toEqual([true]);
    expect(only(cells, 'suspend × endPods × JobManagers').map(({ mayMiss }) => mayMiss)).toEqual([undefined]);
  });

  test.each(['automatic rollback, committed', 'automatic rollback, committed, application'])(
    'of %s are at the steps by which it commits, and then at those by which it goes back',
    (operation) => {
      const at = only(cells, `${operation} × `).filter(({ fault }) => fault === 'Temporal');
      const steps = at.map(({ activity, nth }) => `${activity} ${nth}`);
      const places = [
        'submitJob 1',
        'confirmCheckpoint 1',
        'waitStable 1',
        'stopJob 2',
        'submitJob 2',
        'waitTasks 2',
      ].map((step) => steps.indexOf(step));
      expect(places).not.toContain(-1);
      expect(places).toEqual(places.toSorted((one, other) => one - other));
    },
  );

  test('of an application are those that say so', () => {
    const ofApplications = Object.entries(matrixSteps).filter(([, { mode }]) => mode === 'application');
    const saying = Object.keys(matrixSteps).filter((operation) => operation.includes('application'));
    expect(ofApplications.map(([operation]) => operation)).toEqual(saying);
  });

  test('that were all run and struck nothing at all leave a row without a word', () => {
    const row = only(cells, 'clean-up × + × JobManagers');
    const ran = (...all: readonly boolean[]) =>
      all.flatMap((is, at) => (row[at] ? [{ cell: row[at], struck: is }] : []));
    expect(row).toHaveLength(2);
    expect(rowsThatMissed(cells, ran(false, false))).toEqual(['clean-up × JobManagers']);
    expect(rowsThatMissed(cells, ran(false, true))).toEqual([]);
    expect(rowsThatMissed(cells, ran(false))).toEqual([]);
  });

  test('of all operations are drawn before a second one of any, and the same by the same seed', () => {
    const count = Object.keys(matrixSteps).length;
    const drawn = sampled(cells, count, seeded(7));
    expect(new Set(drawn.map(({ operation }) => operation)).size).toBe(count);
    expect(sampled(cells, count, seeded(7))).toEqual(drawn);
    expect(sampled(cells, count, seeded(8))).not.toEqual(drawn);
  });

  test('are found by all the texts of a wish, and by any wish', () => {
    const wish = 'rescale, put back + changeParallelism + Temporal';
    expect(only(cells, wish).map(({ nth }) => nth)).toEqual([1, 2]);
    expect(only(cells, `${wish}\nheal × healGeneration × worker`)).toHaveLength(3);
    expect(only(cells, undefined)).toBe(cells);
  });
});
