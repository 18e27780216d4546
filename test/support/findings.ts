/** What the recovery table finds, for tests of its rows: an observation and a spec with what a test says about them. */
import { expect, test } from '@jest/globals';
import type { Observation } from '../../core/observation/observation.ts';
import type { Finding, FindingReason, RecoveryAction } from '../../core/recovery/finding.ts';
import { findingOf } from '../../core/recovery/table.ts';
import type { FlinkJobInput } from '../../core/schema/flink-job.ts';
import { observation } from './observation-fixture.ts';
import { smallSpec } from './state-fixture.ts';

export type SpecChange = Partial<FlinkJobInput['spec']>;

/** With high availability. */
export const storage: SpecChange = { storage: { root: 's3://bucket/flink' } };
export const application: SpecChange = { mode: 'application' };

export function found(seen: Partial<Observation>, spec: SpecChange = {}): Finding | undefined {
  return findingOf({ observation: observation(seen), spec: smallSpec(spec) });
}

export type FindingRow = [
  title: string,
  Partial<Observation>,
  SpecChange,
  FindingReason,
  RecoveryAction,
  message?: RegExp,
];

export function expectFindings(rows: readonly FindingRow[]): void {
  test.each(rows)('%s', (_title, seen, spec, reason, action, message = /./) => {
    const finding = found(seen, spec);
    expect(finding).toMatchObject({ reason, action });
    expect(finding?.failure?.message ?? 'nothing').toMatch(message);
  });
}
