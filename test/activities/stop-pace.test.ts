/** How often a stop looks: what takes a moment is not kept waiting, and what takes long does not keep the node busy. */
import { afterEach, expect, jest, test } from '@jest/globals';
import { PollPace } from '../../activities/cluster/poll-pace.ts';
import type { FlinkClient } from '../../clients/flink/client.ts';
import { listedJob } from '../support/listed-job.ts';
import { flinkGoing, stop, stopped, stopSavepoint } from '../support/stopped-job.ts';

afterEach(() => void jest.restoreAllMocks());

/** Time that passes only between looks. */
function clock() {
  const nextMs = Reflect.get(PollPace.prototype, 'nextMs');
  let nowMs = 0;
  const pauses: number[] = [];
  jest.spyOn(performance, 'now').mockImplementation(() => nowMs);
  jest.spyOn(PollPace.prototype, 'nextMs').mockImplementation(function (this: PollPace) {
    const ms = nextMs.call(this);
    pauses.push(ms);
    nowMs += ms;
    return 0;
  });
  return { now: () => nowMs, pauses };
}

/** The pauses between looks while a savepoint takes so long, and after it until the job has ended. */
async function pausesOf(savepointMs: number) {
  const { now, pauses } = clock();
  let doneAt = Infinity;
  let toldAt = Infinity;
  const told = () => {
    toldAt = Math.min(toldAt, now());
    return { state: 'completed', location: stopSavepoint } as const;
  };
  const flink: Partial<FlinkClient> = {
    ...flinkGoing([]),
    jobs: async () => [listedJob(stopped, now() >= toldAt + 100 ? 'FINISHED' : 'RUNNING')],
    savepointStatus: async () => {
      if (doneAt === Infinity) return { state: 'unknown' };
      return now() >= doneAt ? told() : { state: 'inProgress' };
    },
    stopWithSavepoint: async () => {
      doneAt = now() + savepointMs;
      return '';
    },
  };
  await expect(stop({ flink, hasPods: true }).outcome).resolves.toMatchObject({ restorePoint: stopSavepoint });
  const after = pauses.splice(-4);
  return { during: pauses, after };
}

test('a savepoint that takes a moment is looked for every 25 ms, and so is the end of its job', async () => {
  const { during, after } = await pausesOf(1_000);
  expect(new Set([...during, ...after])).toEqual(new Set([25]));
});

test('one that takes 5 s is looked for less often, at the cost of a hundredth of its time', async () => {
  const { during, after } = await pausesOf(5_000);
  expect(during.length).toBeLessThan(175);
  expect(Math.max(...during)).toBeLessThanOrEqual(50);
  expect(after).toEqual([25, 25, 25, 25]);
});

test('one that takes minutes is looked for four times in a second, and the end of its job as fast as ever', async () => {
  const { during, after } = await pausesOf(180_000);
  expect(Math.max(...during)).toBe(250);
  expect(during.length).toBeLessThan(1_000);
  expect(after).toEqual([25, 25, 25, 25]);
});
