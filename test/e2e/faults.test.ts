/**
 * Any process killed with -9 at any point of a deploy and of a remove: the operation ends right without help, one Flink job
 * exists, nothing is left after the remove. `npm test` holds a sample; `npm run test:crash` makes ten kills per cell.
 */
import { afterAll, describe, expect, test } from '@jest/globals';
import { apply, e2eJob, ended, objectsOf, tenant } from '../support/e2e-job.ts';
import { livingJobsOf } from '../support/flink-of.ts';
import { drey, type StackProcess } from '../support/running-stack.ts';
import { sabotage, seeded, type Kill } from '../support/sabotage.ts';

const seed = Number(process.env.DREY_TEST_SEED ?? Date.now() % 1_000_000);
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

const options = { kills, gapMsMax: 2_500, random };

describe.each<StackProcess>(['agent', 'worker', 'api', 'temporal', 'postgres'])('%s killed', (victim) => {
  const name = `killed-${victim}`;
  const deadlines = { submit: '5m', running: '5m', slots: '5m', jobManager: '5m' };

  test('during a deploy: it ends right, and one job runs', async () => {
    const operation = await apply(e2eJob(name, { spec: { deadlines } }));
    const made = await sabotage(victim, { name, operation }, options);
    note(victim, 'deploy', made);
    expect(made.length).toBeGreaterThan(0);
    expect(await ended(name, operation, 600_000)).toMatchObject({ state: 'succeeded' });
    expect((await livingJobsOf(name)).map(({ state }) => state)).toEqual(['RUNNING']);
  }, 700_000);

  test('during a remove: it ends right, and nothing is left', async () => {
    const { operation } = await drey().removeJob({ tenant, name });
    const made = await sabotage(victim, { name, operation: operation?.number ?? 0 }, { ...options, gapMsMax: 800 });
    note(victim, 'remove', made);
    expect(made.length).toBeGreaterThan(0);
    expect(await ended(name, operation?.number ?? 0, 600_000)).toMatchObject({ state: 'succeeded' });
    expect(await objectsOf(name)).toEqual([]);
  }, 700_000);
});
