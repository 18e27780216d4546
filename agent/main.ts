/** The agent: works on its cluster's task queue. It keeps nothing, so it may be killed, and there may be several. */
import { readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { NativeConnection, Worker } from '@temporalio/worker';
import { pino } from 'pino';
import { createClusterActivities } from '../activities/cluster/cluster-activities.ts';
import { CrashPoints } from '../activities/crash-point.ts';
import type { ClusterDependencies } from '../activities/cluster/dependencies.ts';
import { leadingPod } from '../activities/cluster/leading-pod.ts';
import { connectFlink } from '../clients/flink/connect.ts';
import { proxyTransport } from '../clients/flink/proxy-transport.ts';
import { directTransport, type FlinkTransport } from '../clients/flink/transport.ts';
import type { KubernetesClient } from '../clients/kubernetes/client.ts';
import { connectKubernetes } from '../clients/kubernetes/connect.ts';
import { offerMetrics } from '../clients/metrics-server.ts';
import { prometheusAt } from '../clients/prometheus/query.ts';
import { installRuntime } from '../clients/temporal/runtime.ts';
import type { Generation } from '../core/generation.ts';
import { clusterTaskQueue, generationNames } from '../core/names.ts';
import { agentSettings } from './config.ts';
import { heartbeatsToApi } from './heartbeats-to-api.ts';
import { observerWorker } from './observer.ts';
import { Observing } from './observing.ts';
import { createAgentMetrics } from './metrics.ts';
import { samplesToApi } from './samples-to-api.ts';
import { seenToApi } from './seen-to-api.ts';
import { SharedQuotasHeard } from './shared-quotas-heard.ts';
import { UnknownJobsFound } from './unknown-jobs.ts';

const settings = agentSettings(process.env);
const log = pino({
  level: settings.DREY_LOG_LEVEL,
  base: { process: 'agent', cluster: settings.DREY_CLUSTER, pid: process.pid },
});

const crashPoints = new CrashPoints(settings.DREY_TEST_CRASH_FILE);

async function main(): Promise<void> {
  installRuntime({ log, metricsListen: settings.DREY_TEMPORAL_METRICS_LISTEN });
  const metrics = createAgentMetrics();
  await offerMetrics(settings.DREY_METRICS_LISTEN, metrics.registry, log);
  const samples = samplesToApi(settings, metrics, log);
  const seen = seenToApi(settings, metrics, log);
  const { DREY_PROMETHEUS_URL: prometheusUrl } = settings;
  const prometheus = prometheusUrl === undefined ? undefined : prometheusAt(prometheusUrl);
  const connection = await connected();
  const cluster = dependencies();
  const worker = await Worker.create({
    connection,
    namespace: settings.TEMPORAL_NAMESPACE,
    taskQueue: clusterTaskQueue(settings.DREY_CLUSTER),
    activities: createClusterActivities(cluster),
    interceptors: { activity: crashPoints.interceptors() },
    maxConcurrentActivityTaskExecutions: settings.DREY_ACTIVITIES_MAX,
    // What waits is begun again by another agent at once; what acts may be repeated.
    shutdownGraceTime: '1s',
  });
  const observing = new Observing();
  const unknownJobs = new UnknownJobsFound();
  const quotas = new SharedQuotasHeard();
  const observer = await observerWorker({
    connection,
    settings,
    cluster: { ...cluster, samples, seen, prometheus },
    metrics,
    log,
    observing,
    unknownJobs,
    quotas,
  });
  log.info('agent starts');
  const heartbeats = heartbeatsToApi(settings, log, { observing, unknownJobs, quotas });
  await Promise.all([worker.run(), observer.run()]);
  heartbeats?.stop();
  seen?.stop();
  await samples?.stop();
  await connection.close();
  log.info('agent has ended');
}

function dependencies(): ClusterDependencies {
  const kubernetes = connectKubernetes({ kubeconfig: settings.DREY_KUBECONFIG, context: settings.DREY_KUBE_CONTEXT });
  return {
    kubernetes: crashPoints.within(kubernetes),
    flink: (generation) => crashPoints.within(connectFlink(transportTo(kubernetes, generation))),
    leader: async (generation) => crashPoints.within(connectFlink(await transportToLeader(kubernetes, generation))),
    defaultImage: (version) => settings.DREY_DEFAULT_IMAGES[version] ?? `flink:${version}-java17`,
    storageTool: readFileSync(settings.DREY_STORAGE_TOOL_JAR).toString('base64'),
    primeJob: readFileSync(settings.DREY_PRIME_JOB_JAR),
  };
}

function transportTo(kubernetes: KubernetesClient, { identity, spec }: Generation): FlinkTransport {
  const { namespace } = spec.spec;
  const { service } = generationNames(identity);
  if (settings.DREY_FLINK_ACCESS === 'proxy') return proxyTransport(kubernetes, { namespace, service });
  return directTransport(`http://${service}.${namespace}:8081`);
}

async function transportToLeader(kubernetes: KubernetesClient, generation: Generation): Promise<FlinkTransport> {
  const pod = await leadingPod(kubernetes, generation);
  if (pod === undefined) return transportTo(kubernetes, generation);
  const { namespace } = generation.spec.spec;
  if (settings.DREY_FLINK_ACCESS === 'proxy') return proxyTransport(kubernetes, { namespace, pod: pod.name });
  return directTransport(`http://${pod.address}:8081`);
}

/** Connects as soon as Temporal is there: it may be started after us, or be away for a while. */
async function connected(): Promise<NativeConnection> {
  for (;;) {
    try {
      return await NativeConnection.connect({ address: settings.TEMPORAL_ADDRESS });
    } catch (error) {
      log.warn({ error: error instanceof Error ? error.message : String(error) }, 'Temporal is not reachable yet');
      await pause(500);
    }
  }
}

await main();
