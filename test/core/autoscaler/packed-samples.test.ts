import { expect, test } from '@jest/globals';
import { packedInput, unpackedInput } from '../../../core/autoscaler/packed-samples.ts';
import type { AutoscalerInput } from '../../../core/autoscaler/decision.ts';
import type { VertexSample } from '../../../core/autoscaler/samples.ts';
import { inputOf, minute } from './jobs.ts';

const input = inputOf({ rate: 700, busy: { source: 0.2, work: 1 }, lagGrowth: 100 }, 3 * minute);

function withWork(work: VertexSample | undefined): AutoscalerInput {
  const samples = input.samples.map(({ vertices: { source = {} }, ...sample }) => ({
    ...sample,
    vertices: { source, ...(work && { work }) },
  }));
  return { ...input, samples };
}

test.each<[string, VertexSample | undefined]>([
  ['all that is measured', input.samples[1]?.vertices['work']],
  ['nothing of a vertex', {}],
  ['no vertex', undefined],
  [
    'figures that are none',
    { pendingRecords: 'NaN', busyMsPerSecond: { min: 0, max: 'Infinity', avg: 'NaN', sum: 1 } },
  ],
  ['what is false, and zero', { complete: false, recordsIn: 0 }],
])('comes out as it was: %s', (_what, work) => {
  const whole = withWork(work);
  const told = packedInput(whole);
  expect(told.samples.every((sample) => 'rows' in sample)).toBe(true);
  expect(unpackedInput(JSON.parse(JSON.stringify(told)) as typeof told)).toEqual(whole);
});

test('what was told unpacked is taken as it is', () => expect(unpackedInput(input)).toEqual(input));

test('vertices that the job does not have are left out', () => {
  const [work] = input.job.vertices.slice(1);
  const told = packedInput({ ...input, job: { ...input.job, vertices: work ? [work] : [] } });
  expect(unpackedInput(told).samples.map(({ vertices }) => Object.keys(vertices))).toEqual(
    input.samples.map(() => ['work']),
  );
});

const bytes = (value: unknown) => JSON.stringify(value).length;

test('takes much less', () => {
  expect(bytes(packedInput(input).samples)).toBeLessThan(0.45 * bytes(input.samples));
});
