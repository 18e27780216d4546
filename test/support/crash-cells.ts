/** The cells of the crash matrix: every activity that an operation's recorded history has, with every fault at it. */
import { recordedHistories } from './histories.ts';

/** Whose process is killed, and when. The pods, Temporal and the worker are killed while the activity has just begun. */
export const faults = [
  'agent before it acts',
  'agent while it acts',
  'agent after it acted',
  'JobManagers',
  'TaskManagers',
  'Temporal',
  'worker',
] as const;

export type Fault = (typeof faults)[number];

export interface Cell {
  readonly operation: string;
  readonly activity: string;
  /** Which of the operation's activities of that name. */
  readonly nth: number;
  readonly fault: Fault;
}

type Struck = Pick<Cell, 'activity' | 'nth'>;

/** Activities of the control plane: the worker dies in random moments elsewhere. */
const notOfAgents: ReadonlySet<string> = new Set(['writeRecords', 'settleOrphans', 'planOperation']);

/** The activities of a recorded operation, in order. @throws when there is no such history. */
function activitiesOf(historyName: string): Struck[] {
  const recorded = recordedHistories().find(({ workflowId }) => workflowId === historyName);
  if (!recorded) throw new Error(`test/histories/${historyName}.json is not there`);
  const names = (recorded.history.events ?? []).flatMap(
    (event) => event.activityTaskScheduledEventAttributes?.activityType?.name ?? [],
  );
  return names
    .map((activity, at) => ({ activity, nth: names.slice(0, at + 1).filter((name) => name === activity).length }))
    .filter(({ activity }) => !notOfAgents.has(activity));
}

/** @param operations the matrix's operations, with the history that each is recorded in. */
export function allCells(operations: Readonly<Record<string, { readonly history: string }>>): Cell[] {
  return Object.entries(operations).flatMap(([operation, { history }]) =>
    activitiesOf(history).flatMap((struck) => faults.map((fault) => ({ operation, ...struck, fault }))),
  );
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
