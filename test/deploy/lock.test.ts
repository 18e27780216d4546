import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { isLocked, takeLock } from '../../deploy/dev/lock.ts';

let stateDir: string;

beforeEach(() => {
  stateDir = mkdtempSync(join(tmpdir(), 'drey-lock-'));
});

afterEach(() => rmSync(stateDir, { recursive: true, force: true }));

test('a second run is refused, and told who is at work', () => {
  const release = takeLock(stateDir, 'npm run up');
  expect(() => takeLock(stateDir, 'npm run down')).toThrow(`npm run up\` (pid ${process.pid})`);
  expect(isLocked(stateDir)).toBe(true);
  release();
  expect(isLocked(stateDir)).toBe(false);
});

test.each([
  ['a process that has ended', JSON.stringify({ pid: 2 ** 22 + 1, startTicks: '1', command: 'npm run up' })],
  ['a pid that is another’s now', JSON.stringify({ pid: process.pid, startTicks: '1', command: 'npm run up' })],
  ['a file that was cut short', '{"pid":'],
])('%s holds nothing', (_, content) => {
  writeFileSync(join(stateDir, 'lock'), content);
  expect(isLocked(stateDir)).toBe(false);
  expect(takeLock(stateDir, 'npm run up')).not.toThrow();
});
