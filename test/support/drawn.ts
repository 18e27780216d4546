/** Some of many cases, so that `npm test` ends in time: drawn by a seed that is printed. `DREY_TEST_CELLS=all` has all. */
import { seeded } from './seeded.ts';

export const seed = Number(process.env.DREY_TEST_SEED ?? Date.now() % 1_000_000);

/** In the order in which they were given. `DREY_TEST_SEED` draws the same ones again. */
export function drawn<Case>(cases: readonly Case[], count: number): readonly Case[] {
  if (process.env.DREY_TEST_CELLS === 'all') return cases;
  const random = seeded(seed);
  const chosen = cases
    .map((one, index) => ({ one, index, at: random() }))
    .toSorted((a, b) => a.at - b.at)
    .slice(0, count);
  process.stdout.write(`${chosen.length} of ${cases.length} cases, seed ${seed}\n`);
  return chosen.toSorted((a, b) => a.index - b.index).map(({ one }) => one);
}
