/**
 * New builds take over while operations run. Of the worker: the deploy ends on its own build, what follows runs on the new one, and the
 * old worker, killed and started again, takes nothing back. Of the agent: the new one goes on where the old one is ended. Of the API: the
 * new one tells what the old one has begun. The job loses nothing by any of it.
 */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { appendFileSync, cpSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { operationWorkflowId } from '../../core/names.ts';
import { repositoryRoot } from '../../deploy/dev/paths.ts';
import { waitUntil } from '../../deploy/dev/process.ts';
import { buildIdOf } from '../../workers/workflow-bundle.ts';
import { endsWhole } from '../support/broken-job.ts';
import { apply, applied, ended, removed, tenant } from '../support/e2e-job.ts';
import { livingJobsOf } from '../support/flink-of.ts';
import { ledgerJob, removeLedger } from '../support/ledger-spec.ts';
import { drey, endPart, killAndRestart, pidOf, startPart, temporal } from '../support/running-stack.ts';
import { apiAddress, isReadyAt } from '../support/second.ts';
import { agentPidsOf, buildOfWorkflow, currentBuild, makeCurrent, pollersOf } from '../support/worker-builds.ts';
import { startBeside, type Beside } from '../support/beside.ts';

const name = 'rollover';
const copy = mkdtempSync(join(tmpdir(), 'drey-next-build-'));
let next: Beside | undefined;
let nextAgent: Beside | undefined;
let nextApi: Beside | undefined;

/** The same job, which each of these has stopped and started with its state. */
const restarted = (restartNonce: number) => ledgerJob(name, { spec: { restartNonce } });

afterAll(async () => {
  await startPart('api');
  await startPart('agent');
  await startPart('worker');
  await makeCurrent(buildIdOf());
  await removed(name).catch(() => undefined);
  await Promise.all([next?.stop(), nextAgent?.stop(), nextApi?.stop()]);
  rmSync(copy, { recursive: true, force: true });
}, 200_000);

/** The same sources with one line more: another build. */
function copyOfTheSources(): void {
  for (const folder of ['activities', 'agent', 'api', 'clients', 'core', 'workers', 'workflows'])
    cpSync(join(repositoryRoot, folder), join(copy, folder), { recursive: true });
  for (const file of ['package.json', 'package-lock.json', 'tsconfig.json'])
    cpSync(join(repositoryRoot, file), join(copy, file));
  symlinkSync(join(repositoryRoot, 'node_modules'), join(copy, 'node_modules'));
  for (const file of ['workflows/all.ts', 'agent/main.ts', 'api/main.ts'])
    appendFileSync(join(copy, file), '// The next build.\n');
}

beforeAll(copyOfTheSources);

test('a deploy under way ends right on the build that it began with, and the next operation runs on the new one', async () => {
  const before = buildIdOf();
  removeLedger(name);
  const number = await apply(restarted(1));
  next = await startBeside('worker', { folder: copy });
  const after = await waitUntil(
    async () => {
      const build = await currentBuild();
      return build !== before && build;
    },
    { what: 'the new build to be current', timeoutMs: 300_000, stepMs: 100 },
  );
  // As a supervisor does: the old build has had its turn.
  await killAndRestart('worker');
  await asksForWork('worker', pidOf('worker'));

  expect(await ended(name, number)).toMatchObject({ state: 'succeeded' });
  expect(await buildOfWorkflow(operationWorkflowId({ tenant, name }, number, 'deploy'))).toBe(before);
  expect(await livingJobsOf(name)).toHaveLength(1);

  const second = await applied(restarted(2));
  expect(second).toMatchObject({ state: 'succeeded' });
  expect(await buildOfWorkflow(second.workflowId ?? '')).toBe(after);
  expect(await currentBuild()).toBe(after);
}, 600_000);

async function asksForWork(kind: 'worker' | 'agent', pid: number): Promise<void> {
  const client = await temporal();
  const asks = async () => (await pollersOf(client, kind)).some((identity) => identity.startsWith(`${pid}@`));
  await waitUntil(asks, { what: `the new ${kind} to ask for work`, timeoutMs: 120_000, stepMs: 100 });
  await client.connection.close();
}

test('an upgrade ends right while the old agent gives way to a new one', async () => {
  nextAgent = await startBeside('agent', { folder: copy });
  await asksForWork('agent', nextAgent.pid());
  const number = await apply(restarted(3));
  await endPart('agent');
  const record = await ended(name, number);
  expect(record).toMatchObject({ kind: 'upgrade', state: 'succeeded' });
  expect((await agentPidsOf(record.workflowId ?? '')).at(-1)).toBe(nextAgent.pid());
  expect(await livingJobsOf(name)).toHaveLength(1);
}, 600_000);

test('an upgrade that the old API has begun is told by the new one, and the same request is answered with it', async () => {
  const listen = await apiAddress();
  const url = `http://${listen}`;
  nextApi = await startBeside('api', { folder: copy, env: { DREY_API_LISTEN: listen, DREY_API_URL: url } });
  await waitUntil(() => isReadyAt(url), { what: 'the new API to be ready', timeoutMs: 120_000, stepMs: 100 });
  const asked = drey(10_000).stamped({ key: 'rollover-of-the-api' });
  const again = drey(10_000, url).stamped({ key: 'rollover-of-the-api' });
  const { operation } = await asked.applyJob({ tenant, name }, restarted(4));
  await endPart('api');
  expect((await again.applyJob({ tenant, name }, restarted(4))).operation?.number).toBe(operation?.number);
  expect(await ended(name, operation?.number ?? 0, 240_000, url)).toMatchObject({
    kind: 'upgrade',
    state: 'succeeded',
  });
  await startPart('api');
  await endsWhole(name);
}, 600_000);
