/** What Temporal bills, as its server counts it itself; and what it would bill for a loop in each job's workflow. */

/** The counter of the server that counts what is billed: one line for each kind of action. */
const counted = /^action(?:_total)?\{([^}]*)\} ([0-9.eE+]+)$/gm;

/** Actions since the server started, by their kind, from what it tells Prometheus. */
export type Actions = Readonly<Record<string, number>>;

/** The actions of one namespace: the server's own workflows count theirs, too. */
export function actionsIn(prometheusText: string, namespace: string): Actions {
  const actions: Record<string, number> = {};
  for (const [, labelText = '', value] of prometheusText.matchAll(counted)) {
    const labels = labelsOf(labelText);
    if (labels['namespace'] !== namespace) continue;
    const kind = labels['action_type'] ?? 'unknown';
    actions[kind] = (actions[kind] ?? 0) + Number(value);
  }
  return actions;
}

function labelsOf(text: string): Readonly<Record<string, string>> {
  return Object.fromEntries([...text.matchAll(/(\w+)="([^"]*)"/g)].map(([, name = '', value = '']) => [name, value]));
}

/** What came between two looks; kinds of which nothing came are left out. */
export function actionsBetween(before: Actions, after: Actions): Actions {
  const grown = Object.entries(after).map(([kind, count]) => [kind, count - (before[kind] ?? 0)] as const);
  return Object.fromEntries(grown.filter(([, count]) => count > 0));
}

export function totalOf(actions: Actions): number {
  return Object.values(actions).reduce((sum, count) => sum + count, 0);
}

/** What a job costs, in an hour. */
export interface HourlyCost {
  readonly actions: number;
  readonly events: number;
}

/** Timer and activity are an action each; retries, the tasks of the workflow and results are none. */
const actionsPerRound = 2;

/** Of the timer: started, fired, and three of the workflow's task; of the activity: three, and three of the task after it. */
const eventsPerRound = 11;

/** After so many events Temporal suggests to continue as new, which is one more action. */
const eventsOfRun = 4_096;

const roundsPerHour = 60;

/** A workflow per job that waits a minute with a timer, and asks by an activity, for ever. */
export function minuteLoop(): HourlyCost {
  const events = roundsPerHour * eventsPerRound;
  return { actions: roundsPerHour * actionsPerRound + events / eventsOfRun, events };
}
