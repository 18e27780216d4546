/** What Temporal bills, and what histories grow by, while jobs only run. */
import type { Client } from '@temporalio/client';
import { isWorkflowGone } from '../../clients/temporal/errors.ts';
import { pause } from '../../deploy/dev/process.ts';
import { several } from './several.ts';
import type { StackParts } from './stack-parts.ts';
import { perHour } from './sums.ts';
import { actionsBetween, totalOf, type Actions } from './temporal-cost.ts';

export interface IdleWindow {
  /** What ran in it, for people. */
  readonly what: string;
  /** Jobs that run on the cluster. */
  readonly jobs: number;
  readonly durationMs: number;
  readonly actions: number;
  readonly actionsByKind: Actions;
  readonly events: number;
  readonly actionsPerHour: number;
  readonly eventsPerHour: number;
}

export interface WindowWish {
  readonly what: string;
  readonly durationMs: number;
  /** Whether the agent is ended in the middle and started again: it lists all there is anew, as it does hourly. */
  readonly relists: boolean;
}

/** Measures a window that begins now. */
export async function measureIdle(parts: StackParts, wish: WindowWish): Promise<IdleWindow> {
  const { client } = parts.temporal;
  const eventsBefore = await historyLengths(client);
  const actionsBefore = await parts.actions();
  const beganAt = performance.now();
  await pause(wish.durationMs / 2);
  if (wish.relists) await parts.restartAgent();
  await pause(wish.durationMs / 2 - (performance.now() - beganAt - wish.durationMs / 2));
  const durationMs = performance.now() - beganAt;
  const actionsByKind = actionsBetween(actionsBefore, await parts.actions());
  const events = grown(eventsBefore, await historyLengths(client));
  const actions = totalOf(actionsByKind);
  return {
    what: wish.what,
    jobs: await runningJobs(parts),
    durationMs,
    actions,
    actionsByKind,
    events,
    actionsPerHour: perHour(actions, durationMs),
    eventsPerHour: perHour(events, durationMs),
  };
}

/** How many actions in a quiet minute are none of jobs that come to rest: heartbeats are two. */
const quietActions = 4;
const quietMs = 60_000;

/** Waits until jobs that have just come have no more to tell. @returns whether that was seen within the time. */
export async function settled(parts: StackParts, withinMs: number): Promise<boolean> {
  const until = performance.now() + withinMs;
  while (performance.now() < until) {
    const before = totalOf(await parts.actions());
    await pause(quietMs);
    if (totalOf(await parts.actions()) - before <= quietActions) return true;
  }
  return false;
}

async function runningJobs({ postgres }: StackParts): Promise<number> {
  const sql = `select count(*)::integer as count from jobs where cluster = 'local' and phase = 'RUNNING'`;
  const { rows } = await postgres.query<{ count: number }>(sql);
  return rows[0]?.count ?? 0;
}

/** Events of each run of a workflow that is open. */
export type HistoryLengths = ReadonlyMap<string, number>;

const asksAtOnce = 32;

async function historyLengths(client: Client): Promise<HistoryLengths> {
  const ids: string[] = [];
  // Listings have no lengths of workflows that are open.
  for await (const { workflowId } of client.workflow.list({ query: `ExecutionStatus = 'Running'`, pageSize: 1_000 }))
    ids.push(workflowId);
  const lengths = await several(ids, asksAtOnce, (id) => lengthOf(client, id));
  return new Map(lengths.filter((one) => one !== undefined));
}

async function lengthOf(client: Client, id: string): Promise<[string, number] | undefined> {
  try {
    const { runId, historyLength } = await client.workflow.getHandle(id).describe();
    return [`${id}/${runId}`, historyLength];
  } catch (error) {
    if (isWorkflowGone(error)) return undefined;
    throw error;
  }
}

/** A run that has begun since counts whole. */
export function grown(before: HistoryLengths, after: HistoryLengths): number {
  return [...after].reduce((sum, [run, length]) => sum + length - (before.get(run) ?? 0), 0);
}
