/** The workflow of a job of a fleet: the real one, begun as if it had continued as new with a job that runs. */
import type { Client } from '@temporalio/client';
import { controlTaskQueue, jobWorkflowId } from '../../core/names.ts';
import { flinkJobWorkflow } from '../../workflows/messages.ts';
import { searchCluster, searchJob, searchPhase, searchTenant } from '../../workflows/search-attributes.ts';
import type { FleetJob } from './fleet-job.ts';

export async function startFleetWorkflow(client: Client, { generation, state }: FleetJob): Promise<void> {
  const { tenant, name } = generation.identity;
  await client.workflow.start(flinkJobWorkflow, {
    workflowId: jobWorkflowId({ tenant, name }),
    taskQueue: controlTaskQueue,
    args: [{ tenant, name }, state],
    staticSummary: `Job ${tenant}/${name} of a benchmark`,
    typedSearchAttributes: [
      { key: searchTenant, value: tenant },
      { key: searchJob, value: name },
      { key: searchCluster, value: state.revision.spec.spec.cluster },
      { key: searchPhase, value: state.phase },
    ],
  });
}
