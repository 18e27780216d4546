import { describe, expect, test } from '@jest/globals';
import { costOf, dearest } from '../../../core/plan/field-costs.ts';
import { flinkJobSchema } from '../../../core/schema/flink-job.ts';

describe('what a field costs', () => {
  test.each([
    ['spec.deadlines.slots', 'none'],
    ['spec.job.parallelism', 'rescale'],
    ['spec.job.slots', 'rescale'],
    ['spec.job.args', 'restart'],
    ['spec.flink.configuration["rest.port"]', 'redeploy'],
    ['spec.taskManager.replicas', 'rescale'],
    ['spec.taskManager.slots', 'redeploy'],
    ['spec.taskManager', 'redeploy'],
    ['metadata.labels.team', 'redeploy'],
    ['spec.jobManagerial', 'redeploy'],
  ])('%s: %s', (path, cost) => expect(costOf(path)).toBe(cost));

  test('a field that no line names is taken for the dearest', () => expect(costOf('spec.newer')).toBe('redeploy'));

  test('every field of the spec has a line of its own', () => {
    const immutable = ['cluster', 'namespace'];
    const fields = Object.keys(flinkJobSchema.shape.spec.shape).filter((field) => !immutable.includes(field));
    const section = new Set(['job']);
    expect(
      fields.filter((field) => !section.has(field) && costOf(`spec.${field}`) === costOf(`spec.no-such-field`)),
    ).toEqual(['mode', 'flink', 'jobManager', 'taskManager', 'storage', 'serviceAccount']);
  });
});

test('the dearest counts', () => {
  expect(dearest(['none', 'restart', 'rescale'])).toBe('restart');
  expect(dearest([])).toBe('none');
});
