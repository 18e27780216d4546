/** When a JobManager that is to be stopped counts as silent: it loses its pods then, and the next start its warm cluster. */
import { afterEach, describe, expect, jest, test } from '@jest/globals';
import { callMs } from '../../activities/cluster/stop-limits.ts';
import type { StopJobInput } from '../../activities/cluster/stop-shapes.ts';
import type { Checkpoints, FlinkClient } from '../../clients/flink/client.ts';
import { FlinkUnreachable } from '../../clients/flink/errors.ts';
import { flinkGoing, stop, stopSavepoint } from '../support/stopped-job.ts';

type Call = 'jobs' | 'savepointStatus' | 'stopWithSavepoint' | 'cancel';

/** What a call that gets no answer takes: its time is over at once. The agent may stand still for longer. */
let aheadMs = 0;

function outOfTime(stalledMs: number): Promise<never> {
  aheadMs += callMs + stalledMs;
  return Promise.reject(new FlinkUnreachable('no answer in time'));
}

const checkpoint = { path: 'file:/c/chk-7', modified: 1 };

/** A job that goes through its stop, and has completed a checkpoint. */
function flinkStopping(): Partial<FlinkClient> {
  const latestCompleted = { id: 7, path: checkpoint.path, completedAtMs: 1, discarded: false };
  const known = { counts: { completed: 7 }, latestCompleted } as unknown as Checkpoints;
  return { ...flinkGoing(['RUNNING']), checkpoints: async () => known };
}

/** Flink carries out what it is asked to, and once the stop or the cancellation has arrived so many answers of one kind come too late. */
function flinkLate(call: Call, times: number, stalledMs = 0): Partial<FlinkClient> {
  const flink = flinkStopping();
  let isAsked = false;
  let left = times;
  const late =
    (name: keyof FlinkClient) =>
    async (...given: unknown[]) => {
      const answer: unknown = await Reflect.apply(flink[name] as () => unknown, flink, given);
      if (name === 'stopWithSavepoint' || name === 'cancel') isAsked = true;
      if (name !== call || !isAsked || left === 0) return answer;
      left -= 1;
      return outOfTime(stalledMs);
    };
  const names = ['jobs', 'savepointStatus', 'stopWithSavepoint', 'cancel'] as const;
  return { ...flink, ...Object.fromEntries(names.map((name) => [name, late(name)])) };
}

function stopOf(flink: Partial<FlinkClient>, how: StopJobInput['how'], withinMs?: number) {
  const now = performance.now.bind(performance);
  jest.spyOn(performance, 'now').mockImplementation(() => now() + aheadMs);
  return stop({ flink, hasPods: true, isReady: true, checkpoint }, { how, ...(withinMs && { withinMs }) });
}

afterEach(() => {
  jest.restoreAllMocks();
  aheadMs = 0;
});

test.each(['cancel', 'discard'] as const)('one answer that is lost ends no pods of a job to %s', async (how) => {
  const flink = flinkGoing(['silent', 'RUNNING']);
  const canceled = jest.fn(flink.cancel);
  const { outcome, done } = stop({ flink: { ...flink, cancel: canceled }, hasPods: true }, { how });
  await outcome;
  expect(canceled).toHaveBeenCalledTimes(1);
  expect(done.indexOf('scaled')).not.toBe(0);
});

const ways: readonly [Call, StopJobInput['how']][] = [
  ['stopWithSavepoint', 'savepoint'],
  ['savepointStatus', 'savepoint'],
  ['jobs', 'savepoint'],
  ['cancel', 'cancel'],
  ['jobs', 'cancel'],
  ['jobs', 'discard'],
];

describe.each([
  ['comes too late', 0],
  ['was there, while the agent stood still,', 60_000],
])('one answer that %s ends no pods', (_title, stalledMs) => {
  test.each(ways)('of %s, to %s', async (call, how) => {
    const { outcome, done } = stopOf(flinkLate(call, 1, stalledMs), how);
    const stopped = await outcome;
    expect(stopped).not.toHaveProperty('podsEnded');
    expect(done).not.toContain('scaled');
    expect(stopped.restorePoint).toBe(how === 'savepoint' ? stopSavepoint : checkpoint.path);
  });
});

test('a first call that is not answered ends no pods of a job to cancel', async () => {
  const flink = flinkStopping();
  let isFirst = true;
  const jobs: FlinkClient['jobs'] = async (call) => {
    if (!isFirst) return (await flink.jobs?.(call)) ?? [];
    isFirst = false;
    return outOfTime(0);
  };
  await expect(stopOf({ ...flink, jobs }, 'cancel').outcome).resolves.not.toHaveProperty('podsEnded');
});

test('a JobManager that answers in between is not silent, though no look comes to its end', async () => {
  const { outcome } = stopOf(flinkLate('jobs', 5), 'savepoint');
  await expect(outcome).resolves.toMatchObject({ restorePoint: stopSavepoint });
  await expect(outcome).resolves.not.toHaveProperty('podsEnded');
});

test('one that hangs once the stop was asked for is ended long before another could take over', async () => {
  const { outcome } = stopOf(flinkLate('savepointStatus', Infinity), 'savepoint');
  await expect(outcome).resolves.toMatchObject({ restorePoint: checkpoint.path, podsEnded: true });
  expect(aheadMs).toBeLessThan(8_000);
});

describe('one that goes on answering, and never all that a look needs,', () => {
  test('is left alone before the stop was asked for', async () => {
    const flink = { ...flinkStopping(), checkpoints: () => outOfTime(0) };
    const { outcome, done } = stopOf(flink, 'savepoint');
    await expect(outcome).resolves.toMatchObject({ refused: { code: 'JOB_MANAGER_SILENT' } });
    expect(done).not.toContain('scaled');
    expect(aheadMs).toBeLessThan(60_000);
  });

  test('loses its pods where the job is only to be canceled', async () => {
    const { outcome } = stopOf({ ...flinkStopping(), checkpoints: () => outOfTime(0) }, 'cancel');
    await expect(outcome).resolves.toMatchObject({ restorePoint: checkpoint.path, podsEnded: true });
    expect(aheadMs).toBeLessThan(60_000);
  });

  test('is waited for until the time of the stop is over, once that was asked for', async () => {
    const { outcome } = stopOf(flinkLate('jobs', Infinity), 'savepoint', 30_000);
    await expect(outcome).resolves.toMatchObject({ restorePoint: checkpoint.path, podsEnded: true });
    expect(aheadMs).toBeGreaterThan(20_000);
  });
});
