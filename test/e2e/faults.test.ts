/**
 * Any process killed with -9 at any point of a deploy and of a remove: the operation ends right without help, one Flink job
 * exists, nothing is left after the remove. `npm test` makes two kills of each, `npm run test:crash` ten; where an operation ends
 * before its kills are made, another one gets the rest.
 */
import { afterAll, describe, expect, test } from '@jest/globals';
import { waitUntil } from '../../deploy/dev/process.ts';
import { apply, e2eJob, ended, objectsOf, tenant } from '../support/e2e-job.ts';
import { seed } from '../support/drawn.ts';
import { livingJobsOf } from '../support/flink-of.ts';
import { drey, type StackProcess } from '../support/running-stack.ts';
import { sabotage, type Kill } from '../support/sabotage.ts';
import { seeded } from '../support/seeded.ts';

const kills = Number(process.env.DREY_TEST_KILLS ?? 2);
const random = seeded(seed);
const table: string[] = [`seed ${seed}`];

afterAll(() => {
  process.stdout.write(`${table.join('\n')}\n`);
});

function note(victim: StackProcess, kind: string, made: readonly Kill[]): void {
  table.push(
    `${victim.padEnd(9)} ${kind.padEnd(7)} ${made.map(({ atMs, during }) => `${during}@${atMs}ms`).join(' ')}`,
  );
}

const deadlines = { submit: '5m', running: '5m', slots: '5m', jobManager: '5m' };

describe.each<StackProcess>(['agent', 'worker', 'api', 'temporal', 'postgres'])('%s killed', (victim) => {
  test('during deploys and removes: each ends right, one job runs, and nothing is left', async () => {
    const made: Record<'deploy' | 'remove', Kill[]> = { deploy: [], remove: [] };
    while (Math.min(made.deploy.length, made.remove.length) < kills) {
      made.deploy.push(...(await deployUnder(victim, kills - made.deploy.length)));
      made.remove.push(...(await removeUnder(victim, kills - made.remove.length)));
    }
    note(victim, 'deploy', made.deploy);
    note(victim, 'remove', made.remove);
    expect([made.deploy.length, made.remove.length]).toEqual([kills, kills]);
  }, 3_600_000);
});

async function deployUnder(victim: StackProcess, wanted: number): Promise<Kill[]> {
  const name = nameFor(victim);
  // A removed job keeps its name until its last records are written.
  const named = { what: `the name ${name} to be free`, timeoutMs: 120_000, stepMs: 200 };
  const operation = await waitUntil(() => apply(e2eJob(name, { spec: { deadlines } })), named);
  const made = await sabotage(victim, { name, operation }, { kills: wanted, gapMsMax: 2_500, random });
  expect(await ended(name, operation, 600_000)).toMatchObject({ state: 'succeeded' });
  expect((await livingJobsOf(name)).map(({ state }) => state)).toEqual(['RUNNING']);
  return made;
}

async function removeUnder(victim: StackProcess, wanted: number): Promise<Kill[]> {
  const name = nameFor(victim);
  const { operation } = await drey().removeJob({ tenant, name });
  const number = operation?.number ?? 0;
  const made = await sabotage(victim, { name, operation: number }, { kills: wanted, gapMsMax: 800, random });
  expect(await ended(name, number, 600_000)).toMatchObject({ state: 'succeeded' });
  expect(await objectsOf(name)).toEqual([]);
  return made;
}

function nameFor(victim: StackProcess): string {
  return `killed-${victim}`;
}
