/** Builds of the worker on a real Temporal: which one is current while their workers start, are replaced, and are started again. */
import { rmSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker';
import { controlTaskQueue } from '../../core/names.ts';
import type { TakeOverWish } from '../../core/take-over.ts';
import { stackPaths } from '../../deploy/dev/paths.ts';
import { waitUntil } from '../../deploy/dev/process.ts';
import { startTemporal, stopTemporal } from '../../deploy/dev/temporal.ts';
import { makeOwnFolder } from '../../deploy/dev/test-folder.ts';
import { deploymentName, makeCurrent, readRouting } from '../../workers/deployment-version.ts';
import { takeOver } from '../../workers/take-over.ts';

const namespace = 'default';
const stateDir = makeOwnFolder('take-over');
let connection: NativeConnection;
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

/** Starts a worker of a build that has nothing to do, and waits until it has settled which build is current. */
async function started(buildId: string, wish: TakeOverWish = 'whenNew'): Promise<Started> {
  const version = { deploymentName, buildId };
  const worker = await Worker.create({
    connection,
    namespace,
    taskQueue: controlTaskQueue,
    activities: { nothing: async () => undefined },
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

  test('has its worker end when it is drained, and one that is started after that stay', async () => {
    const [old, next] = [await started('drains', 'always'), await started('stays')];
    const hasEnded = async () => old.worker.getState() === 'STOPPED';
    await waitUntil(hasEnded, { what: 'the old worker to end', timeoutMs: 120_000 });
    expect(old.said).toContain('this build is drained');
    const again = await started('drains');
    const looks = jest.spyOn(connection.workflowService, 'describeWorkerDeploymentVersion');
    const looksOfIt = async () =>
      looks.mock.calls.filter(([asked]) => asked.deploymentVersion?.buildId === 'drains').length >= 2;
    await waitUntil(looksOfIt, { what: 'it to look twice', timeoutMs: 60_000 });
    expect([again.worker.getState(), await currentBuild()]).toEqual(['RUNNING', 'stays']);
    looks.mockRestore();
    await Promise.all([again.end(), next.end()]);
  });
});

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
