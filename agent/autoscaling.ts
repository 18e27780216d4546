/** How the agent tells autoscalers what it has decided first, and keeps what they remember. */
import type { Client } from '@temporalio/client';
import type { Logger } from 'pino';
import type { AutoscalingPorts } from '../activities/observe/autoscaling.ts';
import type { KubernetesClient } from '../clients/kubernetes/client.ts';
import {
  autoscalerMemoryKey,
  autoscalerSignalName,
  autoscalerWorkflowType,
  type AutoscalerSignal,
  type AutoscalerStart,
} from '../core/autoscaler/signal.ts';
import { autoscalerWorkflowId, controlTaskQueue, generationNames } from '../core/names.ts';
import type { AgentMetrics } from './metrics.ts';
import type { SharedQuotasHeard } from './shared-quotas-heard.ts';

interface Account {
  readonly quotas: Pick<SharedQuotasHeard, 'now'>;
  readonly metrics: Pick<AgentMetrics, 'autoscalerDecisions' | 'autoscalerSignals' | 'autoscalerNotes'>;
  readonly log: Pick<Logger, 'warn'>;
}

export function autoscalingPorts(
  client: Client,
  kubernetes: KubernetesClient,
  { metrics, log, quotas }: Account,
): AutoscalingPorts {
  return {
    tell: (signal) => tell(client, signal),
    quotas: () => quotas.now,
    write: async ({ identity, spec }, { uid, resourceVersion }, text) => {
      const { anchor } = generationNames(identity);
      // What the workflow has written since is not to be lost: it is seen first.
      const unless = { uid, resourceVersion };
      await kubernetes.changeData(spec.spec.namespace, anchor, { [autoscalerMemoryKey]: text }, unless);
    },
    failed: (error, what) => log.warn({ err: error, what }, 'autoscaling failed'),
    counters: {
      decided: (action) => metrics.autoscalerDecisions.inc({ action }),
      told: (outcome) => metrics.autoscalerSignals.inc({ outcome }),
      wrote: (outcome) => metrics.autoscalerNotes.inc({ outcome }),
    },
  };
}

async function tell(client: Client, signal: AutoscalerSignal): Promise<void> {
  const { tenant, name } = signal;
  const start: AutoscalerStart = { tenant, name };
  await client.workflow.signalWithStart(autoscalerWorkflowType, {
    workflowId: autoscalerWorkflowId(start),
    taskQueue: controlTaskQueue,
    args: [start],
    signal: autoscalerSignalName,
    signalArgs: [signal],
  });
}
