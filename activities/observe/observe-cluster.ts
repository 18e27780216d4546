/** The activity that observes a shard for as long as its attempt lasts. Whoever has it is the observer: Temporal's retry elects. */
import { setTimeout as pause } from 'node:timers/promises';
import { Context, type Info } from '@temporalio/activity';
import type { KubernetesClient } from '../../clients/kubernetes/client.ts';
import type { ActivityAttempt } from '../../clients/temporal/current-attempt.ts';
import type { Generation } from '../../core/generation.ts';
import { AttemptFence } from './attempt-fence.ts';
import { takeCensus, takeWholeCensus, type Census, type CensusPorts } from './census.ts';
import { Autoscaling, type AutoscalingPorts } from './autoscaling.ts';
import { ClusterView, shardSelector } from './cluster-view.ts';
import { Measurer, type MeasuringPorts } from './measurer.ts';
import { Observer, type NextOrder, type ObserverAttempt, type ObserverPorts } from './observer.ts';

export interface ObserveInput {
  readonly cluster: string;
  readonly shards: number;
  readonly shard: number;
}

export interface AttemptPorts {
  /** Whether this attempt is the one that counts, as Temporal says now. */
  isCurrent(attempt: ActivityAttempt): Promise<boolean>;
}

export interface ObserverDependencies {
  readonly kubernetes: KubernetesClient;
  readonly ports: ObserverPorts & CensusPorts & AttemptPorts;
  readonly measuring: MeasuringPorts;
  readonly autoscaling: AutoscalingPorts;
}

/** How often it is seen what is due. */
const tickMs = 200;

/** After so long the cluster's workflow begins anew, and so gets a short history. */
const lastsMs = 12 * 3_600_000;

/** Kubernetes is listed anew, and all that is found compared with what the jobs were told. */
const relistMs = 3_600_000;

/** The shard whose observer compares the jobs of all: nobody knows to which of them a job belongs that has no objects. */
const comparing = 0;

/** A process that stood still for longer was taken for dead, and another one observes. */
const stillMsMax = 40_000;

/** Each attempt costs an action of Temporal and a listing of all objects. */
const refusedMs = 30_000;

interface Attempt extends ObserverAttempt {
  readonly context: Context;
  readonly fence: AttemptFence;
  /** These go on from one listing to the next. */
  observer?: Observer;
  measurer?: Measurer;
  autoscaling?: Autoscaling;
}

/** @throws when the attempt was given to another agent, or this process shuts down. */
export async function observeCluster(dependencies: ObserverDependencies, input: ObserveInput): Promise<void> {
  const context = Context.current();
  const attempt: Attempt = {
    context,
    nextOrder: orders(context.info.currentAttemptScheduledTimestampMs),
    beganAtMs: performance.now(),
    fence: new AttemptFence(() => dependencies.ports.isCurrent(attemptOf(context.info))),
  };
  const endsAt = attempt.beganAtMs + lastsMs * (0.9 + Math.random() / 5);
  try {
    while (performance.now() < endsAt) await observeUntilRelist(dependencies, input, attempt);
  } finally {
    attempt.observer?.end();
    if (input.shard === comparing) dependencies.ports.noneCompared();
  }
}

function attemptOf({ workflowExecution, activityId, attempt }: Info): ActivityAttempt {
  if (!workflowExecution) throw new Error('observing is an activity of a workflow');
  return { ...workflowExecution, activityId, attempt };
}

/** Numbers go on from one listing to the next: a workflow drops what is not newer than what it has heard. */
function orders(attemptMs: number): NextOrder {
  let seq = 0;
  return (elapsedMs) => ({ attemptMs, seq: (seq += 1), elapsedMs });
}

async function observeUntilRelist(
  { kubernetes, ports, measuring, autoscaling: autoscalingPorts }: ObserverDependencies,
  { cluster, shard, shards }: ObserveInput,
  attempt: Attempt,
): Promise<void> {
  const ending = new AbortController();
  const signal = AbortSignal.any([ending.signal, attempt.context.cancellationSignal]);
  const made: { census?: Census } = {};
  const view = new ClusterView(cluster, (name) => attempt.observer?.changed(name));
  attempt.observer?.relisted(view);
  const autoscaling = (attempt.autoscaling ??= new Autoscaling(view, fencedScaling(autoscalingPorts, attempt.fence)));
  autoscaling.relisted(view);
  const measurer = (attempt.measurer ??= new Measurer(measuring, (...seen) => autoscaling.saw(...seen)));
  const standstill = (generation: Generation) => measurer.standstill(generation);
  const slots = (generation: Generation) => measurer.slots(generation);
  const observer = (attempt.observer ??= new Observer(view, ports, { ...attempt, standstill, slots }));
  const tick = () => {
    if (attempt.fence.isLost) throw new Error('another attempt observes');
    observer.tick();
    const running = observer.running();
    measurer.tick(running);
    autoscaling.tick(running);
  };
  const following = followed(view, kubernetes, shardSelector(shard, shards), signal);
  const take = () => takeCensus(kubernetes, fenced(ports, attempt.fence), cluster, signal);
  const noting =
    shard === comparing
      ? takeWholeCensus(take, (census) => Object.assign(made, { census }), signal)
      : Promise.resolve();
  try {
    const summary = () => ({ ...observer.summary(), ...made.census });
    await Promise.race([following, tickUntil({ tick, summary }, attempt.context, performance.now() + relistMs)]);
  } finally {
    ending.abort();
    await Promise.allSettled([following, noting]);
  }
}

/** Nobody is told by an attempt that does not count any more. */
function fenced(ports: CensusPorts, fence: AttemptFence): CensusPorts {
  const tellGone: CensusPorts['tellGone'] = async (...what) => {
    await fence.assertCurrent();
    await ports.tellGone(...what);
  };
  return { ...ports, tellGone };
}

/** The same of autoscalers, and of what they remember. */
function fencedScaling(ports: AutoscalingPorts, fence: AttemptFence): AutoscalingPorts {
  const tell: AutoscalingPorts['tell'] = async (signal) => {
    await fence.assertCurrent();
    await ports.tell(signal);
  };
  const write: AutoscalingPorts['write'] = async (...what) => {
    await fence.assertCurrent();
    await ports.write(...what);
  };
  return { ...ports, tell, write };
}

/** @throws some time after the API server has refused, or was found not to answer: whoever takes up the next attempt may fare no better. */
async function followed(view: ClusterView, kubernetes: KubernetesClient, selector: string, signal: AbortSignal) {
  try {
    await view.follow(kubernetes, selector, signal);
  } catch (error) {
    await pause(refusedMs, undefined, { signal });
    throw error;
  }
}

/** What is done when the time has come, and what the Temporal UI is told of it. */
interface Ticking {
  tick(): void;
  summary(): object;
}

async function tickUntil(ticking: Ticking, context: Context, endsAt: number): Promise<void> {
  let tickedAt = performance.now();
  while (performance.now() < endsAt) {
    await pause(tickMs, undefined, { signal: context.cancellationSignal });
    if (performance.now() - tickedAt > stillMsMax) throw new Error('this process stood still: another one observes');
    tickedAt = performance.now();
    context.heartbeat(ticking.summary());
    ticking.tick();
  }
}
