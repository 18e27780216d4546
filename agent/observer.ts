/** The agent's part in observation: it waits on a queue of its own to be the one that observes a shard of the cluster. */
import { Client, Connection } from '@temporalio/client';
import { defineSearchAttributeKey } from '@temporalio/common';
import { Worker, type NativeConnection } from '@temporalio/worker';
import type { Logger } from 'pino';
import { createObserverActivities } from '../activities/observe/observer-activities.ts';
import type { CensusPorts } from '../activities/observe/census.ts';
import type { ObserverDependencies } from '../activities/observe/observe-cluster.ts';
import type { ObserverPorts } from '../activities/observe/observer.ts';
import type { ClusterDependencies } from '../activities/cluster/dependencies.ts';
import type { PrometheusQuery } from '../clients/prometheus/query.ts';
import { isCurrentAttempt } from '../clients/temporal/current-attempt.ts';
import { isWorkflowGone } from '../clients/temporal/errors.ts';
import { annotations, generationNames, observerTaskQueue, pointerMapName, searchAttributes } from '../core/names.ts';
import type { JobView } from '../core/job.ts';
import { mustHaveObjects } from '../core/observation/census.ts';
import { jobObservedName, jobStatusName, objectsGoneName } from '../core/observation/signal.ts';
import type { AgentSettings } from './config.ts';
import { autoscalingPorts } from './autoscaling.ts';
import { measuringPorts } from './measuring.ts';
import { ObservedJobs } from './observed-jobs.ts';
import { ObserverSlots, tunerOf } from './observer-slots.ts';
import type { MetricsSender } from './metrics-sender.ts';
import type { AgentMetrics } from './metrics.ts';
import type { Observing } from './observing.ts';
import type { SeenSender } from './seen-sender.ts';
import type { SharedQuotasHeard } from './shared-quotas-heard.ts';
import type { UnknownJobsFound } from './unknown-jobs.ts';

interface Cluster extends Pick<ClusterDependencies, 'kubernetes' | 'flink'> {
  /** Where what is measured goes; absent: nowhere. */
  readonly samples?: Pick<MetricsSender, 'add'> | undefined;
  /** Where what is seen goes; absent: nowhere. */
  readonly seen?: Pick<SeenSender, 'note'> | undefined;
  /** Absent: no metric of Prometheus has a value. */
  readonly prometheus?: PrometheusQuery | undefined;
}

/** The heartbeat that says that it still observes is sent this often: the cluster's own fixed cost. */
const heartbeatMs = 32_000;

export interface ObserverWorkerOptions {
  readonly connection: NativeConnection;
  readonly settings: AgentSettings;
  readonly cluster: Cluster;
  readonly metrics: AgentMetrics;
  readonly log: Logger;
  /** Is told whenever the observer has done what was due. */
  readonly observing: Observing;
  readonly unknownJobs: UnknownJobsFound;
  /** By them autoscalers decide. */
  readonly quotas: SharedQuotasHeard;
}

export async function observerWorker(options: ObserverWorkerOptions): Promise<{ readonly run: () => Promise<void> }> {
  const { connection, settings, cluster } = options;
  const calls = Connection.lazy({ address: settings.TEMPORAL_ADDRESS });
  const client = new Client({ connection: calls, namespace: settings.TEMPORAL_NAMESPACE });
  const slots = new ObserverSlots();
  const worker = await Worker.create({
    connection,
    namespace: settings.TEMPORAL_NAMESPACE,
    taskQueue: observerTaskQueue(settings.DREY_CLUSTER),
    activities: createObserverActivities(
      {
        kubernetes: cluster.kubernetes,
        ports: portsOf(client, options),
        measuring: measuringPorts(cluster, options),
        autoscaling: autoscalingPorts(client, cluster.kubernetes, options),
      },
      ({ shards }) => slots.learn(shards),
    ),
    tuner: tunerOf(slots),
    maxHeartbeatThrottleInterval: heartbeatMs,
    defaultHeartbeatThrottleInterval: heartbeatMs,
    // Another agent goes on at once.
    shutdownGraceTime: '1s',
  });
  const run = async () => {
    try {
      await worker.run();
    } finally {
      await calls.close();
    }
  };
  return { run };
}

function portsOf(
  client: Client,
  { cluster, metrics, log, observing, unknownJobs }: ObserverWorkerOptions,
): ObserverDependencies['ports'] {
  const observed = new ObservedJobs();
  return {
    isCurrent: (attempt) => isCurrentAttempt(client, attempt),
    ...signalsOf(client),
    flink: cluster.flink,
    pointers: async ({ identity, spec, submission }, call) => {
      const name = pointerMapName(identity, submission);
      return (await cluster.kubernetes.get('ConfigMap', spec.spec.namespace, name, call))?.metadata.uid;
    },
    noteTold: async ({ identity, spec }, digest) => {
      const { anchor } = generationNames(identity);
      await cluster.kubernetes.annotate('ConfigMap', spec.spec.namespace, anchor, { [annotations.told]: digest });
    },
    jobWorkflows: (name) => jobWorkflows(client, name),
    runningNow: (workflowId) => runningNow(client, workflowId),
    unknown: (jobs) => {
      metrics.unknownJobs.set(jobs.length);
      unknownJobs.note(jobs.map((id) => id.slice('job/'.length)));
      if (jobs.length > 0) log.warn({ jobs: jobs.slice(0, 20), count: jobs.length }, 'jobs that no workflow knows');
    },
    // Another agent reports them now: what this one has found last would be shown for ever.
    noneCompared: () => metrics.unknownJobs.set(0),
    seen: (fact) => cluster.seen?.note(fact),
    failed: (error, what) => log.warn({ err: error, what }, 'observation failed'),
    counters: {
      asked: (outcome) => metrics.requests.inc({ target: 'flink', outcome: outcome === 'answered' ? 'ok' : 'failed' }),
      signalled: (outcome) => metrics.signals.inc({ outcome: outcome === 'accepted' ? 'sent' : outcome }),
      observed: (by, jobs) => {
        observed.note(by, jobs);
        metrics.observedJobs.set(observed.sum);
        observing.note();
      },
      ended: (by) => {
        observed.forget(by);
        metrics.observedJobs.set(observed.sum);
      },
    },
  };
}

function signalsOf(client: Client): Pick<ObserverPorts & CensusPorts, 'signal' | 'tellGone'> {
  const tell = async (workflowId: string, ...signal: [name: string, ...args: unknown[]]) => {
    const [name, ...args] = signal;
    try {
      await client.workflow.getHandle(workflowId).signal(name, ...args);
      return true;
    } catch (error) {
      if (isWorkflowGone(error)) return false;
      throw error;
    }
  };
  return {
    signal: (workflowId, observed) => tell(workflowId, jobObservedName, observed),
    tellGone: async (workflowId, gone) => void (await tell(workflowId, objectsGoneName, gone)),
  };
}

/** Undefined too where its workflow has ended meanwhile. */
async function runningNow(client: Client, workflowId: string): ReturnType<CensusPorts['runningNow']> {
  try {
    const status = await client.workflow.getHandle(workflowId).query<{ job: JobView } | null>(jobStatusName);
    const { uid, phase, generation } = status?.job ?? {};
    if (uid === undefined || !generation || !mustHaveObjects(phase)) return undefined;
    return { uid, generation: generation.number };
  } catch (error) {
    if (isWorkflowGone(error)) return undefined;
    throw error;
  }
}

const phaseKey = defineSearchAttributeKey(searchAttributes.phase, 'KEYWORD');

/** Those that Temporal lists: of 10,000 jobs, ten pages. */
async function jobWorkflows(client: Client, cluster: string): ReturnType<CensusPorts['jobWorkflows']> {
  const known = new Set<string>();
  const running = new Set<string>();
  const query = `WorkflowType = 'flinkJob' AND ExecutionStatus = 'Running' AND ${searchAttributes.cluster} = '${cluster}'`;
  for await (const { workflowId, typedSearchAttributes } of client.workflow.list({ query, pageSize: 1_000 })) {
    known.add(workflowId);
    if (mustHaveObjects(typedSearchAttributes.get(phaseKey))) running.add(workflowId);
  }
  return { known, running };
}
