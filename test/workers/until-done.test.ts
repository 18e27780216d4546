/** What is looked for again and again, and what is said when that goes on failing. */
import { expect, test } from '@jest/globals';
import { untilDone } from '../../workers/until-done.ts';

/** Each look takes so many seconds; `fails` says of each whether it fails. */
async function saidOf(secondsEach: number, fails: readonly boolean[]): Promise<readonly (readonly [number, string])[]> {
  const said: (readonly [number, string])[] = [];
  let looks = 0;
  const log = { warn: ({ error }: { readonly error?: string }) => void said.push([looks, error ?? '']) };
  const repeated = { everyMs: 0, what: 'pass', log, nowMs: () => looks * secondsEach * 1000 };
  await untilDone({ getState: () => 'RUNNING' }, repeated, async () => {
    looks += 1;
    if (fails[looks - 1]) throw new Error(`failure ${looks}`);
    return looks >= fails.length;
  });
  return said;
}

const failing = (times: number) => Array.from({ length: times }, () => true);

test('what fails for some seconds only is not said', async () => {
  expect(await saidOf(5, [...failing(3), false])).toEqual([]);
});

test('what goes on failing is said, and a minute later again', async () => {
  expect(await saidOf(5, [...failing(17), false])).toEqual([
    [4, 'failure 4'],
    [16, 'failure 16'],
  ]);
});

test('what fails now and then passes each time', async () => {
  expect(await saidOf(10, [true, false, true, true, false, true, false])).toEqual([]);
});
