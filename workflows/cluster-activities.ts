/** Activities of a cluster's agent as workflows call them: on that cluster's queue, each with a summary for people. */
import {
  ActivityFailure,
  proxyActivities,
  TimeoutFailure,
  type ActivityInterfaceFor,
  type ActivityOptions,
} from '@temporalio/workflow';
import type { ClusterActivities } from '../activities/cluster/cluster-activities.ts';
import { agentAwaitedMs } from '../core/awaited-agent.ts';
import { lateAttemptMs } from '../core/late-attempt.ts';
import { clusterTaskQueue } from '../core/names.ts';

type Calls = ActivityInterfaceFor<ClusterActivities>;

/** Retries are quick and endless within the given bound: an agent that was killed is taken over in seconds. */
const retry = { initialInterval: '200ms', backoffCoefficient: 1.5, maximumInterval: '5s' } as const;

/**
 * Short calls: their attempt is given up after 15 s, when the agent has probably died in it.
 * @param boundMs after which the step fails with CLUSTER_SILENT; absent: it waits for an agent for as long as it takes,
 * which is right once there is no way back.
 */
export function shortCalls(cluster: string, boundMs?: number): Calls {
  return calls(cluster, boundMs, {
    startToCloseTimeout: lateAttemptMs,
    // What acts is never left behind: an undo that ran beside it would miss what it makes.
    cancellationType: 'WAIT_CANCELLATION_COMPLETED',
  });
}

/** Waits: they heartbeat, so an agent's death is seen within 10 s, and end by themselves within `waitMs`. */
export function waits(cluster: string, waitMs: number, boundMs?: number): Calls {
  return calls(cluster, boundMs, {
    cancellationType: 'TRY_CANCEL',
    startToCloseTimeout: waitMs + 30_000,
    heartbeatTimeout: '10s',
  });
}

/**
 * Waits whose length only the agent knows, for it asks Flink. They heartbeat, and fail with CLUSTER_SILENT when no agent takes
 * them up, or takes them over, within a minute.
 */
export function longWaits(cluster: string): Calls {
  return proxyActivities<ClusterActivities>({
    ...queue(cluster),
    cancellationType: 'TRY_CANCEL',
    scheduleToStartTimeout: '1m',
    startToCloseTimeout: '24h',
    heartbeatTimeout: '10s',
  });
}

function calls(cluster: string, boundMs: number | undefined, options: ActivityOptions): Calls {
  const on = { ...queue(cluster), ...options };
  if (boundMs !== undefined) return proxyActivities<ClusterActivities>({ ...on, scheduleToCloseTimeout: boundMs });
  return toldWhenAwaited(cluster, on);
}

/**
 * Calls that wait for an agent for as long as it takes. Temporal tells that none has taken one up by letting it time out, and it is
 * asked again: what it does may be repeated, whoever began it.
 */
function toldWhenAwaited(cluster: string, options: ActivityOptions): Calls {
  const first = proxyActivities<ClusterActivities>({ ...options, scheduleToStartTimeout: agentAwaitedMs });
  const endless = proxyActivities<ClusterActivities>(options);
  return new Proxy(first, {
    get: (_target, name) => ({
      executeWithOptions: async (own: ActivityOptions, args: unknown[]) => {
        try {
          return await Reflect.get(first, name).executeWithOptions(own, args);
        } catch (error) {
          if (!isNotTakenUp(error)) throw error;
          tellAwaited(cluster);
          return Reflect.get(endless, name).executeWithOptions(own, args);
        }
      },
    }),
  });
}

function isNotTakenUp(error: unknown): boolean {
  const cause = error instanceof ActivityFailure ? error.cause : undefined;
  return cause instanceof TimeoutFailure && cause.timeoutType === 'SCHEDULE_TO_START';
}

/** Each workflow has a module of its own, and each operation one account of its steps. */
let tellAwaited: (cluster: string) => void = () => undefined;

/** Names who is told that what was asked of a cluster waits for an agent. */
export function whenAgentIsAwaited(tell: (cluster: string) => void): void {
  tellAwaited = tell;
}

function queue(cluster: string): Pick<ActivityOptions, 'taskQueue' | 'retry'> {
  return { taskQueue: clusterTaskQueue(cluster), retry };
}
