import { expect, test } from '@jest/globals';
import { noticesOf } from '../../core/notice.ts';

type Stopped = Parameters<typeof noticesOf>[0];

test.each<[string, Stopped, readonly object[]]>([
  ['nothing of a stop as any other', { restorePoint: 'file:/sp' }, []],
  ['nothing where nothing is gone on from', { overtaken: 'file:/old', isAside: true }, []],
  [
    'that the job ran again after its stop',
    { restorePoint: 'file:/c/chk-9', overtaken: 'file:/old' },
    [{ code: 'COMMITTED_TWICE', message: expect.stringMatching(/file:\/old .* ran again .* file:\/c\/chk-9/) }],
  ],
  [
    'that a newer checkpoint is gone',
    { restorePoint: 'file:/c/chk-19', missed: 'file:/c/chk-20' },
    [{ code: 'COMMITTED_TWICE', message: expect.stringMatching(/between file:\/c\/chk-19 and file:\/c\/chk-20 may/) }],
  ],
  [
    'that the job ran on after the savepoint from which it goes on',
    { restorePoint: 'file:/sp', isAside: true },
    [{ code: 'RECORDS_MAY_BE_LOST', message: expect.stringContaining('file:/sp') }],
  ],
])('says %s', (_title, stopped, notices) => {
  expect(noticesOf(stopped)).toEqual(notices);
});
