import { describe, expect, test } from '@jest/globals';
import { takeOverOf, type TakeOver, type TakeOverWish } from '../../core/take-over.ts';

describe('a worker that starts', () => {
  test.each<[TakeOverWish, string, string | undefined, 'before' | 'never', TakeOver]>([
    ['whenNew', 'takes over from an older build', 'older', 'never', 'takeOver'],
    ['whenNew', 'leaves a newer build current that has replaced its own', 'newer', 'before', 'wasReplaced'],
    ['whenNew', 'does nothing where its build is current', 'own', 'before', 'isCurrent'],
    ['whenNew', 'makes the first build current', undefined, 'never', 'takeOver'],
    ['whenNew', 'makes its build current again where none is any more', undefined, 'before', 'takeOver'],
    ['never', 'leaves an older build current', 'older', 'never', 'notAsked'],
    ['never', 'leaves a newer build current', 'newer', 'before', 'notAsked'],
    ['never', 'does nothing where its build is current', 'own', 'before', 'isCurrent'],
    ['never', 'makes the first build current', undefined, 'never', 'takeOver'],
    ['always', 'takes over from an older build', 'older', 'never', 'takeOver'],
    ['always', 'takes back what a newer build has taken', 'newer', 'before', 'takeOver'],
    ['always', 'does nothing where its build is current', 'own', 'before', 'isCurrent'],
    ['always', 'makes the first build current', undefined, 'never', 'takeOver'],
  ])('%s: %s', (wish, _, current, was, decision) => {
    expect(takeOverOf(wish, { own: 'own', current, ownWasCurrent: was === 'before' })).toBe(decision);
  });
});
