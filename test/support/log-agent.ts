/**
 * An agent that only sends logs: the real activity and the real connections, on a cluster whose pods and logs are made
 * up: the job `talks` has a JobManager, the job `crowd` three TaskManagers. It runs as a process of its own and says what happens on its output.
 */
import { Readable } from 'node:stream';
import { NativeConnection, Worker } from '@temporalio/worker';
import type { ClusterDependencies } from '../../activities/cluster/dependencies.ts';
import { sendLogs } from '../../activities/cluster/send-logs.ts';
import type { KubernetesClient } from '../../clients/kubernetes/client.ts';
import { clusterTaskQueue } from '../../core/names.ts';
import type { TailLogsInput } from '../../workflows/tail-logs.ts';

/** Lines of 100 bytes: `tailLines` of them, or without an end. */
function* lines(count: number) {
  for (let number = 0; number < count; number += 1) yield `${String(number).padStart(99, ' ')}\n`;
}

const crowd = ['Pending', 'Running', 'Running'].map((phase, index) => ({
  metadata: { name: `crowd-${index + 1}` },
  status: { phase },
}));

const kubernetes = {
  list: async (_kind: string, _namespace: string, { labelSelector = '' } = {}) => {
    if (labelSelector.includes('job=crowd')) return crowd;
    return labelSelector.includes('jobmanager') ? [{ metadata: { name: 'pod' } }] : [];
  },
  podLog: async (_namespace: string, _pod: string, _container: string, { tailLines = 3 } = {}) =>
    [...lines(tailLines)].join(''),
  followLog: async () => {
    const log = Readable.from(lines(Infinity));
    log.once('close', () => process.stdout.write('the log is closed\n'));
    return log;
  },
} as unknown as KubernetesClient;

const connection = await NativeConnection.connect({ address: process.env['TEMPORAL_ADDRESS'] ?? '' });
const worker = await Worker.create({
  connection,
  taskQueue: clusterTaskQueue('local'),
  activities: { sendLogs: (input: TailLogsInput) => sendLogs({ kubernetes } as ClusterDependencies, input) },
  maxHeartbeatThrottleInterval: '200ms',
});
process.stdout.write('ready\n');
await worker.run();
