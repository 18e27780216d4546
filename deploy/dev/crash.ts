/**
 * `npm run test:crash [-- --sample N] [-- --seed S] [-- --only TEXT] [-- --record]`: every process killed at every step of every operation, and
 * every row of the recovery table. All cells of the crash matrix, or N of them; the same seed draws the same ones. `--only` runs nothing but
 * the matrix's cells whose title, `operation × step × fault`, has that text, or all of several with ` + ` between them; it may be said again.
 * `--record` instead runs each row once whose history is not recorded yet, and records it in `test/histories`.
 */
import { parseArgs } from 'node:util';

const suites = ['crash-matrix', 'stop-crashes', 'faults', 'lost-operations', 'prime', 'pairs', 'outages', 'recovery'];
const text = { type: 'string' } as const;
const options = { sample: text, seed: text, only: { ...text, multiple: true }, record: { type: 'boolean' } } as const;
const { values } = parseArgs({ options });
process.env.DREY_TEST_CELLS = values.sample ?? 'all';
if (values.seed !== undefined) process.env.DREY_TEST_SEED = values.seed;
// Of each process in deploys and in removes, where `npm test` makes two.
process.env.DREY_TEST_KILLS ??= values.sample === undefined ? '10' : '2';
// Seconds for which PostgreSQL is away, where `npm test` has it back after 20.
process.env.DREY_TEST_OUTAGE_S ??= values.sample === undefined ? '300' : '20';
if (values.only !== undefined) process.env.DREY_TEST_ONLY = values.only.join('\n');
if (values.record) process.env.DREY_TEST_RECORD = 'true';
const chosen = values.only === undefined && !values.record ? suites : suites.slice(0, 1);
process.argv.splice(2, Infinity, ...chosen.map((suite) => `test/e2e/${suite}`));
await import('./test.ts');
