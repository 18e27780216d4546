/** The crash matrix has a cell for every activity of every operation, so that a new one cannot be forgotten. */
import { describe, expect, test } from '@jest/globals';
import { createClusterActivities } from '../activities/cluster/cluster-activities.ts';
import { createControlActivities } from '../activities/control/control-activities.ts';
import { operationKinds } from '../core/operation-kinds.ts';
import { operationWorkflows } from '../workflows/operation-workflows.ts';
import { allCells, only, sampled, titleOf } from './support/crash-cells.ts';
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
