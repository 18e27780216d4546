/** Whether a process of ours works: it does when Temporal has been asked for work by it. */
// A CommonJS module whose names Node cannot see from outside.
import proto from '@temporalio/proto';
import { connectTemporal } from '../../clients/temporal/connect.ts';
import { livingProcess, waitUntil, type ProcessRecord } from './process.ts';
import type { TemporalServer } from './temporal.ts';

const { TaskQueueType } = proto.temporal.api.enums.v1;

/** Temporal's own words for the two kinds of work. */
const queueTypes = {
  workflow: TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW,
  activity: TaskQueueType.TASK_QUEUE_TYPE_ACTIVITY,
};

export interface AwaitedPoller {
  readonly server: TemporalServer;
  readonly taskQueue: string;
  readonly type: keyof typeof queueTypes;
  readonly process: ProcessRecord;
  readonly runDir: string;
}

/**
 * Waits until the process polls its task queue.
 * @throws with its log's last lines when it ends instead, or does not begin.
 */
export async function awaitPoller({ server, taskQueue, type, process, runDir }: AwaitedPoller): Promise<void> {
  const { address, namespace } = server;
  const temporal = connectTemporal({ address, namespace, identity: 'drey-dev' });
  const look = async () => {
    const queue = { namespace, taskQueue: { name: taskQueue }, taskQueueType: queueTypes[type] };
    const { pollers } = await temporal.within(5000, () =>
      temporal.client.connection.workflowService.describeTaskQueue(queue),
    );
    // The SDK's workers call themselves `<pid>@<host>`.
    return pollers?.some(({ identity }) => identity?.startsWith(`${process.pid}@`));
  };
  try {
    await waitUntil(look, {
      what: `${process.name} to ask Temporal for work`,
      timeoutMs: 300_000,
      stepMs: 50,
      logFile: process.logFile,
      giveUp: () => (livingProcess(runDir, process.name) ? undefined : 'the process has ended'),
    });
  } finally {
    await temporal.close();
  }
}
