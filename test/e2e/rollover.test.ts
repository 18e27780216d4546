/** A new build of the worker takes over while a deploy is under way: the deploy ends on its own build, what follows runs on the new one. */
import { afterAll, expect, test } from '@jest/globals';
import { appendFileSync, cpSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { operationWorkflowId } from '../../core/names.ts';
import { repositoryRoot } from '../../deploy/dev/paths.ts';
import { waitUntil } from '../../deploy/dev/process.ts';
import { buildIdOf } from '../../workers/workflow-bundle.ts';
import { apply, applied, e2eJob, ended, removed, tenant } from '../support/e2e-job.ts';
import { livingJobsOf } from '../support/flink-of.ts';
import { buildOfWorkflow, currentBuild, makeCurrent } from '../support/worker-builds.ts';
import { startWorkerBeside, type Beside } from '../support/beside.ts';

const name = 'rollover';
const copy = mkdtempSync(join(tmpdir(), 'drey-next-build-'));
let next: Beside | undefined;

afterAll(async () => {
  await makeCurrent(buildIdOf());
  await removed(name).catch(() => undefined);
  await next?.stop();
  rmSync(copy, { recursive: true, force: true });
}, 200_000);

/** The same sources with one line more: another build. */
function copyOfTheSources(): void {
  for (const folder of ['activities', 'clients', 'core', 'workers', 'workflows'])
    cpSync(join(repositoryRoot, folder), join(copy, folder), { recursive: true });
  for (const file of ['package.json', 'package-lock.json', 'tsconfig.json'])
    cpSync(join(repositoryRoot, file), join(copy, file));
  symlinkSync(join(repositoryRoot, 'node_modules'), join(copy, 'node_modules'));
  appendFileSync(join(copy, 'workflows/all.ts'), '// The next build.\n');
}

test('a deploy under way ends right on the build that it began with, and the next operation runs on the new one', async () => {
  copyOfTheSources();
  const before = buildIdOf();
  const number = await apply(e2eJob(name));
  next = await startWorkerBeside(copy);
  const after = await waitUntil(
    async () => {
      const build = await currentBuild();
      return build !== before && build;
    },
    { what: 'the new build to be current', timeoutMs: 300_000, stepMs: 100 },
  );

  expect(await ended(name, number)).toMatchObject({ state: 'succeeded' });
  expect(await buildOfWorkflow(operationWorkflowId({ tenant, name }, number, 'deploy'))).toBe(before);
  expect(await livingJobsOf(name)).toHaveLength(1);

  const second = await applied(e2eJob(name, { job: { args: ['--rps', '120'] } }));
  expect(second).toMatchObject({ state: 'succeeded' });
  expect(await buildOfWorkflow(second.workflowId ?? '')).toBe(after);
}, 600_000);
