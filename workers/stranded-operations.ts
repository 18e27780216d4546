/**
 * Operations pinned to a build that has no worker any more would wait for ever: the release that began them was ended before
 * they were. They are terminated; their job begins the same operation again on the current build, clearing up first.
 */
import type { Client } from '@temporalio/client';
import proto from '@temporalio/proto';
import { livingBuilds } from '../core/living-builds.ts';
import { controlTaskQueue } from '../core/names.ts';
import { deploymentName } from './deployment-version.ts';

/** A look finds a build without a worker; only several in a row count, since a restarted Temporal learns of pollers anew. */
const looksInARow = 3;

const deploymentAttribute = 'TemporalWorkerDeploymentVersion';

export class StrandedOperations {
  private readonly temporal: Client;
  /** In how many looks in a row an operation, by its run, was found without a worker. */
  private seen = new Map<string, number>();

  constructor(temporal: Client) {
    this.temporal = temporal;
  }

  /** One look. @returns the ids of the operations that were ended. */
  async endThem(): Promise<string[]> {
    const alive = await this.buildsThatPoll();
    const ended: string[] = [];
    const seen = new Map<string, number>();
    const query = `ExecutionStatus = 'Running' AND DreyOperation IS NOT NULL`;
    for await (const { workflowId, runId, searchAttributes } of this.temporal.workflow.list({ query })) {
      const build = buildOf(searchAttributes);
      const looks = build === undefined || alive.has(build) ? 0 : (this.seen.get(runId) ?? 0) + 1;
      seen.set(runId, looks);
      if (looks < looksInARow) continue;
      await this.temporal.workflow.getHandle(workflowId, runId).terminate(`no worker of its build ${build} is left`);
      ended.push(workflowId);
    }
    this.seen = seen;
    return ended;
  }

  private async buildsThatPoll(): Promise<ReadonlySet<string>> {
    const { pollers } = await this.temporal.workflowService.describeTaskQueue({
      namespace: this.temporal.options.namespace,
      taskQueue: { name: controlTaskQueue },
      taskQueueType: proto.temporal.api.enums.v1.TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW,
    });
    const seen = (pollers ?? []).map(({ deploymentOptions, lastAccessTime }) => ({
      buildId: deploymentOptions?.buildId,
      askedAtMs: Number(lastAccessTime?.seconds ?? 0) * 1000,
    }));
    return livingBuilds(seen);
  }
}

/** The attribute's value is `<deployment>:<build id>`; absent before a workflow's first task. */
function buildOf(attributes: Readonly<Record<string, unknown>>): string | undefined {
  const value = attributes[deploymentAttribute];
  const text = Array.isArray(value) ? String(value[0]) : undefined;
  return text?.startsWith(`${deploymentName}:`) ? text.slice(deploymentName.length + 1) : undefined;
}
