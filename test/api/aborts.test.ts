/** Operations that are given up, by somebody or since they cannot go on, on the real workflows: what was begun is undone, and the job is as it was. */
import { rmSync, writeFileSync } from 'node:fs';
import { Client, Connection } from '@temporalio/client';
import { expect, test } from '@jest/globals';
import { changeAnswer } from '../../api/answer-shapes.ts';
import { waitUntil } from '../../deploy/dev/process.ts';
import { specInput } from '../support/records.ts';
import { path, storage, useStalledPlane } from '../support/stalled-plane.ts';

const { stall, call, startAgent, agentOutput, temporalAddress, ended, begun, givenUp, done } = useStalledPlane();

test('to give up the first operation is answered as for any other: nothing is made by it', async () => {
  const first = await call('PUT', path('unwanted'), { body: specInput('unwanted') });
  expect(first.status).toBe(201);
  await begun(first, 'clusterAsked');
  expect(await givenUp(first)).toMatchObject({ state: 'aborted', failure: { code: 'ABORTED' } });
});

test('a removal that waits for an agent may be taken back, and the job be changed again', async () => {
  await call('PUT', path('kept'), { body: specInput('kept') });
  const removal = await call('DELETE', path('kept'));
  await begun(removal, 'clusterAsked');
  expect(await givenUp(removal)).toMatchObject({ state: 'aborted', failure: { code: 'ABORTED' } });
  expect((await call('PUT', path('kept'), { body: specInput('kept') })).status).toBe(202);
});

test('a resume whose Flink cluster does not come up may be given up, and the state is kept', async () => {
  await startAgent();
  await done(await call('PUT', path('resumed'), { body: specInput('resumed', { storage }) }));
  await done(await call('POST', `${path('resumed')}/suspend`));
  const { restorePoint } = (await call('GET', path('resumed'))).body;
  writeFileSync(stall, 'waitJobManager');
  const resume = await call('POST', `${path('resumed')}/resume`);
  await begun(resume, 'jobManagerAnswers');
  expect(await givenUp(resume)).toMatchObject({ state: 'aborted' });
  rmSync(stall);
  expect((await call('GET', path('resumed'))).body).toMatchObject({ restorePoint });
  const again = await done(await call('POST', `${path('resumed')}/resume`));
  expect(again).toMatchObject({ restoredFrom: restorePoint });
});

test('tried again with other pods it goes on from there, though upgrades leave the state behind', async () => {
  const said = { storage, upgrade: { mode: 'stateless' } } as const;
  const applying = (slots: number) =>
    call('PUT', path('tried-again'), { body: specInput('tried-again', { ...said, taskManager: { slots } }) });
  await done(await applying(1));
  await done(await call('POST', `${path('tried-again')}/suspend`));
  const { restorePoint } = (await call('GET', path('tried-again'))).body;
  writeFileSync(stall, 'waitJobManager');
  const resume = await applying(2);
  await begun(resume, 'jobManagerAnswers');
  expect(await givenUp(resume)).toMatchObject({ kind: 'resume', state: 'aborted' });
  rmSync(stall);
  expect(await done(await applying(4))).toMatchObject({ kind: 'resume', restoredFrom: restorePoint });
});

test('a restore that gives way to a newer spec tells its caller so, and the job runs by that spec', async () => {
  await done(await call('PUT', path('restored'), { body: specInput('restored', { storage }) }));
  const savepoint = await done(await call('POST', `${path('restored')}/savepoints`, { body: {} }));
  writeFileSync(stall, 'waitJobManager');
  const restore = await call('POST', `${path('restored')}/restore`, { body: { savepoint: savepoint.number } });
  await begun(restore, 'jobManagerAnswers');
  const apply = await call('PUT', path('restored'), {
    body: specInput('restored', { storage, taskManager: { slots: 2 } }),
  });
  const { revision } = apply.body.operation;
  expect(await ended(restore)).toMatchObject({
    state: 'aborted',
    supersededBy: apply.body.operation.number,
    failure: { code: 'SUPERSEDED', message: expect.stringMatching(`^Superseded by revision ${revision}: `) },
  });
  rmSync(stall);
  expect((await done(apply)).restoredFrom).not.toMatch(/taken-/);
  const { body } = await call('GET', path('restored'));
  expect(body).toMatchObject({ phase: 'RUNNING', generation: { revision } });
  expect(body.failure).toBeUndefined();
});

/** Replaced before it began, and told so. */
const told = (failure: string) => ({ state: 'superseded', failure: { message: expect.stringContaining(failure) } });

test('what gives way to something else tells its caller so, and what a newer one does, too, does not', async () => {
  await done(await call('PUT', path('words'), { body: specInput('words', { storage }) }));
  writeFileSync(stall, 'waitJobManager');
  const restart = await call('POST', `${path('words')}/restart`);
  await begun(restart, 'jobManagerAnswers');
  const suspend = await call('POST', `${path('words')}/suspend`);
  rmSync(stall);
  expect(await ended(restart)).toMatchObject({
    state: 'aborted',
    supersededBy: suspend.body.operation.number,
    failure: { code: 'SUPERSEDED', message: expect.stringContaining('the job was not restarted') },
  });
  await done(suspend);
  writeFileSync(stall, 'submitJob');
  const resume = await call('POST', `${path('words')}/resume`);
  await begun(resume, 'jobSubmitted');
  const scale = await call('POST', `${path('words')}/scale`, { body: { parallelism: 2 } });
  const cancel = await call('POST', `${path('words')}/cancel`);
  const apply = await call('PUT', path('words'), { body: specInput('words', { storage, taskManager: { slots: 2 } }) });
  const last = await call('PUT', path('words'), { body: specInput('words', { storage, taskManager: { slots: 4 } }) });
  rmSync(stall);
  expect(await ended(scale)).toMatchObject(told('the job was not scaled'));
  expect(await ended(cancel)).toMatchObject(told('the job was not canceled'));
  const replaced = await ended(apply);
  expect(replaced).toMatchObject({ state: 'superseded', supersededBy: last.body.operation.number });
  expect(replaced.failure).toBeUndefined();
  await done(last);
});

test.each([
  ['scaled', []],
  ['unnoted', ['--unnoted']],
])(
  'a rescale that Flink does not come to may be given up, and the parallelism is put back (%s)',
  async (name, args) => {
    const { spec, ...rest } = specInput(name, { storage });
    await done(await call('PUT', path(name), { body: { ...rest, spec: { ...spec, job: { ...spec.job, args } } } }));
    writeFileSync(stall, 'waitParallelism');
    const rescale = await call('POST', `${path(name)}/scale`, { body: { parallelism: 2 } });
    await begun(rescale, 'tasksRescaled');
    const { state, failure } = await givenUp(rescale);
    expect([state, failure.message]).toEqual(['aborted', expect.stringMatching(/was put back to parallelism 1/)]);
    expect(agentOutput()).toMatch(/asked for at most 2\nasked for at most 1\n/);
    expect((await call('GET', path(name))).body).toMatchObject({ phase: 'RUNNING', generation: { revision: 1 } });
  },
);

test('a rescale that is given up and cannot be put back says so, and the job is still listened to', async () => {
  await done(
    await call('PUT', path('astray'), { body: specInput('astray', { storage, deadlines: { running: '1s' } }) }),
  );
  writeFileSync(stall, 'waitParallelism');
  const rescale = await call('POST', `${path('astray')}/scale`, { body: { parallelism: 2 } });
  await begun(rescale, 'tasksRescaled');
  writeFileSync(stall, 'changeParallelism');
  const { state, failure } = await givenUp(rescale);
  expect([state, failure.code]).toEqual(['failed', 'JOB_NOT_RUNNING']);
  expect(failure.message).toMatch(/^Given up: .* could not be put back to parallelism 1/);
  expect((await call('GET', path('astray'))).body).toMatchObject({ phase: 'RUNNING', failure: { code: failure.code } });
});

test('a rescale that is given up leaves no note that the job is being changed, though its TaskManagers do not go', async () => {
  const { spec, ...rest } = specInput('clings', { storage, taskManager: { slots: 1 } });
  const job = { ...spec.job, args: ['--clinging'] };
  await done(await call('PUT', path('clings'), { body: { ...rest, spec: { ...spec, job } } }));
  writeFileSync(stall, 'waitParallelism');
  const rescale = await call('POST', `${path('clings')}/scale`, { body: { parallelism: 2 } });
  await begun(rescale, 'tasksRescaled');
  const { steps } = await givenUp(rescale);
  expect(steps.map(({ name, state }: { name: string; state: string }) => `${name} ${state}`)).toEqual(
    expect.arrayContaining(['taskManagersAdded done', 'undone failed']),
  );
  expect(agentOutput()).toContain('noted revision 1 of clings');
});

test('an upgrade that is given up while it makes room leaves the job that runs alone', async () => {
  const having = (...args: string[]) => {
    const { spec, ...rest } = specInput('crowded', { storage });
    return call('PUT', path('crowded'), { body: { ...rest, spec: { ...spec, job: { ...spec.job, args } } } });
  };
  await done(await having());
  writeFileSync(stall, 'endPods');
  const upgrade = await having('--crowded');
  await begun(upgrade, 'noRoom');
  const { number } = upgrade.body.operation;
  expect((await call('POST', `${path('crowded')}/operations/${number}/abort`)).status).toBe(202);
  rmSync(stall);
  const { state, steps } = await ended(upgrade);
  expect([state, steps.map(({ name }: { name: string }) => name)]).toEqual([
    'aborted',
    expect.not.arrayContaining(['previousStopped']),
  ]);
  expect((await call('GET', path('crowded'))).body).toMatchObject({ phase: 'RUNNING', generation: { revision: 1 } });
});

test('after a rescale that could not be put back the spec before it is no empty word: Flink is asked for its parallelism', async () => {
  const spec = specInput('unsettled', { storage, deadlines: { running: '1s' } });
  await done(await call('PUT', path('unsettled'), { body: spec }));
  writeFileSync(stall, 'changeParallelism');
  const { failure } = await ended(await call('POST', `${path('unsettled')}/scale`, { body: { parallelism: 2 } }));
  expect(failure.message).toMatch(/could not be put back to parallelism 1/);
  rmSync(stall);
  const wouldBe = await call('PUT', `${path('unsettled')}?dryRun=true`, { body: spec });
  expect(wouldBe.body).toMatchObject({ plan: { kind: 'rescale' } });
  const again = await done(await call('PUT', path('unsettled'), { body: spec }));
  expect(again).toMatchObject({ kind: 'rescale', plan: { notes: [expect.stringMatching(/is not known/)] } });
  expect(agentOutput()).toMatch(/asked for at most 1\n[^]*noted revision \d+ of unsettled/);
  const settled = await done(
    await call('PUT', path('unsettled'), { body: { ...spec, spec: { ...spec.spec, deadlines: { running: '2s' } } } }),
  );
  expect(settled.kind).toBe('adjust');
});

test('an upgrade that replaces what had finished goes back to nothing when it is given up, and says so before', async () => {
  const doing = (...args: string[]) => {
    const { spec, ...rest } = specInput('finished', { storage });
    return call('PUT', path('finished'), { body: { ...rest, spec: { ...spec, job: { ...spec.job, args } } } });
  };
  await done(await doing('--done'));
  writeFileSync(stall, 'waitTasks');
  const upgrade = await doing('--more');
  const { number } = await begun(upgrade, 'tasksRunning');
  const outlook = await call('POST', `${path('finished')}/operations/${number}/abort?dryRun=true`);
  expect(outlook.body.abort).toMatchObject({ end: 'givenUp', leaves: expect.stringMatching(/is not run again/) });
  const { state, steps, rolledBackTo, generation } = await givenUp(upgrade);
  expect([state, rolledBackTo]).toEqual(['aborted', undefined]);
  expect(steps.slice(-3)).toMatchObject([{ name: 'newStopped' }, { name: 'previousRemoved' }, { name: 'newRemoved' }]);
  const { body } = await call('GET', path('finished'));
  expect(body.restorePoint).toMatch(new RegExp(`/stop-${generation}-`));
  rmSync(stall);
  expect(await done(await call('POST', `${path('finished')}/resume`))).toMatchObject({
    restoredFrom: body.restorePoint,
  });
});

/** How often Flink was asked for another parallelism by a JobManager that does not list the job. */
const askedInVain = () => agentOutput().split('asked a JobManager that does not list the job').length - 1;

async function asksInVain(): Promise<void> {
  const before = askedInVain();
  await waitUntil(async () => askedInVain() > before + 2, { what: 'it to be asked again', timeoutMs: 60_000 });
}

test('a rescale whose JobManager has just come up waits until that lists the job', async () => {
  await done(await call('PUT', path('unlisted'), { body: specInput('unlisted', { storage }) }));
  writeFileSync(stall, 'changeParallelism');
  const rescale = await call('POST', `${path('unlisted')}/scale`, { body: { parallelism: 2 } });
  await asksInVain();
  rmSync(stall);
  expect((await done(rescale)).steps.map(({ name }: { name: string }) => name)).toContain('tasksRescaled');
});

test('a rescale whose JobManager never lists the job may be given up, or ends with its time, and says why', async () => {
  const deadlines = { running: '2s' };
  await done(await call('PUT', path('unknown'), { body: specInput('unknown', { storage, deadlines }) }));
  writeFileSync(stall, 'changeParallelism');
  const rescale = await call('POST', `${path('unknown')}/scale`, { body: { parallelism: 2 } });
  expect(await ended(rescale)).toMatchObject({
    state: 'failed',
    failure: {
      code: 'JOB_NOT_RUNNING',
      message: expect.stringMatching(/within 2 s: its JobManager does not list the job/),
    },
  });
  rmSync(stall);
  const long = specInput('unlisted', { storage, deadlines: { running: '1h' } });
  await done(
    await call('PUT', path('unlisted'), {
      body: { ...long, spec: { ...long.spec, job: { ...long.spec.job, parallelism: 2 } } },
    }),
  );
  writeFileSync(stall, 'changeParallelism');
  const another = await call('POST', `${path('unlisted')}/scale`, { body: { parallelism: 3 } });
  await asksInVain();
  const { job, operation } = changeAnswer.parse(another.body);
  await call('POST', `${path(job.name)}/operations/${operation?.number}/abort`);
  await begun(another, 'parallelismPutBack');
  rmSync(stall);
  expect(await ended(another)).toMatchObject({ state: 'aborted', failure: { code: 'ABORTED' } });
});

test.each([
  ['a suspend that stops the job', 'stopJob', 'jobStopped', 'SUSPENDED', 'POST', '/suspend'],
  ['a cancel that ends it', 'stopJob', 'jobStopped', 'CANCELED', 'POST', '/cancel'],
  ['a removal that cancels it', 'cancelJob', 'jobCanceled', 'REMOVED', 'DELETE', ''],
] as const)('%s is past giving up, says so, and ends', async (_what, activity, step, phase, method, word) => {
  const name = `late-${phase.toLowerCase()}`;
  await done(await call('PUT', path(name), { body: specInput(name, { storage }) }));
  writeFileSync(stall, activity);
  const change = await call(method, `${path(name)}${word}`);
  const { number } = await begun(change, step);
  const asked = await call('POST', `${path(name)}/operations/${number}/abort`);
  expect(asked).toMatchObject({
    status: 409,
    body: {
      code: 'TOO_LATE',
      detail: expect.stringMatching(new RegExp(`^Operation 2 cannot be given up any more\\. .*the job ends ${phase}`)),
      cure: expect.stringContaining('drey operation'),
    },
  });
  rmSync(stall);
  await done(change);
});

async function onTemporal<T>(act: (client: Client) => Promise<T>): Promise<T> {
  const connection = await Connection.connect({ address: temporalAddress() });
  try {
    return await act(new Client({ connection }));
  } finally {
    await connection.close();
  }
}

const terminateJob = (name: string) =>
  onTemporal(({ workflow }) => workflow.getHandle(`job/default/${name}`).terminate('by hand'));

/** Sees the job's new workflow wait for what has the id of its operation. */
const waitsForOrphan = (name: string) =>
  onTemporal(({ workflow }) => {
    const isAwaited = async () => {
      const { raw } = await workflow.getHandle(`job/default/${name}`).describe();
      return (raw.pendingActivities ?? []).some(({ activityType }) => activityType?.name === 'settleOrphans');
    };
    return waitUntil(isAwaited, { what: 'the wait for the orphan', timeoutMs: 60_000 });
  });

test('a job whose workflow was ended by hand waits for what that had begun, and names it', async () => {
  await done(await call('PUT', path('orphaned'), { body: specInput('orphaned', { storage }) }));
  writeFileSync(stall, 'waitTasks');
  const said = { storage, taskManager: { slots: 2 } };
  const upgrade = await call('PUT', path('orphaned'), { body: specInput('orphaned', said) });
  await begun(upgrade, 'tasksRunning');
  await terminateJob('orphaned');
  const again = await call('PUT', path('orphaned'), { body: specInput('orphaned', said) });
  const { steps } = await begun(again, 'orphansAwaited');
  expect(steps).toMatchObject([
    { name: 'clusterAsked', state: 'running' },
    { name: 'orphansAwaited', state: 'running', detail: expect.stringContaining('/2-upgrade') },
  ]);
  rmSync(stall);
  await done(again);
});

/** A first deploy that waits for its tasks, and whose job's workflow was ended by hand. */
async function orphanedDeploy(name: string): Promise<void> {
  writeFileSync(stall, 'waitTasks');
  await begun(await call('PUT', path(name), { body: specInput(name, { storage }) }), 'tasksRunning');
  await terminateJob(name);
}

const anew = (name: string, slots: number) =>
  call('PUT', path(name), { body: specInput(name, { storage, taskManager: { slots } }) });

test('an operation whose id such a one has begins when that has ended', async () => {
  await orphanedDeploy('same-id');
  const apply = await anew('same-id', 2);
  expect(apply.body.operation.number).toBe(1);
  await waitsForOrphan('same-id');
  rmSync(stall);
  await done(apply);
});

test('and gives up at once when it is asked to, before it has begun', async () => {
  await orphanedDeploy('given-up');
  const apply = await anew('given-up', 2);
  await waitsForOrphan('given-up');
  await call('POST', `${path('given-up')}/operations/1/abort`);
  const { state, steps, failure } = await ended(apply);
  expect([state, steps, failure.message]).toEqual(['aborted', [], 'Given up before it began: admin asked for it.']);
});
