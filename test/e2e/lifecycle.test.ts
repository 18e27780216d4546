/** A job from its spec to its removal, on both ends of the supported Flink versions and in both modes. */
import { describe, expect, test } from '@jest/globals';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { e2eJob, namespace, objectsOf, tenant } from '../support/e2e-job.ts';
import { flinkClustersOf, livingJobsOf } from '../support/flink-of.ts';
import { highAvailabilityFiles } from '../support/high-availability-files.ts';
import { awaitMeasured } from '../support/measured.ts';
import { cli, drey, kubernetes } from '../support/running-stack.ts';

const folder = mkdtempSync(join(tmpdir(), 'drey-e2e-'));

describe.each([
  ['d23', { version: '2.3', mode: 'dedicated' }],
  ['a23', { version: '2.3', mode: 'application' }],
  ['d120', { version: '1.20', mode: 'dedicated' }],
  ['a120', { version: '1.20', mode: 'application' }],
  ['nostate', { version: '2.3', mode: 'application', withoutStorage: true }],
] as const)('job %s %j', (name, wish) => {
  const file = join(folder, `${name}.yaml`);

  test('runs after apply --wait, which shows the steps', async () => {
    writeFileSync(file, stringify(e2eJob(name, wish)));
    const applied = await cli('apply', '-f', file, '--wait', '--timeout', '4m');
    expect(applied).toMatchObject({ code: 0 });
    expect(applied.stdout + applied.stderr).toMatch(/Tasks running/);
    const [job, ...others] = await livingJobsOf(name);
    expect(others).toEqual([]);
    expect(job?.state).toBe('RUNNING');
    const [flink] = await flinkClustersOf(name);
    const checkpoints = await flink?.checkpoints(job?.id ?? '');
    const expected = 'withoutStorage' in wish ? /^$/ : /^file:\/flink-state\/checkpoints\//;
    expect(checkpoints?.latestCompleted?.path ?? '').toMatch(expected);
  }, 300_000);

  test('is shown, and its shown spec applied again changes nothing', async () => {
    const shown = await cli('get', 'job', name, '-o', 'yaml');
    expect(shown.stdout).toContain('imagePullPolicy: IfNotPresent');
    writeFileSync(join(folder, 'again.yaml'), shown.stdout);
    expect(await cli('apply', '-f', join(folder, 'again.yaml'))).toMatchObject({
      code: 0,
      stdout: `flinkjob/${name} unchanged\n`,
    });
    expect((await cli('operations', name, '-o', 'json')).stdout.match(/"number":/g)).toHaveLength(1);
    expect((await cli('describe', 'job', name)).stdout).toContain(
      'withoutStorage' in wish ? 'Tasks running' : 'First checkpoint completed',
    );
    expect(await cli('wait', 'job', name, '--for=running', '--timeout', '5s')).toMatchObject({ code: 0 });
  }, 60_000);

  test('is measured, each vertex by itself', async () => {
    await awaitMeasured(name);
    const shown = await cli('metrics', 'job', name, '--metric', 'busyTimeMsPerSecond', '--since', '10m');
    expect(shown).toMatchObject({ code: 0 });
    expect(shown.stdout).toMatch(/^VERTEX +METRIC +LATEST/);
  }, 120_000);

  test('gives its logs from both components', async () => {
    const jobManager = await cli('logs', 'job', name, '--tail', '500');
    expect(jobManager).toMatchObject({ code: 0 });
    expect(jobManager.stdout).toContain('switched from');
    const taskManager = await cli('logs', 'job', name, '--component', 'taskmanager', '--tail', '500');
    expect(taskManager.stdout).toMatch(/TaskManager|TaskExecutor/);
  }, 60_000);

  test('leaves no object and no high-availability file when it is deleted', async () => {
    const { uid } = await drey().getJob({ tenant, name });
    // Of what is deleted then, something is there now: of a job without storage, nothing ever is.
    expect(highAvailabilityFiles(uid).length > 0).toBe(!('withoutStorage' in wish));
    expect(await cli('delete', 'job', name, '--wait', '--timeout', '4m')).toMatchObject({ code: 0 });
    expect(await objectsOf(name)).toEqual([]);
    expect(highAvailabilityFiles(uid)).toEqual([]);
    expect((await cli('get', 'job', name)).code).toBe(1);
  }, 300_000);
});

test('the namespace enforces Pod Security "restricted": what ran above passed it', async () => {
  const client = kubernetes();
  const found = await client.get('Namespace', '', namespace);
  client.close();
  expect(found?.metadata.labels).toMatchObject({ 'pod-security.kubernetes.io/enforce': 'restricted' });
});
