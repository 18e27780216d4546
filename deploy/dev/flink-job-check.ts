/** Asks Flink itself how a job is, through the API server: what was true before a restart need not be true now. */
import { z } from 'zod';
import { connectKubernetes } from '../../clients/kubernetes/connect.ts';
import type { KubernetesClient } from '../../clients/kubernetes/client.ts';
import { stableServiceName } from '../../core/names.ts';
import type { DevCluster } from './cluster.ts';
import { waitUntil } from './process.ts';
import type { ReportLine } from './progress.ts';

const overviewShape = z.object({ jobs: z.array(z.object({ jid: z.string(), state: z.string() })) });
const checkpointsShape = z.object({ counts: z.object({ completed: z.int() }) });

export interface CheckedJob {
  readonly namespace: string;
  readonly name: string;
}

/** Waits until Flink says that the job is RUNNING and has completed a checkpoint since it was started. */
export async function awaitRunningJob(cluster: DevCluster, job: CheckedJob, report: ReportLine): Promise<void> {
  const kubernetes = connectKubernetes({ kubeconfig: cluster.kubeconfig });
  const service = `/api/v1/namespaces/${job.namespace}/services/${stableServiceName(job)}:8081/proxy`;
  report('asking Flink');
  try {
    await waitUntil(() => hasCheckpoint(kubernetes, service), {
      what: `Flink to say that ${job.name} is RUNNING with a completed checkpoint`,
      timeoutMs: 300_000,
      stepMs: 200,
    });
  } finally {
    kubernetes.close();
  }
}

async function hasCheckpoint(kubernetes: KubernetesClient, service: string): Promise<boolean> {
  const { jobs } = overviewShape.parse(await ask(kubernetes, `${service}/jobs/overview`));
  const running = jobs.find(({ state }) => state === 'RUNNING');
  if (!running) throw new Error(`its jobs are ${jobs.map(({ state }) => state).join(', ') || 'none'}`);
  const { counts } = checkpointsShape.parse(await ask(kubernetes, `${service}/jobs/${running.jid}/checkpoints`));
  return counts.completed > 0;
}

async function ask(kubernetes: KubernetesClient, path: string): Promise<unknown> {
  const answer = await kubernetes.raw({ method: 'GET', path, timeoutMs: 5000 });
  if (answer.status !== 200) throw new Error(`${answer.status}: ${answer.body.slice(0, 300)}`);
  return JSON.parse(answer.body);
}
