/** Operations that somebody gives up on jobs that have ended, before they have done anything: the job stays as it was. */
import { rmSync, writeFileSync } from 'node:fs';
import { beforeAll, expect, test } from '@jest/globals';
import type { FlinkJobInput } from '../../core/schema/flink-job.ts';
import { specInput } from '../support/records.ts';
import { path, storage, useStalledPlane } from '../support/stalled-plane.ts';

const { stall, call, startAgent, begun, givenUp, done } = useStalledPlane();
beforeAll(startAgent);

/** A job that has ended in this phase when it was to be suspended. */
async function endedAs(phase: 'FINISHED' | 'SUSPENDED'): Promise<string> {
  const name = `ended-${phase.toLowerCase()}`;
  await done(await call('PUT', path(name), { body: withArgs(name, ...(phase === 'FINISHED' ? ['--done'] : [])) }));
  await done(await call('POST', `${path(name)}/suspend`));
  expect((await call('GET', path(name))).body.phase).toBe(phase);
  return name;
}

function withArgs(name: string, ...args: string[]): FlinkJobInput {
  const { spec, ...rest } = specInput(name, { storage });
  return { ...rest, spec: { ...spec, job: { ...spec.job, args } } };
}

test.each([
  ['FINISHED', 'adjust'],
  ['SUSPENDED', 'resume'],
] as const)('a job that is %s stays so where its removal is given up at once', async (phase, next) => {
  const name = await endedAs(phase);
  writeFileSync(stall, 'findGenerations');
  const removal = await call('DELETE', path(name));
  await begun(removal, 'clusterAsked');
  expect(await givenUp(removal)).toMatchObject({ state: 'aborted' });
  expect((await call('GET', path(name))).body.phase).toBe(phase);
  rmSync(stall);
  const apply = await call('PUT', path(name), { body: withArgs(name, ...(phase === 'FINISHED' ? ['--done'] : [])) });
  expect(await done(apply)).toMatchObject({ kind: next });
});

test('a job that has finished runs again by the spec whose deploy was given up, where that is applied once more', async () => {
  writeFileSync(stall, 'findGenerations');
  const applying = () => call('PUT', path('ended-finished'), { body: withArgs('ended-finished', '--more') });
  const deploy = await applying();
  await begun(deploy, 'clusterAsked');
  await givenUp(deploy);
  expect((await call('GET', path('ended-finished'))).body.phase).toBe('FINISHED');
  rmSync(stall);
  expect(await done(await applying())).toMatchObject({ kind: 'deploy' });
});
