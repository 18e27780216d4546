/** Which pods a job has when a step of an operation begins, by what the steps before it do: only those can be killed there. */
import type { Scheduled } from './crash-recorded.ts';

/** `there`: also where they are on their way. `perhaps`: what comes before may have ended them itself. */
export type Presence = 'there' | 'perhaps' | 'none';

export interface Pods {
  readonly jobmanager: Presence;
  readonly taskmanager: Presence;
}

const none: Pods = { jobmanager: 'none', taskmanager: 'none' };
const both: Pods = { jobmanager: 'there', taskmanager: 'there' };

const doubted = (one: Presence): Presence => (one === 'there' ? 'perhaps' : one);

/** What becomes of a generation's pods by a step that is about it. @param mends as in `podsAt` */
function after({ activity, how }: Scheduled, before: Pods, mends: boolean): Pods {
  switch (activity) {
    case 'applyGeneration':
      return both;
    case 'applyTaskManagers':
      return { ...before, taskmanager: 'there' };
    case 'stopJob':
      if (mends) return none;
      // A job that did not run: its JobManager tells of a checkpoint, or it is ended with its pods.
      if (how !== 'cancel') return before;
      return { jobmanager: doubted(before.jobmanager), taskmanager: doubted(before.taskmanager) };
    case 'endPods':
      return none;
    default:
      return before;
  }
}

const makes: readonly string[] = ['applyGeneration', 'applyTaskManagers', 'applyStandIn'];

/**
 * For each step, those of all generations together. Where steps overlap, what one of them takes away is gone from its beginning.
 * @param begins how many Flink clusters the job has before.
 * @param mends whether what was broken is brought back: its pods are ended with the stop, so that its storage can tell what is newest.
 */
export function podsAt(steps: readonly Scheduled[], begins: number, mends: boolean): Pods[] {
  // Which generations those are is told by the first steps about one that was not made by a step.
  const unnamed = Array.from({ length: begins }, () => both);
  const known = new Map<number, Pods>();
  return steps.map((step) => {
    const { activity, generation } = step;
    if (generation !== undefined && !known.has(generation))
      known.set(generation, (makes.includes(activity) ? undefined : unnamed.pop()) ?? none);
    const now = [...unnamed, ...known.values()];
    if (generation !== undefined) known.set(generation, after(step, known.get(generation) ?? none, mends));
    return { jobmanager: most(now, 'jobmanager'), taskmanager: most(now, 'taskmanager') };
  });
}

function most(all: readonly Pods[], component: keyof Pods): Presence {
  const found = all.map((pods) => pods[component]);
  return (['there', 'perhaps'] as const).find((one) => found.includes(one)) ?? 'none';
}
