import { expect, test } from '@jest/globals';
import { missingWorker, type Poller } from '../../core/living-builds.ts';

const now = Date.parse('2026-01-01T00:00:00.000Z');
const asked = (buildId: string | undefined, secondsAgo: number): Poller => ({
  buildId,
  askedAtMs: now - secondsAgo * 1000,
});

test.each<[string, string | undefined, readonly Poller[], string | undefined]>([
  ['nobody ever asked', undefined, [], 'no worker asks Temporal for work'],
  [
    'nobody has asked for longer than a question is held',
    'new',
    [asked('new', 71)],
    'no worker asks Temporal for work',
  ],
  ['one waits for an answer', 'new', [asked('new', 61)], undefined],
  ['the clock of Temporal is ahead', 'new', [asked('new', -30)], undefined],
  ['an older build is there, too', 'new', [asked('old', 1), asked('new', 1)], undefined],
  [
    'only an older build is there',
    'new',
    [asked('old', 1), asked('new', 90)],
    'no worker of the current build is left',
  ],
  ['no build was made current', undefined, [asked('new', 1)], 'no build of the worker is current'],
])('what is missing of the worker where %s', (_, currentBuild, pollers, expected) => {
  const missing = missingWorker({ pollers, ...(currentBuild !== undefined && { currentBuild }) }, now);
  expect(missing?.split(':')[0]).toBe(expected);
});

test('what is missing is told with what to do', () => {
  expect(missingWorker({ pollers: [asked('new', 1)] }, now)).toMatch(/: start one with DREY_MAKE_CURRENT=true$/);
  // After a rollback of the release only the build is there that was replaced before.
  const replaced = missingWorker({ pollers: [asked('old', 1)], currentBuild: 'new' }, now);
  expect(replaced).toMatch(/: start one, or one of another build with DREY_MAKE_CURRENT=force$/);
});
