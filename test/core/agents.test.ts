import { describe, expect, test } from '@jest/globals';
import {
  agentPresence,
  newestCount,
  saysAll,
  unknownJobsFor,
  unseenMs,
  type AgentPresence,
  type AgentTraces,
} from '../../core/agents.ts';

const second = 1_000;
const minute = 60 * second;

function heard(silentMs: number, unobservedMs?: number, agent = 'one') {
  return { agent, silentMs, ...(unobservedMs !== undefined && { unobservedMs }) };
}

/** In words, what is known, what follows, and whether Temporal is asked besides. */
const table: readonly (readonly [string, Partial<AgentTraces>, AgentPresence, boolean])[] = [
  ['nothing was ever heard', {}, { isThere: false }, false],
  ['one spoke just now', { heard: [heard(second)] }, { isThere: true, silentMs: second, count: 1 }, true],
  ['one is silent', { heard: [heard(13 * second)] }, { isThere: false, silentMs: 13 * second, count: 0 }, true],
  [
    'one is silent, the other spoke',
    { heard: [heard(minute, minute), heard(second, 2 * second, 'two')] },
    { isThere: true, silentMs: second, unobservedMs: 2 * second, count: 1 },
    true,
  ],
  [
    'one is silent, and may have spoken where nobody heard it',
    { heard: [heard(minute)], isSure: false, pollMs: 30 * second },
    { isThere: true, silentMs: 30 * second, count: 0 },
    false,
  ],
  [
    'one is silent, and asked for work before that: Temporal keeps the question longer than it lives',
    { heard: [heard(20 * second)], pollMs: 30 * second },
    { isThere: false, silentMs: 20 * second, count: 0 },
    true,
  ],
  [
    'none says anything, and one asks for work',
    { pollMs: 30 * second },
    { isThere: true, silentMs: 30 * second },
    false,
  ],
  [
    'none says anything, and one asked long ago',
    { pollMs: 80 * second },
    { isThere: false, silentMs: 80 * second },
    false,
  ],
  [
    'those that spoke are long gone, and one that does not speak asks for work',
    { heard: [heard(11 * minute, 11 * minute)], pollMs: 5 * second },
    { isThere: true, silentMs: 5 * second },
    false,
  ],
];

describe('the agents of a cluster', () => {
  test.each(table)('where %s', (_, known, presence, isAll) => {
    const traces = { heard: [], isSure: true, ...known };
    expect(agentPresence(traces)).toEqual(presence);
    expect(saysAll(traces)).toBe(isAll);
  });
});

describe('jobs are unseen', () => {
  test.each<[string, AgentPresence, number | undefined]>([
    ['not while one observes', { isThere: true, silentMs: 1, unobservedMs: 3 * second }, undefined],
    [
      'since the last one observed, though another is there',
      { isThere: true, silentMs: 1, unobservedMs: minute },
      minute,
    ],
    ['since the last one observed, where all are gone', { isThere: false, silentMs: 20, unobservedMs: minute }, minute],
    ['not where one is there and does not say so', { isThere: true, silentMs: 30 * second }, undefined],
    ['since the last one was there, where it did not say so', { isThere: false, silentMs: 80 * second }, 80 * second],
    ['nobody knows since when, where there never was one', { isThere: false }, undefined],
  ])('%s', (_, presence, ms) => {
    expect(unseenMs(presence)).toBe(ms);
  });
});

describe('jobs that no workflow knows', () => {
  const unknown = { count: 3, jobs: ['a/one', 'ab/two', 'b/three'], ageMs: minute };
  test.each([
    ['all are shown to who may see all', '*', unknown],
    ['of one tenant only its own, of those that are named', 'a', { count: 1, jobs: ['a/one'], ageMs: minute }],
    ['none are of a tenant without', 'c', { count: 0, jobs: [], ageMs: minute }],
  ])('%s', (_title, tenant, shown) => {
    expect(unknownJobsFor(unknown, tenant)).toEqual(shown);
  });

  test('are those of the newest count', () => {
    expect(newestCount([{ unknown }, {}, { unknown: { ...unknown, count: 4, ageMs: second } }])?.count).toBe(4);
    expect(newestCount([{}])).toBeUndefined();
    expect(agentPresence({ heard: [{ ...heard(minute), unknown }], isSure: true }).unknown).toEqual(unknown);
  });
});
