/** The cells of the crash matrix: every step of every operation, with every fault at it. */
import { controlTaskQueue } from '../../core/names.ts';
import type { MatrixOperationName, RecordedSteps } from './crash-steps.ts';
import { recordedHistory, type History } from './histories.ts';

/** What may strike an activity of an agent. The pods, Temporal and the worker are killed while the activity has just begun. */
export const faultsOfAgents = [
  'agent before it acts',
  'agent while it acts',
  'agent after it acted',
  'JobManagers',
  'TaskManagers',
  'Temporal',
  'worker',
] as const;

/** What may strike an activity that a worker runs itself. What befalls pods meanwhile befalls them at an agent's step, too. */
export const faultsOfWorkers = [
  'worker before it acts',
  'worker while it acts',
  'worker after it acted',
  'Temporal',
] as const;

/** Whose process is killed, and when. */
export type Fault = (typeof faultsOfAgents)[number] | (typeof faultsOfWorkers)[number];

export interface Cell {
  readonly operation: MatrixOperationName;
  readonly activity: string;
  /** Which of the activities of that name. */
  readonly nth: number;
  readonly fault: Fault;
}

interface Step extends Pick<Cell, 'activity' | 'nth'> {
  readonly faults: readonly Fault[];
}

/** Activities of workers that ask nobody: between their beginning and their end there is nothing to be cut off. */
const askNobody: ReadonlySet<string> = new Set(['planOperation', 'judgeTrouble']);
/** It asks Temporal, by a client of which only its own parts make calls. */
const askTemporal: ReadonlySet<string> = new Set(['settleOrphans']);

interface Scheduled {
  readonly activity: string;
  readonly isWorkers: boolean;
}

/** The activities of an operation, in order. */
function scheduledIn({ events }: History): Scheduled[] {
  return (events ?? []).flatMap(({ activityTaskScheduledEventAttributes: scheduled }) => {
    const activity = scheduled?.activityType?.name;
    return activity ? [{ activity, isWorkers: scheduled.taskQueue?.name === controlTaskQueue }] : [];
  });
}

/** At which steps an operation is struck, in order: first what its job's workflow does, then its own. */
function stepsOf({ history, ofJob }: RecordedSteps): Step[] {
  // Records are written beside the steps, and how many at once is chance: the job's own first one stands for all.
  const scheduled = scheduledIn(recordedHistory(history)).filter(({ activity }) => activity !== 'writeRecords');
  const all = [...ofJob.map((activity) => ({ activity, isWorkers: true })), ...scheduled];
  return all.map(({ activity, isWorkers }, at) => ({
    activity,
    nth: all.slice(0, at + 1).filter((one) => one.activity === activity).length,
    faults: isWorkers ? faultsOfWorker(activity) : faultsOfAgents,
  }));
}

function faultsOfWorker(activity: string): readonly Fault[] {
  const isWhole = askNobody.has(activity) || askTemporal.has(activity);
  return isWhole ? faultsOfWorkers.filter((fault) => fault !== 'worker while it acts') : faultsOfWorkers;
}

/** @param operations the matrix's operations, with where their steps are from. */
export function allCells(operations: Readonly<Record<MatrixOperationName, RecordedSteps>>): Cell[] {
  return operationNames(operations).flatMap((operation) =>
    stepsOf(operations[operation]).flatMap(({ activity, nth, faults }) =>
      faults.map((fault) => ({ operation, activity, nth, fault })),
    ),
  );
}

/** What an operation has called in `history` without a cell of it being there: it is struck nowhere. */
export function strangersIn(history: History, steps: RecordedSteps): string[] {
  // Retention deletes savepoints at the end of whatever operation finds too many.
  const known = new Set(['disposeSavepoint', ...stepsOf(steps).map(({ activity }) => activity)]);
  return scheduledIn(history).flatMap(({ activity }) => (known.has(activity) ? [] : [activity]));
}

const operationNames = (operations: object) => Object.keys(operations) as MatrixOperationName[];

/** A cell in one line, as tables have it and as `--only` finds it. */
export function titleOf({ operation, activity, nth, fault }: Cell): string {
  return `${operation} × ${nth === 1 ? activity : `${activity}, the ${nth}. of them`} × ${fault}`;
}

/** @param wanted one wish in each line: a cell's title has all of its texts, which ` + ` parts. Without it, all. */
export function only(cells: readonly Cell[], wanted: string | undefined): readonly Cell[] {
  if (wanted === undefined) return cells;
  const wishes = wanted.split('\n').map((line) => line.split(' + '));
  return cells.filter((cell) => wishes.some((texts) => texts.every((text) => titleOf(cell).includes(text))));
}

/** `count` of the cells, drawn so that every operation has its turn before one has a second. */
export function sampled(cells: readonly Cell[], count: number, random: () => number): Cell[] {
  const drawn = cells.map((cell) => ({ cell, at: random() })).toSorted((a, b) => a.at - b.at);
  const turns = new Map<string, number>();
  const withTurn = drawn.map(({ cell, at }) => {
    const turn = turns.get(cell.operation) ?? 0;
    turns.set(cell.operation, turn + 1);
    return { cell, at, turn };
  });
  const chosen = withTurn.toSorted((a, b) => a.turn - b.turn || a.at - b.at).slice(0, count);
  // Cells of one operation after the other: less has to be prepared.
  return chosen.map(({ cell }) => cell).toSorted((a, b) => (a.operation < b.operation ? -1 : 1));
}
