import { describe, expect, test } from '@jest/globals';
import { createHash } from 'node:crypto';
import * as names from '../../core/names.ts';

const generation = { tenant: 'default', name: 'n'.repeat(40), uid: 'abcdefgh', number: 99_999 };

describe('names', () => {
  test('are hashes of their parts as SHA-256 gives them', () => {
    expect(names.hashOf('a', 1)).toBe(createHash('sha256').update('a/1').digest('hex'));
  });

  test('of Flink jobs differ by generation and submission, and are the same when asked again', () => {
    const ids = [1, 2].flatMap((number) =>
      [1, 2].map((submission) => names.flinkJobId({ ...generation, number }, submission)),
    );
    expect(new Set(ids).size).toBe(4);
    expect(names.flinkJobId(generation, 1)).toBe(names.flinkJobId(generation, 1));
    expect(ids[0]).toMatch(/^[0-9a-f]{32}$/);
  });

  test('of the jobs that prime differ by generation, and are no submission of it', () => {
    const ids = [1, 2].map((number) => names.primeJobId({ ...generation, number }));
    expect(new Set([...ids, names.flinkJobId(generation, 1)]).size).toBe(3);
    expect(ids[0]).toMatch(/^[0-9a-f]{32}$/);
  });

  test('of objects fit into the 63 characters that Kubernetes allows, for the longest job name', () => {
    for (const name of Object.values(names.generationNames(generation))) expect(name.length).toBeLessThanOrEqual(63);
  });

  test('of savepoint folders are one per operation', () => {
    expect(names.savepointDirectory('s3://b/sp/', { tenant: 't', name: 'n', uid: 'u', number: 3 }, 7)).toBe(
      's3://b/sp/u/stop-3-7',
    );
  });
});
