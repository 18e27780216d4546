import { expect, test } from '@jest/globals';
import { lostForMemory } from '../../../core/autoscaler-agent/lost-for-memory.ts';
import type { PodSeen } from '../../../core/diagnosis/pod-seen.ts';
import { labels } from '../../../core/names.ts';

const main = 'flink-main-container';
const at = (second: number) => `2026-01-01T00:00:${String(second).padStart(2, '0')}Z`;

interface Wish {
  readonly component?: string;
  readonly container?: string;
  readonly reason?: string;
  readonly second?: number;
  readonly isNow?: boolean;
  readonly limit?: string | undefined;
}

function pod(wish: Wish): PodSeen {
  const { component = 'taskmanager', container = main, reason = 'OOMKilled', second = 1, isNow = false } = wish;
  const limit = 'limit' in wish ? wish.limit : '2Gi';
  const ended = { terminated: { exitCode: 137, reason, finishedAt: at(second) } };
  const status = { name: container, image: 'flink', ready: true, restartCount: 1, ...(isNow && { state: ended }) };
  return {
    metadata: { name: 'a', labels: { [labels.component]: component } },
    spec: { containers: [{ name: main, resources: { limits: limit === undefined ? {} : { memory: limit } } }] },
    status: { containerStatuses: [{ ...status, ...(!isNow && { lastState: ended }) }] },
  };
}

const gib = 2 ** 30;
const newest = { atMs: Date.parse(at(9)), memoryBytes: 2 * gib };

test.each<[string, readonly Wish[], ReturnType<typeof lostForMemory>]>([
  ['no pods', [], undefined],
  ['one that was killed and came back', [{ second: 9 }], newest],
  ['one that was killed and is not back', [{ second: 9, isNow: true }], newest],
  ['the newest of several', [{ second: 3 }, { second: 9 }, { second: 5, limit: '1Gi' }], newest],
  ['one without a limit after one with one', [{ second: 9 }, { second: 12, limit: undefined }], newest],
  ['a JobManager', [{ component: 'jobmanager' }], undefined],
  ['a sidecar', [{ container: 'logs' }], undefined],
  ['another end', [{ reason: 'Error' }], undefined],
  ['no limit: the node itself had no more', [{ limit: undefined }], undefined],
])('%s', (_title, wishes, lost) => {
  expect(lostForMemory(wishes.map(pod))).toEqual(lost);
});
