/** What profile drey believes of what it has learned once another program has taken the job's place. */
import { describe, expect, test } from '@jest/globals';
import { decide } from '../../../core/autoscaler/decide.ts';
import type { AutoscalerInput } from '../../../core/autoscaler/decision.ts';
import type { EngineMemory } from '../../../core/autoscaler/memory.ts';
import { ofProgram } from '../../../core/autoscaler/program-change.ts';
import { rememberScaling } from '../../../core/autoscaler/remember.ts';
import { inputOf, jobOf, minute, workOf, type Load } from './jobs.ts';

/** 900/s arrive, 700/s are processed: `work` has too few subtasks. */
const tooMuch: Load = { rate: 700, busy: { source: 0.2, work: 1 }, backPressured: 0.8, lagGrowth: 200 };

const input = inputOf(tooMuch, 12 * minute, { profile: 'drey' });

/** The same decision about a program, with what is remembered. */
function about(program: string | undefined, memory: Partial<EngineMemory>, of: AutoscalerInput = input) {
  const job = { ...of.job, ...(program !== undefined && { program }) };
  return decide({ ...of, job, memory: { ...of.memory, ...memory } });
}

const known = { program: { digest: 'one', sinceMs: 0 } };

describe('what was learned of a vertex', () => {
  // 600/s with 2 subtasks, 700/s with 4: each further subtask does little.
  const capacity = { work: [{ parallelism: 2, recordsPerSecond: 600, measured: 3, atMs: 0 }] };

  test.each([
    ['counts for the program that it was learned of', 'one', known, 12],
    ['counts where nobody knows the program', undefined, known, 12],
    [
      'counts for the first program that is known: what there is was learned before programs were told apart',
      'one',
      {},
      12,
    ],
    ['is forgotten with that program', 'two', known, 8],
  ])('%s', (_what, program, memory, parallelism) => {
    expect(workOf(about(program, { capacity, ...memory }))).toBe(parallelism);
  });

  test('is learned anew, and outlasts the next decision', () => {
    const { memory } = about('two', { capacity, ...known });
    expect(memory.capacity['work']).toMatchObject([{ parallelism: 4, measured: 1 }]);
    expect(memory.program).toEqual({ digest: 'two', sinceMs: 12 * minute });
    expect(about('two', memory).memory.capacity).toEqual(memory.capacity);
  });
});

test('a limit that one program met is tried once by the next, and waits longer where it is met again', () => {
  const distrusts = [{ vertex: 'work', above: 4, atMs: 0, untilMs: 60 * minute, times: 1 }];
  expect(about('one', { distrusts, ...known }).reasons[0].code).toBe('BOTTLENECK');
  const { memory, action } = about('two', { distrusts, ...known });
  expect([action, memory.distrusts]).toEqual(['scale', distrusts]);
});

describe('a scale-up', () => {
  const scaled = rememberScaling(decide(input), { atMs: 12 * minute });
  const after = inputOf({ ...tooMuch, parallelism: 8 }, 20 * minute, { profile: 'drey' });
  const samples = after.samples.map((sample) => ({ ...sample, runningSinceMs: 13 * minute }));
  const later = { ...after, samples, job: jobOf(8, { runningSinceMs: 13 * minute }) };

  test.each([
    ['that gained nothing is told', 'one', 'USELESS'],
    ['says nothing of a program whose records cost more', 'two', 'TOO_SMALL'],
  ])('%s', (_what, program, code) => {
    expect(about(program, { ...scaled, ...known }, later).reasons[0].code).toBe(code);
  });
});

test('of heaps nothing is known any more but their size, of the load and of rescales all is', () => {
  const memory: EngineMemory = {
    ...input.memory,
    ...known,
    jobScalings: [{ atMs: 1, decision: 'd', to: {}, pauseMs: 5 }],
    usual: { level: 1, deviation: 2, drift: 3, sinceMs: 4, atMs: 5 },
    season: [null],
    memoryRefused: { bytes: 1, untilMs: 2, times: 3 },
    watched: { bytes: 8, beforeBytes: 7, slots: 2, sinceMs: 3, alive: 0.5 },
  };
  expect(ofProgram(memory, 'two', 9)).toEqual({
    ...memory,
    watched: { bytes: 8, beforeBytes: 7, slots: 2, sinceMs: 9 },
    program: { digest: 'two', sinceMs: 9 },
  });
});

test('the profiles of the operator know no programs', () => {
  const operator = { ...input, policy: { ...input.policy, profile: 'flink-operator-main' as const } };
  const [one, two] = ['one', 'two'].map((program) => about(program, known, operator));
  expect(two).toEqual(one);
});
