import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { parseFlinkJob } from '../../../core/schema/parse-flink-job.ts';
import { canonicalSpec, specHash } from '../../../core/spec/canonical.ts';
import { acceptedJob, problemsOf, writtenSpec } from '../../support/spec-fixture.ts';

const hashOfWritten = (changes: Record<string, unknown> = {}) => specHash(acceptedJob(writtenSpec(changes)));

describe('the hash of a spec', () => {
  test.each<[string, Record<string, unknown>]>([
    ['written-out defaults', { 'spec.mode': 'dedicated', 'spec.job.args': [], 'spec.deadlines': { submit: '2m' } }],
    ['an empty section', { 'spec.jobManager': {}, 'metadata.labels': {} }],
    ['an autoscaler that is off', { 'spec.autoscaler': { mode: 'off', options: {} } }],
    ['absent values', { 'spec.flink.image': undefined }],
  ])('stays with %s', (_, changes) => {
    expect(hashOfWritten(changes)).toBe(hashOfWritten());
  });

  test.each<[string, Record<string, unknown>]>([
    ['labels', { 'metadata.labels': { team: 'a' } }],
    ['arguments', { 'spec.job.args': ['a'] }],
    ['the order of arguments', { 'spec.job.args': ['b', 'a'] }],
    ['parallelism', { 'spec.job.parallelism': 2 }],
    ['an empty map in a pod template', { 'spec.taskManager.podTemplate': { spec: { securityContext: {} } } }],
    ['resources without their requests', { 'spec.taskManager.resources': { limits: { memory: '1728Mi' } } }],
    ['an autoscaler', { 'spec.autoscaler': { mode: 'advise' } }],
    ['memory', { 'spec.taskManager.resources': { limits: { memory: '2Gi' } } }],
  ])('changes with %s', (_, changes) => {
    expect(hashOfWritten(changes)).not.toBe(hashOfWritten());
    expect(hashOfWritten(changes)).toBe(hashOfWritten(changes));
  });

  test('is the same whatever the order of keys', () => {
    const written = writtenSpec({ 'spec.job.parallelism': 3, 'spec.storage.root': 's3://a/b' });
    const reversed: unknown = reverseKeys(written);
    expect(specHash(acceptedJob(reversed))).toBe(specHash(acceptedJob(written)));
  });

  // This value is kept in databases and on anchors: a change here makes every job deploy again.
  test('of the smallest spec is what it was', () => {
    expect(hashOfWritten()).toMatchInlineSnapshot(`"1c57bd52a885e211e04207df1128e144b0f133c143e3ea70d8150591e81514f1"`);
  });
});

function reverseKeys(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(
    Object.entries(value)
      .toReversed()
      .map(([key, each]) => [key, reverseKeys(each)]),
  );
}

const name = fc.stringMatching(/^[a-z][a-z0-9]{0,8}$/);
const memoryText = fc.constantFrom('1728Mi', '2Gi', '3Gi');
const amounts = fc.record({ memory: memoryText });
const changes = fc.record(
  {
    'metadata.name': name,
    'metadata.labels': fc.dictionary(name, name, { maxKeys: 4 }),
    'spec.mode': fc.constantFrom('dedicated', 'application'),
    'spec.flink.version': fc.constantFrom('1.20', '2.0', '2.1', '2.2', '2.3'),
    'spec.flink.configuration': fc.dictionary(
      name.map((key) => `my.${key}`),
      name,
      { maxKeys: 4 },
    ),
    'spec.job.args': fc.array(fc.string({ unit: 'grapheme-ascii' }), { maxLength: 4 }),
    'spec.job.parallelism': fc.integer({ min: 1, max: 32_768 }),
    'spec.taskManager.slots': fc.integer({ min: 1, max: 1024 }),
    'spec.taskManager.resources': fc.constantFrom('requests', 'limits').chain((kind) => fc.record({ [kind]: amounts })),
    'spec.storage': fc.constantFrom({}, { root: 's3://a/b' }, { volumeClaim: { name: 'a', mountPath: '/b' } }),
    'spec.ingress': fc.record({ host: name, annotations: fc.dictionary(name, name) }, { requiredKeys: ['host'] }),
    'spec.deadlines.submit': fc.constantFrom('1s', '5m', '1h30m'),
  },
  { requiredKeys: [] },
);

describe('for any spec', () => {
  test('its canonical form is accepted, and is its own canonical form', () => {
    fc.assert(
      fc.property(changes, (each) => {
        const job = acceptedJob(writtenSpec(each));
        const again = acceptedJob(canonicalSpec(job));
        expect(again).toEqual(job);
        expect(JSON.stringify(canonicalSpec(again))).toBe(JSON.stringify(canonicalSpec(job)));
        expect(specHash(again)).toBe(specHash(job));
      }),
    );
  });

  test('different specs have different hashes', () => {
    fc.assert(
      fc.property(changes, changes, (one, other) => {
        const [first, second] = [one, other].map((each) => canonicalSpec(acceptedJob(writtenSpec(each))));
        const isSame = JSON.stringify(first) === JSON.stringify(second);
        expect(hashOfWritten(one) === hashOfWritten(other)).toBe(isSame);
      }),
    );
  });
});

describe('junk', () => {
  const junk = fc.anything({
    withBigInt: true,
    withDate: true,
    withMap: true,
    withSet: true,
    withSparseArray: true,
    withNullPrototype: true,
  });
  const paths = [
    'metadata',
    'metadata.labels',
    'spec',
    'spec.flink',
    'spec.flink.configuration',
    'spec.job',
    'spec.job.args',
    'spec.storage',
    'spec.taskManager',
    'spec.taskManager.podTemplate',
    'spec.jobManager.podTemplate.spec',
    'spec.jobManager.podTemplate.spec.containers',
    'spec.ingress',
    'spec.deadlines',
    'spec.jobManager.resources',
  ];

  test('never makes the parser throw', () => {
    fc.assert(fc.property(junk, (input) => expect(problemsOf(input).length).toBeGreaterThan(0)));
  });

  test('at any place never makes the parser throw, and what is accepted is JSON', () => {
    fc.assert(
      fc.property(fc.constantFrom(...paths), junk, (path, value) => {
        const parsed = parseFlinkJob(writtenSpec({ [path]: value }));
        const job = 'job' in parsed ? parsed.job : {};
        const problems = 'problems' in parsed ? parsed.problems : [];
        expect(JSON.parse(JSON.stringify(job))).toEqual(job);
        expect(problems.length).toBeLessThanOrEqual(50);
      }),
      { numRuns: 500 },
    );
  });
});
