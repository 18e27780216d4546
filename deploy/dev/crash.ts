/**
 * `npm run test:crash [-- --sample N] [-- --seed S]`: every process killed at every step of every operation, and every
 * row of the recovery table. All cells of the crash matrix, or N of them; the same seed draws the same ones.
 */
import { parseArgs } from 'node:util';

const suites = ['crash-matrix', 'stop-crashes', 'faults', 'lost-operations', 'prime', 'pairs', 'outages', 'recovery'];
const { values } = parseArgs({ options: { sample: { type: 'string' }, seed: { type: 'string' } } });
process.env.DREY_TEST_CELLS = values.sample ?? 'all';
if (values.seed !== undefined) process.env.DREY_TEST_SEED = values.seed;
// Of each process in deploys and in removes, where `npm test` makes two.
process.env.DREY_TEST_KILLS ??= values.sample === undefined ? '10' : '2';
// Seconds for which PostgreSQL is away, where `npm test` has it back after 20.
process.env.DREY_TEST_OUTAGE_S ??= values.sample === undefined ? '300' : '20';
process.argv.splice(2, Infinity, ...suites.map((suite) => `test/e2e/${suite}`));
await import('./test.ts');
