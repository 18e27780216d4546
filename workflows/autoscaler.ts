/**
 * One workflow behind each job that an autoscaler looks after. It sleeps, without a timer, until an agent has seen a window of samples by
 * which something may be done, or somebody asks; decides in an activity; asks the job; hears how that went.
 */
import {
  continueAsNew,
  defineQuery,
  defineSignal,
  defineUpdate,
  setHandler,
  setWorkflowOptions,
} from '@temporalio/workflow';
import { autoscalerSignalName, type AutoscalerSignal, type AutoscalerStart } from '../core/autoscaler/signal.ts';
import {
  autoscalerStatusName,
  decideNowName,
  type AutoscalerStatus,
  type DecideNowAnswer,
  type DecideNowRequest,
} from '../core/scaling/autoscaler-messages.ts';
import type { AutoscalerState } from '../core/scaling/autoscaler-state.ts';
import {
  jobRemovedName,
  scalingEndedName,
  type JobRemoved,
  type ScalingEnded,
} from '../core/scaling/scaling-request.ts';
import { AutoscalerLife } from './autoscaler-life.ts';

const windowSeen = defineSignal<[AutoscalerSignal]>(autoscalerSignalName);
const scalingEnded = defineSignal<[ScalingEnded]>(scalingEndedName);
const jobRemoved = defineSignal<[JobRemoved]>(jobRemovedName);
const decideNow = defineUpdate<DecideNowAnswer, [DecideNowRequest]>(decideNowName);
const status = defineQuery<AutoscalerStatus | null>(autoscalerStatusName);

setWorkflowOptions({ versioningBehavior: 'AUTO_UPGRADE' }, autoscaler);
export async function autoscaler(input: AutoscalerStart, carried?: AutoscalerState): Promise<void> {
  const life = new AutoscalerLife(input, carried);
  setHandler(windowSeen, (signal) => life.seen(signal), { description: 'A window by which the job may be scaled' });
  setHandler(scalingEnded, (end) => life.ended(end), { description: 'How the operation of a decision has ended' });
  setHandler(jobRemoved, (job) => life.removed(job), { description: 'The job is gone' });
  setHandler(decideNow, (request) => life.asked(request), { description: 'Decide now, and record it' });
  setHandler(status, () => life.status(), { description: 'The newest decisions, and what waits' });
  const next = await life.live();
  if (next) await continueAsNew<typeof autoscaler>(input, next);
}
