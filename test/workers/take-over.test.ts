/** Builds of the worker on a real Temporal: which one is current while their workers start, are replaced, and are started again. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { Client } from '@temporalio/client';
import {
  bundleWorkflowCode,
  DefaultLogger,
  NativeConnection,
  Runtime,
  Worker,
  type WorkflowBundle,
} from '@temporalio/worker';
import { controlTaskQueue } from '../../core/names.ts';
import type { TakeOverWish } from '../../core/take-over.ts';
import { stackPaths } from '../../deploy/dev/paths.ts';
import { waitUntil } from '../../deploy/dev/process.ts';
import { startTemporal, stopTemporal } from '../../deploy/dev/temporal.ts';
import { makeOwnFolder } from '../../deploy/dev/test-folder.ts';
import { deploymentName, makeCurrent, readRouting } from '../../workers/deployment-version.ts';
import { takeOver } from '../../workers/take-over.ts';
import { finish, isThere, waits } from '../support/waiting-workflow.ts';

const namespace = 'default';
const stateDir = makeOwnFolder('take-over');
let connection: NativeConnection;
let temporal: Client;
let workflowBundle: WorkflowBundle;
const living = new Set<Started>();

beforeAll(async () => {
  Runtime.install({ logger: new DefaultLogger('ERROR') });
  const { address } = await startTemporal({
    stateDir,
    runDir: stateDir,
    logDir: stateDir,
    cacheDir: stackPaths('test').cacheDir,
    ports: { temporal: 0, temporalUi: 0, temporalMetrics: 0 },
    // Else a build counts as drained minutes after the last workflow that was pinned to it.
    dynamicConfig: {
      'matching.wv.VersionDrainageStatusVisibilityGracePeriod': '"1s"',
      'matching.wv.VersionDrainageStatusRefreshInterval': '"1s"',
    },
  });
  connection = await NativeConnection.connect({ address });
  temporal = new Client({ connection });
  const workflowsPath = join(import.meta.dirname, '../support/waiting-workflow.ts');
  workflowBundle = await bundleWorkflowCode({ workflowsPath, logger: new DefaultLogger('ERROR') });
});
afterAll(async () => {
  await Promise.all([...living].map((worker) => worker.end()));
  await connection?.close();
  await Runtime.instance().shutdown();
  await stopTemporal({ runDir: stateDir });
  rmSync(stateDir, { recursive: true, force: true });
});

interface Started {
  /** What it has logged. */
  readonly said: readonly string[];
  readonly worker: Worker;
  end(): Promise<void>;
}

/** Starts a worker of a build, and waits until it has settled which build is current. */
async function started(buildId: string, wish: TakeOverWish = 'whenNew'): Promise<Started> {
  const version = { deploymentName, buildId };
  const worker = await Worker.create({
    connection,
    namespace,
    taskQueue: controlTaskQueue,
    workflowBundle,
    workerDeploymentOptions: { version, useWorkerVersioning: true, defaultVersioningBehavior: 'AUTO_UPGRADE' },
  });
  const said: string[] = [];
  const say = (_: object, message: string) => void said.push(message);
  const running = worker.run();
  void takeOver({ connection, worker, version: { namespace, buildId }, wish, log: { info: say, warn: say } });
  const end = async () => {
    living.delete(one);
    if (worker.getState() === 'RUNNING') worker.shutdown();
    await running;
  };
  const one = { said, worker, end };
  living.add(one);
  await waitUntil(async () => said.length > 0, { what: `${buildId} to settle`, timeoutMs: 60_000 });
  return one;
}

async function currentBuild(): Promise<string | undefined> {
  const { workerDeploymentInfo } = await connection.workflowService.describeWorkerDeployment({
    namespace,
    deploymentName,
  });
  return workerDeploymentInfo?.routingConfig?.currentDeploymentVersion?.buildId ?? undefined;
}

test('where no build is current the first one is, though nobody asked for it', async () => {
  const first = await started('first', 'never');
  expect([await currentBuild(), first.said]).toEqual(['first', ['this build is current']]);
  const second = await started('second', 'never');
  expect([await currentBuild(), second.said]).toEqual(['first', [expect.stringContaining('DREY_MAKE_CURRENT=true')]]);
  await Promise.all([first.end(), second.end()]);
});

describe('a build that another one has replaced', () => {
  test('does not become current again when its worker is started again, however often', async () => {
    const old = await started('old', 'always');
    const next = await started('next');
    expect(await currentBuild()).toBe('next');
    await old.end();
    for (let time = 0; time < 2; time += 1) {
      const again = await started('old');
      expect(again.said).toEqual([expect.stringContaining('DREY_MAKE_CURRENT=force')]);
      expect(await currentBuild()).toBe('next');
      await again.end();
    }
    await next.end();
    const nextAgain = await started('next');
    expect([await currentBuild(), nextAgain.said]).toEqual(['next', ['this build is current']]);
    await nextAgain.end();
  });

  test('becomes current again where its worker is told to, and the later one leaves that so', async () => {
    const [old, later] = [await started('sound', 'always'), await started('faulty')];
    await old.end();
    const back = await started('sound', 'always');
    expect(await currentBuild()).toBe('sound');
    await later.end();
    const laterAgain = await started('faulty');
    expect(await currentBuild()).toBe('sound');
    await Promise.all([back.end(), laterAgain.end()]);
  });

  test('has a worker that is started again do what is pinned to it, and then end; one that is started after that stays', async () => {
    const old = await started('drains', 'always');
    const pinned = await temporal.workflow.start(waits, { taskQueue: controlTaskQueue, workflowId: 'pinned' });
    await waitUntil(() => pinned.query(isThere), { what: 'it to have begun on the old build', timeoutMs: 60_000 });
    const next = await started('stays');
    await old.end();
    const again = await started('drains');
    expect(again.said).toEqual([expect.stringContaining('DREY_MAKE_CURRENT=force')]);
    await pinned.signal(finish);
    await pinned.result();
    const hasEnded = async () => again.worker.getState() === 'STOPPED';
    await waitUntil(hasEnded, { what: 'the old worker to end', timeoutMs: 120_000 });
    expect(again.said).toContain('this build is drained');
    await staysUnneeded('drains');
    expect(await currentBuild()).toBe('stays');
    await next.end();
  });
});

/** A worker of a build that is drained already looks again and again, and does not end. */
async function staysUnneeded(buildId: string): Promise<void> {
  const looks = jest.spyOn(connection.workflowService, 'describeWorkerDeploymentVersion');
  const one = await started(buildId);
  const looksOfIt = async () =>
    looks.mock.calls.filter(([asked]) => asked.deploymentVersion?.buildId === buildId).length >= 2;
  await waitUntil(looksOfIt, { what: 'it to look twice', timeoutMs: 60_000 });
  expect(one.worker.getState()).toBe('RUNNING');
  looks.mockRestore();
  await one.end();
}

test('of two that start at once, who has read what is no longer so is refused', async () => {
  const [one, other] = [await started('one', 'always'), await started('other', 'never')];
  const asOne = { namespace, buildId: 'one' };
  const asOther = { namespace, buildId: 'other' };
  const read = await readRouting(connection, asOne);
  await makeCurrent(connection, asOther, await readRouting(connection, asOther));
  await expect(makeCurrent(connection, asOne, read)).rejects.toThrow(/conflict/i);
  expect(await currentBuild()).toBe('other');
  await Promise.all([one.end(), other.end()]);
});
