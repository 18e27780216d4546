import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { describeFailures, Progress, reasonOf, StepFailed } from '../../deploy/dev/progress.ts';

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'drey-progress-'));
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

function progressInto() {
  const out = new PassThrough();
  const logFile = join(folder, 'up.log');
  const text = () => String(out.read() ?? '');
  return { progress: new Progress(logFile, out as unknown as NodeJS.WriteStream), text, logFile };
}

test('a step is shown with its name, its time and a note', async () => {
  const { progress, text } = progressInto();
  expect(
    await progress.run(
      { name: 'Temporal' },
      async () => 7,
      (port) => `port ${port}`,
    ),
  ).toBe(7);
  expect(text()).toMatch(/^✓ Temporal +\d+\.\d s {2}port 7\n$/);
});

test('a failure says what, why, where the log is and what to do', async () => {
  const { progress, logFile } = progressInto();
  const step = { name: 'Kubernetes', cure: 'run it again' };
  const broken = new Error('no node', { cause: new Error('kubelet has ended') });
  await expect(progress.run(step, () => Promise.reject(broken))).rejects.toThrow(StepFailed);
  expect(describeFailures(progress.failures, logFile)).toBe(
    `Kubernetes failed.\n  why:  no node: kubelet has ended\n  log:  ${logFile}\n  do:   run it again`,
  );
});

test('a step that waited for a failed one is no second failure', async () => {
  const { progress } = progressInto();
  const first = progress.run({ name: 'Kubernetes' }, () => Promise.reject(new Error('no node')));
  await expect(progress.run({ name: 'Images' }, () => first)).rejects.toThrow(StepFailed);
  expect(progress.failures.map(({ step }) => step.name)).toEqual(['Kubernetes']);
});

test('what a step reports is in the log, whole', async () => {
  const { progress, logFile } = progressInto();
  await progress.run({ name: 'Flink' }, async (report) => report('writing the image'));
  expect(readFileSync(logFile, 'utf8')).toContain('Flink: writing the image');
});

test('an error is told with its causes', () => {
  expect(reasonOf(new Error('a', { cause: new Error('b', { cause: 'c' }) }))).toBe('a: b: c');
});
