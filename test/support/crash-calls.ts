/**
 * At which requests an activity of an agent is killed in its midst: the one by which it does what it is for, and before that the one that says
 * so on the anchor. Pure, so that a test can hold it against all activities and clients that there are.
 */
import type { FlinkClient } from '../../clients/flink/client.ts';
import type { KubernetesClient } from '../../clients/kubernetes/client.ts';
import type { Kind } from '../../clients/kubernetes/kinds.ts';
import { operationKinds } from '../../core/operation-kinds.ts';
import type { Scheduled } from './crash-recorded.ts';
import type { RecordedSteps } from './crash-steps.ts';

/** A function of a client, with the kind of object where only one kind counts. */
type Call = keyof FlinkClient | keyof KubernetesClient | `${keyof KubernetesClient} ${Kind}`;

interface Requests {
  /** What it writes down first of what it is about to do. */
  readonly notes?: readonly Call[];
  /** What does it: the first of these that is asked for is the one. */
  readonly acts: readonly Call[];
}

const anchor = ['apply ConfigMap'] as const;
const note = ['annotate ConfigMap'] as const;

export const requestsOf: Readonly<Partial<Record<string, Requests>>> = {
  applyGeneration: { notes: anchor, acts: ['apply Deployment', 'apply Job'] },
  applyTaskManagers: { notes: anchor, acts: ['apply Deployment'] },
  applyStandIn: { acts: anchor },
  healGeneration: { acts: ['apply', 'merge', 'scale'] },
  primeCluster: { acts: ['runJar'] },
  submitJob: { notes: note, acts: ['runJar'] },
  // By its savepoint, by a cancellation, or with its pods.
  stopJob: { notes: note, acts: ['stopWithSavepoint', 'cancel', 'scale'] },
  cancelJob: { acts: ['cancel'] },
  takeSavepoint: { acts: ['triggerSavepoint'] },
  confirmCheckpoint: { acts: ['triggerCheckpoint'] },
  publishService: { acts: ['apply Service'] },
  addTaskManagers: { notes: note, acts: ['scale Deployment'] },
  changeParallelism: { notes: note, acts: ['setResourceRequirements'] },
  removeTaskManagers: { notes: ['annotate Pod'], acts: ['scale Deployment'] },
  noteRevision: { acts: note },
  endPods: { acts: ['scale'] },
  removeObjects: { acts: ['delete ConfigMap'] },
  // The pod is what deletes files.
  disposeSavepoint: { acts: ['apply Pod'] },
  removeHighAvailability: { acts: ['apply Pod'] },
};

/** What only looks, though it may note what it has seen: in its midst it is killed at whatever it asks first. */
export const looking: readonly string[] = [
  'findGenerations',
  'waitPodsScheduled',
  'waitImagesPulled',
  'waitTaskManagers',
  'waitJobManager',
  'waitSlots',
  'waitTasks',
  'waitFinished',
  'waitStable',
  'checkRescale',
  'waitParallelism',
];

/** A step of a row, and which of the activities of its name it is. */
export interface StepOfRow {
  readonly row: RecordedSteps;
  readonly steps: readonly Scheduled[];
  readonly step: Scheduled;
  readonly nth: number;
}

/** Which of its requests an agent can be killed at: a step may find that what it is for is done by somebody else. */
export function canBeStruckAt({ row, steps, step, nth }: StepOfRow): {
  readonly notes: boolean;
  readonly acts: boolean;
} {
  const { activity, generation, how } = step;
  const { asksNothing } = row;
  const asks = { notes: requestsOf[activity]?.notes !== undefined, acts: true };
  if (asksNothing?.activity === activity && asksNothing.nth === nth) return asksNone;
  // An application's JobManager submits the job itself.
  if (activity === 'submitJob' && row.mode === 'application') return asksNone;
  // No JobManager has run whose files would be to be removed.
  if (activity === 'removeHighAvailability' && isStandIn(steps, generation)) return asksNone;
  // A job that the operation has started itself, and that did not come up, has no last words.
  if (activity === 'stopJob' && how === 'cancel' && !operationKinds[row.kind].mendsBroken)
    return { ...asks, notes: false };
  return asks;
}

const asksNone = { notes: false, acts: false };

function isStandIn(steps: readonly Scheduled[], generation: number | undefined): boolean {
  return steps.some((one) => one.activity === 'applyStandIn' && one.generation === generation);
}
