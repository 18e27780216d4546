import { expect, test } from '@jest/globals';
import type { AutoscalerInput } from '../../../core/autoscaler/decision.ts';
import { figureOf, numberOf } from '../../../core/autoscaler/figure.ts';
import { emptyMemory } from '../../../core/autoscaler/memory.ts';
import { defaultPolicy } from '../../../core/autoscaler/policy.ts';

test.each([0, -1.5, 1e300, Number.NaN, Infinity, -Infinity])('%p comes back from JSON as it went', (value) => {
  expect(numberOf(JSON.parse(JSON.stringify(figureOf(value))))).toBe(value);
});

test('what is absent is no number', () => {
  expect(numberOf(undefined)).toBeNaN();
});

test('an input comes back from JSON as it went', () => {
  const input: AutoscalerInput = {
    policy: defaultPolicy,
    nowMs: 0,
    job: { id: 'j', name: 'job', state: 'RUNNING', vertices: [] },
    samples: [{ atMs: 0, vertices: { v: { recordsInPerSecond: figureOf(Number.NaN) } } }],
    memory: emptyMemory,
  };
  expect(JSON.parse(JSON.stringify(input))).toEqual(input);
});
