import { expect, test } from '@jest/globals';
import { completed } from '../../../core/spec/completed.ts';
import { specHash } from '../../../core/spec/canonical.ts';
import { smallSpec } from '../../support/state-fixture.ts';

test('a spec of an earlier release gets what was added since, and stays the same spec', () => {
  const today = smallSpec({ ingress: { host: 'a.example' } });
  const { upgrade: _upgrade, recovery: _recovery, ...earlier } = today.spec;
  // As an earlier release wrote it.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  const old = { ...today, spec: earlier } as typeof today;
  expect(completed(old)).toEqual(today);
  expect(specHash(completed(old))).toBe(specHash(today));
});

test('a complete spec comes back as it is', () => {
  const job = smallSpec();
  expect(completed(job)).toEqual(job);
});
