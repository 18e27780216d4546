/**
 * Which suites on the whole product `npm test` runs when nothing is named: as many as fit into its time, drawn by a seed, so that
 * each has its turn. `npm test -- test/e2e` runs all of them.
 */
import { createHash } from 'node:crypto';
import { basename } from 'node:path';
import { isOnProduct } from './test-suites.ts';

/**
 * What each takes, in seconds, on a machine of two cores that does nothing else; one that is not listed counts as a long one. Where one of its
 * cases is drawn and they differ much, as the autoscaler's do, the longest of them counts.
 */
const seconds: Readonly<Record<string, number>> = {
  autoscaler: 590,
  'autoscaler-memory': 120,
  'blue-green': 220,
  concurrency: 35,
  'clock-skew': 140,
  'crash-matrix': 110,
  endings: 220,
  failures: 280,
  faults: 95,
  'flink-versions': 225,
  identity: 65,
  lifecycle: 95,
  'lost-operations': 150,
  outages: 200,
  pairs: 105,
  prime: 150,
  recovery: 125,
  'recovery-job-manager': 80,
  'recovery-objects': 35,
  'recovery-outside': 80,
  'recovery-pods': 60,
  'recovery-program': 60,
  rescale: 310,
  rollover: 80,
  rounds: 65,
  savepoints: 335,
  scenarios: 315,
  soak: 75,
  'stop-crashes': 90,
  upgrade: 430,
};
const secondsOfOthers = 300;

/** Twenty-five minutes: with what stands before and beside it, a run takes about forty. */
const budgetSeconds = 1_500;

/** Of these files those on the whole product that are not drawn this time. The same seed leaves out the same ones. */
export function leftOut(testFiles: readonly string[], seed: number, budget = budgetSeconds): readonly string[] {
  const suites = testFiles.filter(isOnProduct).map((file) => ({ file, suite: basename(file, '.test.ts') }));
  const lot = (suite: string) => createHash('sha256').update(`${seed} ${suite}`).digest('hex');
  const shuffled = suites.map((one) => ({ ...one, at: lot(one.suite) })).toSorted((a, b) => (a.at < b.at ? -1 : 1));
  let left = budget;
  return shuffled.flatMap(({ file, suite }) => {
    const needed = seconds[suite] ?? secondsOfOthers;
    if (needed > left) return [file];
    left -= needed;
    return [];
  });
}
