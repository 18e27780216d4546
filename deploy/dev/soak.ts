/**
 * `npm run test:soak [-- --minutes N] [-- --jobs N] [-- --seed S]`: jobs under changing load, with random operations, while a random
 * process or pod is struck every 10 s; 20 minutes and 5 jobs unless told. The same seed draws the same operations and strikes.
 */
import { parseArgs } from 'node:util';

const options = { minutes: { type: 'string' }, jobs: { type: 'string' }, seed: { type: 'string' } } as const;
const { values } = parseArgs({ options });
process.env.DREY_TEST_SOAK_MINUTES = values.minutes ?? '20';
process.env.DREY_TEST_SOAK_JOBS = values.jobs ?? '5';
if (values.seed !== undefined) process.env.DREY_TEST_SEED = values.seed;
process.argv.splice(2, Infinity, 'test/e2e/soak');
await import('./test.ts');
