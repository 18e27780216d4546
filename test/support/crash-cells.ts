/** The cells of the crash matrix: every step of every operation, with every fault at it. */
import { operationKinds } from '../../core/operation-kinds.ts';
import { canBeStruckAt, requestsOf } from './crash-calls.ts';
import { podsAt, type Pods, type Presence } from './crash-pods.ts';
import { scheduledIn, scheduledOf, type Scheduled } from './crash-recorded.ts';
import type { MatrixOperationName, RecordedSteps } from './crash-steps.ts';
import type { History } from './histories.ts';

/**
 * What may strike an activity of an agent: while the request by which it notes what it is about to do is under way, while that is which does it,
 * or between requests. The pods, Temporal and the worker are killed while the activity has just begun.
 */
const faultsOfAgents = [
  'agent before it acts',
  'agent while it notes',
  'agent while it acts',
  'agent after it acted',
  'JobManagers',
  'TaskManagers',
  'Temporal',
  'worker',
] as const;

/** What may strike an activity that a worker runs itself. What befalls pods meanwhile befalls them at an agent's step, too. */
const faultsOfWorkers = ['worker before it acts', 'worker while it acts', 'worker after it acted', 'Temporal'] as const;

/** Whose process is killed, and when. */
export type Fault = (typeof faultsOfAgents)[number] | (typeof faultsOfWorkers)[number];

export interface Cell {
  readonly operation: MatrixOperationName;
  readonly activity: string;
  /** Which of the activities of that name. */
  readonly nth: number;
  readonly fault: Fault;
  /** Where pods are killed: whether there may be none by then. */
  readonly mayMiss?: true;
}

interface Step extends Pick<Cell, 'activity' | 'nth'> {
  readonly faults: readonly Pick<Cell, 'fault' | 'mayMiss'>[];
}

/** Activities of workers that ask nobody: between their beginning and their end there is nothing to be cut off. */
const askNobody: ReadonlySet<string> = new Set(['planOperation', 'judgeTrouble']);
/** It asks Temporal, by a client of which only its own parts make calls. */
const askTemporal: ReadonlySet<string> = new Set(['settleOrphans']);

/** At which steps an operation is struck, in order: first what its job's workflow does, then its own. */
function stepsOf(row: RecordedSteps): Step[] {
  // Records are written beside the steps, and how many at once is chance: the job's own first one stands for all.
  const scheduled = scheduledOf(row).filter(({ activity }) => activity !== 'writeRecords');
  const steps: Scheduled[] = [...row.ofJob.map((activity) => ({ activity, isWorkers: true })), ...scheduled];
  const pods = podsAt(steps, row.clusters, operationKinds[row.kind].mendsBroken ?? false);
  return steps.map((step, at) => {
    const { activity } = step;
    const nth = steps.slice(0, at + 1).filter((one) => one.activity === activity).length;
    const ofAgent = () => faultsOfAgent(canBeStruckAt({ row, steps, step, nth }), pods[at]);
    return { activity, nth, faults: step.isWorkers ? faultsOfWorker(activity) : ofAgent() };
  });
}

function faultsOfAgent({ notes, acts }: ReturnType<typeof canBeStruckAt>, pods: Pods | undefined): Step['faults'] {
  const struck: Readonly<Partial<Record<Fault, Presence>>> = {
    'agent while it notes': notes ? 'there' : 'none',
    'agent while it acts': acts ? 'there' : 'none',
    JobManagers: pods?.jobmanager ?? 'none',
    TaskManagers: pods?.taskmanager ?? 'none',
  };
  return faultsOfAgents.flatMap((fault) => {
    const is = struck[fault] ?? 'there';
    if (is === 'none') return [];
    return [{ fault, ...(is === 'perhaps' && { mayMiss: true as const }) }];
  });
}

function faultsOfWorker(activity: string): Step['faults'] {
  const isWhole = askNobody.has(activity) || askTemporal.has(activity);
  return faultsOfWorkers.flatMap((fault) => (isWhole && fault === 'worker while it acts' ? [] : [{ fault }]));
}

/** At which calls an activity is killed in its midst; empty: at any. A worker's has sent a statement by then. */
export function callsOf({ activity, fault }: Pick<Cell, 'activity' | 'fault'>): readonly string[] {
  if (fault === 'worker while it acts') return ['query'];
  const requests = requestsOf[activity];
  return (fault === 'agent while it notes' ? requests?.notes : requests?.acts) ?? [];
}

/** @param operations the matrix's operations, with where their steps are from. */
export function allCells(operations: Readonly<Record<MatrixOperationName, RecordedSteps>>): Cell[] {
  return operationNames(operations).flatMap((operation) =>
    stepsOf(operations[operation]).flatMap(({ activity, nth, faults }) =>
      faults.map((fault) => ({ operation, activity, nth, ...fault })),
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

/** A cell that was run, and whether anything was there to be struck. */
export interface Ran {
  readonly cell: Cell;
  readonly struck: boolean;
}

/** Rows, `operation × fault`, of which every cell was run and none has struck: what they say of that fault is nothing. */
export function rowsThatMissed(all: readonly Cell[], ran: readonly Ran[]): string[] {
  const rowOf = ({ operation, fault }: Cell) => `${operation} × ${fault}`;
  const of = (row: string) => ran.filter(({ cell }) => rowOf(cell) === row);
  const isWhole = (row: string) => of(row).length === all.filter((cell) => rowOf(cell) === row).length;
  const rows = [...new Set(ran.map(({ cell }) => rowOf(cell)))];
  return rows.filter((row) => isWhole(row) && of(row).every(({ struck }) => !struck));
}
