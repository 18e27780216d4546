import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { jobManagerMemory, taskManagerMemory } from '../../../core/flink/memory.ts';

interface Recorded {
  readonly flink: string;
  readonly scope: 'jobManager' | 'taskManager';
  readonly config: Readonly<Record<string, string>>;
  readonly expected: 'refused' | { readonly jvmArgs: string[]; readonly dynamicProperties: Record<string, string> };
}

const golden = new URL('../../golden/flink-memory.json', import.meta.url);
const recorded = JSON.parse(readFileSync(golden, 'utf8')) as Recorded[];

describe('memory arguments equal what Flink prints', () => {
  test.each(recorded.map((row) => [`${row.flink} ${row.scope} ${JSON.stringify(row.config)}`, row] as const))(
    '%s',
    (_name, { scope, config, expected }) => {
      const computed = scope === 'jobManager' ? jobManagerMemory(config) : taskManagerMemory(config);
      expect('problem' in computed ? 'refused' : computed).toEqual(expected);
    },
  );

  test('both versions and both processes are recorded, accepted and refused', () => {
    const kinds = new Set(recorded.map((row) => `${row.flink} ${row.scope} ${row.expected === 'refused'}`));
    expect(kinds.size).toBe(8);
  });
});

test('a refusal names the setting to change', () => {
  expect(taskManagerMemory({})).toEqual({
    problem: 'taskmanager: set taskmanager.memory.process.size or taskmanager.memory.flink.size',
  });
});
