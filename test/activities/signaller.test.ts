/** What becomes of a signal of which nobody knows whether it has arrived. */
import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { AttemptFence } from '../../activities/observe/attempt-fence.ts';
import { Signaller, type SignallerPorts } from '../../activities/observe/signaller.ts';
import { observation as observed } from '../support/observation-fixture.ts';
import { someGeneration } from '../support/state-fixture.ts';

const generation = someGeneration(2);
const name = 'flink/orders';

let arrived: string[];
let isAnswered: boolean;
let seq: number;
let signaller: Signaller;

const ports: SignallerPorts = {
  signal: async (_workflow, { observation }) => {
    arrived.push(observation.job.state);
    if (isAnswered) return true;
    throw new Error('DEADLINE_EXCEEDED');
  },
  noteTold: async () => undefined,
  failed: () => undefined,
  counters: { signalled: () => undefined },
};

beforeEach(() => {
  jest.useFakeTimers();
  [arrived, isAnswered, seq] = [[], true, 0];
  signaller = new Signaller(ports, new AttemptFence(async () => true), () => undefined);
  signaller.begin(name, { job: { current: generation }, isGone: false }, undefined);
});
afterEach(() => void jest.useRealTimers());

async function look(state: 'RUNNING' | 'FAILED'): Promise<void> {
  const well = observed();
  const order = { ...well.order, seq: (seq += 1) };
  signaller.offer(name, generation, { ...well, order, job: { ...well.job, state } });
  signaller.sendDue(performance.now());
  await jest.advanceTimersByTimeAsync(20_000);
}

test('tells that a job is well again where the signal that it was not may have arrived', async () => {
  await look('RUNNING');
  expect(arrived).toEqual([]);
  isAnswered = false;
  await look('FAILED');
  isAnswered = true;
  await look('RUNNING');
  expect(arrived).toEqual(['FAILED', 'RUNNING']);
});
