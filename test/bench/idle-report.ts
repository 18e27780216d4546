/** What windows of idle jobs say together: what a job costs, what the cluster costs, and what a loop would. */
import type { IdleWindow } from './idle-window.ts';
import { columns, lineThrough, type Line } from './sums.ts';
import { minuteLoop, type HourlyCost } from './temporal-cost.ts';

/** At most so many actions an hour, whatever the number of jobs. */
export const fixedActionsAim = 150;

export interface IdleReport {
  readonly windows: readonly IdleWindow[];
  /** Of each job; NaN where all windows had the same number of jobs. */
  readonly perJob: HourlyCost;
  /** Of the cluster. */
  readonly fixed: HourlyCost;
  readonly fixedActionsAim: number;
  /** Of each job, by a loop of one activity a minute. */
  readonly loopPerJob: HourlyCost;
}

export function idleReport(windows: readonly IdleWindow[]): IdleReport {
  const actions = lineOf(windows, ({ actionsPerHour }) => actionsPerHour);
  const events = lineOf(windows, ({ eventsPerHour }) => eventsPerHour);
  return {
    windows,
    perJob: { actions: actions.slope, events: events.slope },
    fixed: { actions: actions.intercept, events: events.intercept },
    fixedActionsAim,
    loopPerJob: minuteLoop(),
  };
}

function lineOf(windows: readonly IdleWindow[], of: (window: IdleWindow) => number): Line {
  return lineThrough(windows.map((window) => ({ x: window.jobs, y: of(window) })));
}

export function idleText({ windows, perJob, fixed, loopPerJob }: IdleReport): string {
  const head = ['', 'jobs', 'actions/h', 'events/h', 'a loop: actions/h', 'events/h'];
  const rows = windows.map(({ what, jobs, actionsPerHour, eventsPerHour }) => {
    return [what, jobs, actionsPerHour, eventsPerHour, jobs * loopPerJob.actions, jobs * loopPerJob.events];
  });
  const kinds = windows.map(({ what, actionsByKind }) => {
    const each = Object.entries(actionsByKind).map(([kind, count]) => `${count} ${kind}`);
    return `  ${what}: ${each.join(', ') || 'none'}`;
  });
  const costs = columns([
    ['', 'actions/h', 'events/h'],
    ['of each job', perJob.actions, perJob.events],
    ['of the cluster', fixed.actions, fixed.events],
    ['of each job by a loop', loopPerJob.actions, loopPerJob.events],
  ]);
  const aim = `The aim: 0 actions for a job, at most ${fixedActionsAim} an hour for a cluster.`;
  return [columns([head, ...rows]), ['What was billed:', ...kinds].join('\n'), costs, aim].join('\n\n');
}
