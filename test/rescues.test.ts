/** A soak resumes only what was stopped, or what its own operation has failed. */
import { expect, test } from '@jest/globals';
import type { JobPhase, TroubleView } from '../core/job.ts';
import { standsBecause, type Standstill } from './support/rescues.ts';

type Newest = readonly [
  kind: 'suspend' | 'cancel' | 'resume' | 'upgrade' | 'recover' | 'heal',
  state: 'succeeded' | 'failed',
];

const givenUp = { next: 'givenUp' } as TroubleView;

/** A savepoint that was taken since changes nothing of why a job stands still. */
const savepoint = { number: 9, kind: 'savepoint', state: 'succeeded', requestedBy: 'ada' } as const;
/** Nor does what never began. */
const superseded = { number: 8, kind: 'upgrade', state: 'superseded', requestedBy: 'ada' } as const;
const upgrade = { number: 2, kind: 'upgrade', state: 'succeeded', requestedBy: 'ada' } as const;

test.each<[JobPhase, Newest, TroubleView | undefined, Standstill]>([
  ['SUSPENDED', ['suspend', 'succeeded'], undefined, 'asked'],
  ['SUSPENDED', ['upgrade', 'succeeded'], undefined, 'abandoned'],
  ['CANCELED', ['cancel', 'succeeded'], undefined, 'asked'],
  ['CANCELED', ['suspend', 'succeeded'], undefined, 'abandoned'],
  ['CANCELED', ['upgrade', 'succeeded'], undefined, 'abandoned'],
  ['FAILED', ['resume', 'failed'], undefined, 'itsOperationFailed'],
  ['FAILED', ['upgrade', 'failed'], undefined, 'itsOperationFailed'],
  ['FAILED', ['upgrade', 'failed'], givenUp, 'abandoned'],
  ['FAILED', ['upgrade', 'succeeded'], givenUp, 'abandoned'],
  ['FAILED', ['upgrade', 'succeeded'], undefined, 'abandoned'],
  ['FAILED', ['recover', 'failed'], givenUp, 'abandoned'],
  ['FAILED', ['recover', 'failed'], undefined, 'abandoned'],
])('a job that is %s after %j, with trouble %j: %s', (phase, [kind, state], trouble, expected) => {
  const requestedBy = kind === 'recover' ? 'drey' : 'ada';
  const operations = [upgrade, { number: 7, kind, state, requestedBy }, superseded, savepoint];
  expect(standsBecause({ phase, ...(trouble && { trouble }) }, operations)).toBe(expected);
});

test('nobody has stopped a job without operations', () =>
  expect(standsBecause({ phase: 'FAILED' }, [])).toBe('abandoned'));
