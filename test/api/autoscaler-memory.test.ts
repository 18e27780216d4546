/** Memory that an autoscaler gives, on the real workflows with an agent whose cluster is made up: one upgrade, beside the spec. */
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { decisionAnswer } from '../../api/autoscaler-shapes.ts';
import { decide } from '../../core/autoscaler/decide.ts';
import type { AutoscalerInput } from '../../core/autoscaler/decision.ts';
import type { AutoscalerSignal } from '../../core/autoscaler/signal.ts';
import { taskManagerResources } from '../../core/autoscaler-agent/task-manager-resources.ts';
import type { JobView } from '../../core/job.ts';
import { autoscalerPolicy } from '../../core/schema/autoscaler.ts';
import { waitUntil } from '../../deploy/dev/process.ts';
import {
  call,
  decided,
  eventually,
  folder,
  inputFor,
  operationsOf,
  path,
  running,
  send,
  startAutoscaled,
  stopAutoscaled,
  viewOf,
} from '../support/autoscaled-plane.ts';
import { enough, tooMuch, windowOf, workId } from '../support/autoscaler-window.ts';

let plane: Awaited<ReturnType<typeof startAutoscaled>>;
beforeAll(async () => {
  plane = await startAutoscaled();
}, 400_000);
afterAll(stopAutoscaled);

/** What the agent is to write on the anchor. */
const isNoted = async () => plane.agent.output().includes('"byUpgrade":true');

const isNotedAsTried = async () => plane.agent.output().includes('"memoryTriedAtMs":');

const isNotedAsRefused = async () => plane.agent.output().includes('"memoryRefused":{"bytes":');

const gb = 2 ** 30;
const resources = (memory: string) => ({ taskManager: { resources: { limits: { memory } } } });
const given = {
  ...resources('2Gi'),
  storage: { root: 's3://bucket/drey' },
  autoscaler: { mode: 'active', memory: { mode: 'active', max: '8Gi' } },
};
const evenly = (value: number) => ({ min: value, max: value, avg: value, sum: value });

/** As an agent makes it of a job whose heaps are full: at this load, or at one that it cannot do. */
function fullWindow(job: JobView, load = enough, collecting = 0.02): AutoscalerSignal {
  const { spec } = job.spec;
  const window = windowOf(job, load);
  const { policy, samples, job: seen, ...rest } = window.input as AutoscalerInput;
  const { memory } = spec.autoscaler ? autoscalerPolicy(spec.autoscaler) : {};
  const heaps = {
    heapMaxBytes: evenly(gb),
    heapUsedBytes: evenly(0.9 * gb),
    gcMsPerSecond: evenly(1000 * collecting),
  };
  const input: AutoscalerInput = {
    ...rest,
    policy: { ...policy, profile: 'drey', ...(memory && { memory }) },
    job: { ...seen, taskManagers: taskManagerResources(spec) },
    samples: samples.map((sample) => ({ ...sample, taskManagers: heaps })),
  };
  const { id, action } = decide(input);
  return { ...window, input, found: { id, action } };
}

const limitOf = ({ spec }: JobView) => spec.spec.taskManager.resources.limits?.memory;

test('memory alone is one upgrade, and outlasts the next apply of the same file', async () => {
  const name = 'full';
  await send(fullWindow(await running(name, 'active', given)));
  const { number } = await decided(name, ({ outcome }) => outcome === 'carriedOut');
  const decision = decisionAnswer.strict().parse((await call('GET', `${path(name)}/decisions/${number}`)).body);
  expect(decision).toMatchObject({ action: 'scale', operation: 2, reasons: [{ code: 'HEAP_TOO_FULL' }] });
  const { memoryBytes = 0 } = decision;
  expect(memoryBytes).toBeGreaterThan(2 * gb);
  expect((await operationsOf(name)).map(({ kind, requestedBy }) => [kind, requestedBy])).toEqual([
    ['upgrade', 'autoscaler'],
    ['deploy', 'admin'],
  ]);
  const job = await viewOf(name);
  expect(job).toMatchObject({ phase: 'RUNNING', revision: 2, given: { memory: { to: memoryBytes, over: 2 * gb } } });
  expect(limitOf(job)).toBe(`${memoryBytes / 2 ** 20}Mi`);
  const again = await call('PUT', path(name), { body: inputFor(name, 'active', given) });
  expect(again.body).toMatchObject({ changed: false, job: { revision: 2 } });
  await waitUntil(isNoted, { what: 'what was given to be noted', timeoutMs: 30_000 });
}, 120_000);

test('a file that says another size wins', async () => {
  const name = 'full';
  await call('PUT', path(name), { body: inputFor(name, 'active', { ...given, ...resources('4Gi') }) });
  const job = await eventually(name, ({ phase, generation }) => phase === 'RUNNING' && generation?.revision === 3);
  expect([limitOf(job), job.given]).toEqual(['4Gi', undefined]);
}, 120_000);

test('parallelism and memory are one operation', async () => {
  const name = 'both';
  await send(fullWindow(await running(name, 'active', given), { ...tooMuch, lagGrowth: 700 }, 0.4));
  const decision = await decided(name, ({ outcome }) => outcome === 'carriedOut');
  expect(decision).toMatchObject({
    operation: 2,
    changes: expect.arrayContaining([expect.objectContaining({ id: workId })]),
  });
  expect((await operationsOf(name)).map(({ kind }) => kind)).toEqual(['upgrade', 'deploy']);
  const { given: found = {} } = await viewOf(name);
  expect(Object.keys(found)).toEqual(expect.arrayContaining([workId, 'memory']));
}, 120_000);

test('an upgrade that fails is taken back, with the memory', async () => {
  const name = 'breaks';
  const job = await running(name, 'active', given);
  writeFileSync(join(folder, 'applyGeneration'), '');
  await send(fullWindow(job));
  const failed = await decided(name, ({ outcome }) => outcome === 'failed');
  expect(failed.why?.text).toContain('applyGeneration was told to fail');
  rmSync(join(folder, 'applyGeneration'));
  const back = await eventually(name, ({ phase, revision }) => phase === 'RUNNING' && revision === 3);
  expect([limitOf(back), back.given]).toEqual(['2Gi', undefined]);
  const again = await call('PUT', path(name), { body: inputFor(name, 'active', given) });
  expect(again.body).toMatchObject({ changed: false });
  await waitUntil(isNotedAsTried, { what: 'what was asked for in vain to be noted', timeoutMs: 30_000 });
}, 120_000);

test('memory for which there was no room is noted as that', async () => {
  const name = 'crowded';
  const job = await running(name, 'active', given);
  writeFileSync(join(folder, 'applyGeneration'), 'NOT_SCHEDULABLE');
  await send(fullWindow(job));
  const failed = await decided(name, ({ outcome }) => outcome === 'failed');
  expect(failed.why?.code).toBe('NOT_SCHEDULABLE');
  rmSync(join(folder, 'applyGeneration'));
  await waitUntil(isNotedAsRefused, { what: 'the size without room to be noted', timeoutMs: 30_000 });
}, 120_000);

test.each(['warm', 'recreate'] as const)(
  'a job that finishes before it is stopped for its memory has finished, and is not run again (%s)',
  async (strategy) => {
    const name = `done-${strategy}`;
    const job = { jarUri: 'local:///opt/flink/usrlib/counts.jar', parallelism: 4, finite: true, args: ['--done'] };
    await send(fullWindow(await running(name, 'active', { ...given, job, upgrade: { strategy } })));
    await decided(name, ({ outcome }) => outcome === 'carriedOut');
    const view = await viewOf(name);
    expect([view.phase, view.generation]).toEqual(['FINISHED', undefined]);
    const [newest] = await operationsOf(name);
    expect(newest).toMatchObject({ kind: 'upgrade', state: 'succeeded', stopFound: 'finished' });
    const ends = strategy === 'warm' ? ['finishedRemoved', 'newRemoved'] : ['finishedRemoved'];
    expect(newest?.steps.map((step) => step.name).slice(-ends.length - 1)).toEqual(['previousStopped', ...ends]);
  },
  120_000,
);

test('nothing is given where the upgrade would lose the state', async () => {
  const name = 'stateless';
  await send(fullWindow(await running(name, 'active', { ...given, upgrade: { mode: 'stateless' } })));
  const decision = await decided(name, ({ outcome }) => outcome === 'notCarriedOut');
  expect(decision.why?.code).toBe('MEMORY_NOT_GIVEN');
  expect(await operationsOf(name)).toHaveLength(1);
}, 120_000);
