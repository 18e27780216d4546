/** The fence of an attempt, with a Temporal that says what the test wants. */
import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { AttemptFence } from '../../activities/observe/attempt-fence.ts';

let asked: number;
let answer: () => Promise<boolean>;
let fence: AttemptFence;

beforeEach(() => {
  jest.useFakeTimers();
  [asked, answer] = [0, async () => true];
  fence = new AttemptFence(() => {
    asked += 1;
    return answer();
  });
});
afterEach(() => void jest.useRealTimers());

test('asks once for all that is done in a while', async () => {
  await Promise.all([fence.assertCurrent(), fence.assertCurrent()]);
  await jest.advanceTimersByTimeAsync(4_000);
  await fence.assertCurrent();
  expect(asked).toBe(1);
});

test('asks again after a while, so also after the process stood still', async () => {
  await fence.assertCurrent();
  await jest.advanceTimersByTimeAsync(60_000);
  answer = async () => false;
  await expect(fence.assertCurrent()).rejects.toThrow('another one observes');
  expect(fence.isLost).toBe(true);
});

test('takes an answer for as old as its question', async () => {
  answer = () => new Promise((resolve) => void setTimeout(() => resolve(true), 6_000));
  const asserted = fence.assertCurrent();
  answer = async () => true;
  await jest.advanceTimersByTimeAsync(10_000);
  await expect(asserted).resolves.toBeUndefined();
  expect(asked).toBe(2);
});

test('lets nothing pass while nobody can say, and is not lost by that', async () => {
  answer = () => Promise.reject(new Error('away'));
  await expect(fence.assertCurrent()).rejects.toThrow('away');
  expect(fence.isLost).toBe(false);
  answer = async () => true;
  await expect(fence.assertCurrent()).resolves.toBeUndefined();
});

test('asks no more once it is lost', async () => {
  answer = async () => false;
  await expect(fence.assertCurrent()).rejects.toThrow('too late');
  await expect(fence.assertCurrent()).rejects.toThrow('too late');
  expect(asked).toBe(1);
});
