/** Rows of the recovery table as tests: each causes the real fault, and sees that the job comes back whole. */
import { afterEach, expect, test } from '@jest/globals';
import { drawn } from './drawn.ts';
import { removed } from './e2e-job.ts';
import { flinkClustersOf } from './flink-of.ts';

/** One row of the recovery table, or another case, shown on a job of that name. `slow`: what it waits for takes a minute and more. */
export type BrokenCase = readonly [title: string, show: (name: string) => Promise<void>, pace?: 'slow'];

/** Shows one of the rows that are not slow, drawn by a seed, and all with `DREY_TEST_CELLS=all`, on jobs of that name. */
export function showBroken(name: string, cases: readonly BrokenCase[]): void {
  afterEach(() => removed(name).catch(() => undefined), 240_000);

  test.each(drawnCase(cases))(
    '%s',
    async (_title, show) => {
      await show(name);
      expect((await flinkClustersOf(name)).length).toBeLessThanOrEqual(1);
    },
    1_800_000,
  );
}

function drawnCase(cases: readonly BrokenCase[]): readonly BrokenCase[] {
  const isAll = process.env.DREY_TEST_CELLS === 'all';
  return drawn(isAll ? cases : cases.filter(([, , pace]) => pace !== 'slow'), 1);
}
