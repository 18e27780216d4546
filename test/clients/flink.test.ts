/** The Flink client on answers that real clusters of both version lines gave. */
import { afterEach, describe, expect, test } from '@jest/globals';
import type { FlinkClient } from '../../clients/flink/client.ts';
import { jobsOverview } from '../../clients/flink/answers.ts';
import { connectFlink } from '../../clients/flink/connect.ts';
import { FlinkRestError } from '../../clients/flink/errors.ts';
import { directTransport } from '../../clients/flink/transport.ts';
import { isAutoscalerKey } from '../../core/schema/autoscaler-options.ts';
import { jobIdOf, recorded, serveRecorded, type Recorded, type RecordedFlink } from '../support/flink-answers.ts';

let server: RecordedFlink;

afterEach(() => server.stop());

async function flinkWith(...exchanges: readonly Recorded[]): Promise<FlinkClient> {
  server = await serveRecorded(exchanges);
  return connectFlink(directTransport(server.url));
}

describe.each(['1.20', '2.3'] as const)('Flink %s', (version) => {
  const exchange = (name: string) => recorded(version, name);
  const ask = async <T>(name: string, call: (flink: FlinkClient, jobId: string) => Promise<T>): Promise<T> => {
    const one = exchange(name);
    return call(await flinkWith(one), jobIdOf(one));
  };
  /** The last part of a recorded path: a trigger id. */
  const triggerOf = (name: string) => exchange(name).request.split('/').at(-1) ?? '';

  test('tells its slots and version', async () => {
    expect(await ask('overview', (flink) => flink.overview())).toEqual({
      flinkVersion: expect.stringMatching(version),
      taskManagers: 1,
      slotsTotal: 2,
      slotsAvailable: 2,
    });
    await server.stop();
    expect(await ask('config', (flink) => flink.config())).toMatchObject({ webSubmit: true, refreshIntervalMs: 100 });
  });

  test('tells its TaskManagers', async () => {
    const [one, ...others] = await ask('taskmanagers', (flink) => flink.taskManagers());
    expect(one).toMatchObject({ id: expect.stringMatching(/^127/), slotsTotal: 2, slotsFree: 2 });
    expect(others).toEqual([]);
  });

  test('tells its jobs, with the tasks that run and when each ended', async () => {
    const jobs = await ask('jobs-overview', (flink) => flink.jobs());
    const running = jobs.filter((job) => job.state === 'RUNNING');
    expect(running).toEqual([
      expect.objectContaining({ name: 'State machine job', tasksTotal: 2, tasks: { RUNNING: 2 } }),
    ]);
    expect(running[0]).not.toHaveProperty('endedAtMs');
    expect(jobs.find((job) => job.state === 'FAILED')?.endedAtMs).toBeGreaterThan(1.7e12);
  });

  test('takes a job for ended that was canceled before it had its first slots, though Flink tells no end of it', () => {
    const canceled = {
      jid: 'd5',
      name: 'n',
      state: 'CANCELED',
      'start-time': 1_795_326_623_427,
      'end-time': 0,
      tasks: {},
    };
    const [job] = jobsOverview.parse({ jobs: [canceled] });
    expect(job?.endedAtMs).toBe(1_795_326_623_427);
  });

  test('tells a job with its vertices', async () => {
    const job = await ask('job', (flink, id) => flink.job(id));
    expect(job).toMatchObject({ state: 'RUNNING', enteredAtMs: { RUNNING: expect.any(Number) } });
    expect(job?.enteredAtMs).not.toHaveProperty('FAILED');
    expect(job?.nowMs).toBeGreaterThan(job?.startedAtMs ?? Infinity);
    expect(job?.vertices.map(({ name, parallelism, state, tasks }) => [name, parallelism, state, tasks])).toEqual([
      ['Source: Events Generator Source', 1, 'RUNNING', { RUNNING: 1 }],
      ['Flat Map -> Sink: Print to Std. Out', 1, 'RUNNING', { RUNNING: 1 }],
    ]);
  });

  test('knows no job of another id', async () => {
    expect(await ask('job-unknown', (flink, id) => flink.job(id))).toBeUndefined();
    await server.stop();
    expect(await ask('cancel-unknown', (flink, id) => flink.cancel(id))).toBe(false);
  });

  test('cancels a job, and takes one that has ended for cancelled', async () => {
    for (const name of ['cancel', 'cancel-canceled', 'cancel-failed-job']) {
      expect(await ask(name, (flink, id) => flink.cancel(id))).toBe(true);
      await server.stop();
    }
  });

  test('tells why a job failed in its tasks', async () => {
    const cause = await ask('exceptions-job-failed', (flink, id) => flink.failureCause(id));
    expect(cause?.stackTrace).toContain('Caused by: java.lang.IllegalArgumentException: record 0 is bad');
  });

  test('tells why a job failed before it had tasks', async () => {
    const cause = await ask('exceptions-restore-point-missing', (flink, id) => flink.failureCause(id));
    expect(cause).toMatchObject({ name: expect.stringMatching(/JobInitializationException$/) });
    expect(cause?.stackTrace).toContain("Cannot find checkpoint or savepoint file/directory 'file:///flink/nope'");
  });

  test('tells it by the result where the history says nothing', async () => {
    const result = exchange('execution-result-restore-point-missing');
    const history = {
      ...exchange('exceptions-none'),
      request: result.request.replace('execution-result', 'exceptions'),
    };
    const flink = await flinkWith(result, history);
    expect((await flink.failureCause(jobIdOf(result)))?.stackTrace).toContain('Cannot find checkpoint');
  });

  test('tells no cause of a job that is well', async () => {
    const flink = await flinkWith(exchange('exceptions-none'), exchange('execution-result-running'));
    expect(await flink.failureCause(jobIdOf(exchange('exceptions-none')))).toBeUndefined();
    expect(await flink.exceptions(jobIdOf(exchange('exceptions-none')))).toEqual({ history: [] });
  });

  test('runs a jar under the id that it is given, and never claims the restore point', async () => {
    const run = exchange('run-restoring');
    const flink = await flinkWith(run, { ...run, request: 'POST /jars/job.jar/run' });
    const body = run.requestBody as { jobId: string; savepointPath: string; entryClass: string };
    const request = { jobId: body.jobId, entryClass: body.entryClass, args: ['--rps', '100'], parallelism: 1 };
    expect(await flink.runJar({ ...request, savepointPath: body.savepointPath })).toBe(body.jobId);
    expect(server.asked[0]?.body).toEqual(run.requestBody);
    expect(body).toMatchObject({ claimMode: 'NO_CLAIM' });
  });

  test('takes a jar, lists it by its name, and deletes it by its id', async () => {
    const deleted = exchange('jar-deleted');
    const flink = await flinkWith(exchange('jar-uploaded'), exchange('jars'), deleted);
    const id = await flink.uploadJar('drey-prime.jar', Buffer.from('PK-a-jar'));
    expect(id).toMatch(/^[0-9a-f-]+_drey-prime\.jar$/);
    expect(server.asked[0]?.body).toMatch(
      /^--(\S+)\r\n[^]*filename="drey-prime\.jar"[^]*\r\n\r\nPK-a-jar\r\n--\1--\r\n$/,
    );
    expect(await flink.jars()).toEqual([{ id, name: 'drey-prime.jar' }]);
    expect(deleted.request).toBe(`DELETE /jars/${id}`);
    expect(await flink.deleteJar(id)).toBe(true);
  });

  test('says so where there is no such jar', async () => {
    const one = exchange('jar-absent');
    const flink = await flinkWith(one);
    expect(await flink.deleteJar(one.request.split('/').at(-1) ?? '')).toBe(false);
  });

  test('makes a plan, and runs no job', async () => {
    const one = exchange('plan');
    const flink = await flinkWith(one);
    const { programArgsList, ...program } = one.requestBody as {
      jobId: string;
      entryClass: string;
      programArgsList: string[];
      parallelism: number;
    };
    await flink.planJar({ ...program, args: programArgsList });
    expect(server.asked).toEqual([{ request: 'POST /jars/job.jar/plan', body: one.requestBody }]);
  });

  test('tells what main threw in a plan as it does of a run', async () => {
    const flink = await flinkWith(exchange('plan-main-threw'));
    const asked = flink.planJar({ jobId: 'any', args: [], parallelism: 1 });
    await expect(asked).rejects.toMatchObject({ rootCause: expect.stringMatching(/FaultException: told to throw/) });
  });

  test.each([
    ['run-entry-class-missing', 500, 'ClassNotFoundException: no.Such'],
    ['run-no-execute', 400, 'RestHandlerException: No jobs included in application.'],
    ['run-main-threw', 400, 'SQLException: connection to db:5432 refused'],
    ['run-again', 400, expect.stringMatching(/^Duplicate\w+SubmissionException: \w+ has already been submitted\.$/)],
  ])('%s is refused with the root cause', async (name, status, rootCause) => {
    const one = exchange(name);
    const flink = await flinkWith(one);
    const jar = /\/jars\/([^/]+)\//.exec(one.request)?.[1];
    const error: unknown = await flink
      .runJar({ jar, jobId: 'any', args: [], parallelism: 1 })
      .catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(FlinkRestError);
    const { status: answered, rootCause: told } = error as FlinkRestError;
    expect([answered, told]).toEqual([status, rootCause]);
  });

  test('makes a checkpoint, and says which it was', async () => {
    const trigger = exchange('checkpoint-trigger');
    const flink = await flinkWith(trigger, exchange('checkpoint-completed'));
    const { triggerId } = trigger.requestBody as { triggerId: string };
    expect(await flink.triggerCheckpoint(jobIdOf(trigger), triggerId)).toBe(triggerId);
    expect(server.asked[0]?.body).toEqual(trigger.requestBody);
    const status = await flink.checkpointStatus(jobIdOf(trigger), triggerId);
    expect(status).toEqual({ state: 'completed', checkpointId: expect.any(Number) });
  });

  test('stops with a native savepoint under the trigger id that it is given', async () => {
    const stop = exchange('stop');
    const flink = await flinkWith(stop);
    const { triggerId, targetDirectory } = stop.requestBody as { triggerId: string; targetDirectory: string };
    expect(await flink.stopWithSavepoint(jobIdOf(stop), { triggerId, targetDirectory })).toBe(triggerId);
    expect(server.asked[0]?.body).toEqual({ targetDirectory, triggerId, drain: false, formatType: 'NATIVE' });
  });

  test('takes a native savepoint of a job that runs on, under the trigger id that it is given', async () => {
    const trigger = exchange('savepoint-trigger');
    const flink = await flinkWith(trigger);
    const sent = trigger.requestBody as { triggerId: string; 'target-directory': string };
    const request = { triggerId: sent.triggerId, targetDirectory: sent['target-directory'] };
    expect(await flink.triggerSavepoint(jobIdOf(trigger), request)).toBe(request.triggerId);
    expect(server.asked[0]?.body).toEqual(trigger.requestBody);
    await flink.triggerSavepoint(jobIdOf(trigger), { ...request, format: 'canonical' });
    expect(server.asked[1]?.body).toMatchObject({ 'cancel-job': false, formatType: 'CANONICAL' });
  });

  test.each([
    ['savepoint-in-progress', { state: 'inProgress' }],
    ['savepoint-completed', { state: 'completed', location: expect.stringMatching(/^file:.*savepoint-/) }],
    ['savepoint-unknown', { state: 'unknown' }],
  ])('%s', async (name, status) => {
    expect(await ask(name, (flink, id) => flink.savepointStatus(id, triggerOf(name)))).toEqual(status);
  });

  test('takes a savepoint that has completed without a location for failed', async () => {
    const name = 'savepoint-failed';
    const status = await ask(name, (flink, id) => flink.savepointStatus(id, triggerOf(name)));
    expect(status).toMatchObject({ state: 'failed', cause: { stackTrace: expect.stringContaining('/proc/nope') } });
  });

  test('tells the newest checkpoint and where it lies', async () => {
    const checkpoints = await ask('checkpoints', (flink, id) => flink.checkpoints(id));
    expect(checkpoints?.latestCompleted).toMatchObject({ savepoint: false, path: expect.stringMatching(/\/chk-\d+$/) });
    expect(checkpoints?.counts.completed).toBeGreaterThan(0);
  });

  test.each([
    ['SYNC_SAVEPOINT', true],
    ['SAVEPOINT', false],
  ])('tells a savepoint with which a job was stopped by its type, %s', async (type, isStop) => {
    const one = exchange('checkpoints');
    const stopped = structuredClone(one) as unknown as { response: { latest: Record<string, object> } };
    const { latest } = stopped.response;
    latest['savepoint'] = { ...latest['completed'], checkpoint_type: type, savepointFormat: 'CANONICAL' };
    const checkpoints = await (await flinkWith(stopped as unknown as Recorded)).checkpoints(jobIdOf(one));
    expect(checkpoints?.latestSavepoint).toMatchObject({ isStop, format: 'canonical' });
    expect(checkpoints?.latestCompleted).toMatchObject({ isStop: false });
  });

  test.each([true, false])(
    'tells savepoints from checkpoints among what fails and is under way: %s',
    async (isSavepoint) => {
      const one = exchange('checkpoints');
      const changed = structuredClone(one) as unknown as {
        response: { history: object[]; latest: Record<string, object> };
      };
      const { history, latest } = changed.response;
      const begun = { id: 901, status: 'IN_PROGRESS', is_savepoint: isSavepoint, latest_ack_timestamp: -1 };
      const failed = { ...begun, id: 900, status: 'FAILED', failure_timestamp: 7, failure_message: 'No.' };
      history.unshift(begun, failed);
      latest['failed'] = failed;
      const checkpoints = await (await flinkWith(changed as unknown as Recorded)).checkpoints(jobIdOf(one));
      const expected = { id: 900, savepoint: isSavepoint, failedAtMs: 7, message: 'No.' };
      expect(checkpoints).toMatchObject({
        latestFailed: expected,
        recentFailed: [expected],
        savepointUnderWay: isSavepoint,
      });
      expect(checkpoints?.recentCompleted.length).toBeGreaterThan(0);
    },
  );

  test('tells from where a job was restored', async () => {
    const checkpoints = await ask('checkpoints-restored', (flink, id) => flink.checkpoints(id));
    expect(checkpoints?.latestRestored).toMatchObject({ savepoint: true, path: expect.stringContaining('savepoint-') });
  });

  test('tells whether checkpoints survive a cancellation', async () => {
    const config = await ask('checkpoints-config', (flink, id) => flink.checkpointConfig(id));
    expect(config).toMatchObject({ mode: 'exactly_once', intervalMs: 2000, timeoutMs: 600_000, retained: true });
  });
});

describe.each(['1.20', '2.3'] as const)('Flink %s, asked for another parallelism', (version) => {
  const exchange = (name: string) => recorded(version, name);
  const vertices = ['20ba6b65f97481d5570070de90e4e791', 'bc764cd8ddf7a0cff126f51c16239658'];
  const all = (upper: number) => Object.fromEntries(vertices.map((id) => [id, { lower: 1, upper }]));

  test('tells what each vertex may have', async () => {
    const one = exchange('resource-requirements');
    expect(await (await flinkWith(one)).resourceRequirements(jobIdOf(one))).toEqual(all(1));
  });

  test('says when its scheduler has no such thing', async () => {
    const one = exchange('resource-requirements-unsupported');
    expect(await (await flinkWith(one)).resourceRequirements(jobIdOf(one))).toBeUndefined();
  });

  test('takes it', async () => {
    const one = exchange('set-resource-requirements');
    await (await flinkWith(one)).setResourceRequirements(jobIdOf(one), all(2));
    expect(server.asked[0]?.body).toEqual(one.requestBody);
  });

  test('refuses more than the state can be divided into', async () => {
    const one = exchange('set-resource-requirements-too-high');
    const flink = await flinkWith(one);
    await expect(flink.setResourceRequirements(jobIdOf(one), all(1000))).rejects.toThrow(
      /parallelism 1000 for the job vertex \w+ exceeds its maximum parallelism 128/,
    );
  });

  test('tells where each subtask runs, and since when', async () => {
    const one = exchange('vertex-rescaled');
    const [, job = '', vertex = ''] = /jobs\/(\w+)\/vertices\/(\w+)/.exec(one.request) ?? [];
    const subtasks = await (await flinkWith(one)).subtasks(job, vertex);
    expect(subtasks).toHaveLength(2);
    const { now } = one.response as { now: number };
    for (const { state, taskManager, runningAtMs } of subtasks ?? []) {
      expect(taskManager).toMatch(/^127\.0\.0\.1:/);
      expect(runningAtMs === undefined).toBe(state === 'INITIALIZING');
      expect(now - (runningAtMs ?? now)).toBeGreaterThanOrEqual(0);
      expect(now - (runningAtMs ?? now)).toBeLessThan(60_000);
    }
  });

  test('still tells the checkpoint that it went on from', async () => {
    const one = exchange('checkpoints-rescaled');
    const checkpoints = await (await flinkWith(one)).checkpoints(jobIdOf(one));
    const from = checkpoints?.recentCompleted.find(({ id }) => id === checkpoints.latestRestored?.id);
    expect(from?.completedAtMs).toBeLessThan(checkpoints?.latestRestored?.restoredAtMs ?? 0);
  });
});

test('a job without periodic checkpoints has no interval', async () => {
  const one = recorded('2.3', 'checkpoints-config-disabled');
  const config = await (await flinkWith(one)).checkpointConfig(jobIdOf(one));
  expect(config).toMatchObject({ retained: true });
  expect(config).not.toHaveProperty('intervalMs');
});

test.each<[string, number, number]>([
  ['the pause after each is longer than that', 120_000, 120_000],
  ['the pause after each is shorter', 500, 2_000],
])('between two checkpoints lies the interval at least, or more: %s', async (_title, pause, expected) => {
  const one = recorded('2.3', 'checkpoints-config');
  const paused = { ...one, response: { ...(one.response as object), min_pause: pause } };
  expect(await (await flinkWith(paused)).checkpointConfig(jobIdOf(one))).toMatchObject({ intervalMs: expected });
});

test('Flink 1.20 has no applications, 2.3 tells them', async () => {
  const older = await flinkWith(recorded('1.20', 'applications'));
  expect(await older.applications()).toEqual([]);
  expect(await older.applicationExceptions('0'.repeat(32))).toEqual([]);
  await server.stop();
  const newer = await flinkWith(recorded('2.3', 'applications'));
  expect(await newer.applications()).toContainEqual(expect.objectContaining({ state: 'FAILED', jobs: { FAILED: 1 } }));
});

test('of the configuration of a job’s JobManager only those keys are told that are wanted', async () => {
  const exchange = recorded('2.3', 'jobmanager-config');
  const flink = await flinkWith(exchange);
  expect(await flink.jobManagerConfiguration(jobIdOf(exchange), isAutoscalerKey)).toEqual({
    'job.autoscaler.enabled': 'true',
    'job.autoscaler.metrics.window': '10 s',
    'job.autoscaler.stabilization.interval': '1 s',
  });
  expect(await flink.jobManagerConfiguration('0'.repeat(32), isAutoscalerKey)).toBeUndefined();
});

test('an answer that is not what Flink gives is named, not passed on', async () => {
  const flink = await flinkWith({ request: 'GET /overview', status: 200, response: { slots: 'many' } });
  await expect(flink.overview()).rejects.toThrow(/not understood: \/overview/);
});

test('many calls share one connection', async () => {
  const flink = await flinkWith(recorded('2.3', 'overview'));
  for (let call = 0; call < 20; call += 1) await flink.overview();
  expect(server.connections).toBe(1);
});
