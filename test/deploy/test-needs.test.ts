import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { repositoryRoot } from '../../deploy/dev/paths.ts';
import { partsNeeded } from '../../deploy/dev/test-needs.ts';

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'drey-needs-'));
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A test file with this text. Variables are named in two parts, or this file would ask for the parts itself. */
function testFile(text: string): string {
  const file = join(folder, `${text.length}.test.ts`);
  writeFileSync(file, text);
  return file;
}

const variable = (name: string) => ['process.env.DREY', 'TEST', name].join('_');

test('a test of pure code needs nothing', () => {
  expect(partsNeeded([join(repositoryRoot, 'test/core/names.test.ts')])).toEqual(new Set());
});

test('a test that names a database gets PostgreSQL only', () => {
  expect(partsNeeded([testFile(variable('DATABASE_URL'))])).toEqual(new Set(['postgres']));
});

test('Flink images stand on a cluster', () => {
  expect(partsNeeded([testFile(variable('FLINK_IMAGES'))])).toEqual(new Set(['flink', 'kubernetes']));
});

test('what a helper names counts for the test that imports it', () => {
  const helper = join(repositoryRoot, 'test/support/running-stack.ts');
  expect(partsNeeded([helper])).toEqual(new Set(['temporal', 'postgres', 'kubernetes', 'flink', 'drey']));
});
