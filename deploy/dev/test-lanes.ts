/** What of `npm test` runs side by side: each lane is a test runner of its own, which takes its suites one after another. */
import { existsSync, readFileSync, rmSync } from 'node:fs';

export interface Lane {
  readonly name: string;
  /** A pattern of the paths that are not this lane's. */
  readonly not: string;
  /** As Node's `os.setPriority` has it: 0 is usual, 19 yields to all. */
  readonly niceness?: number;
}

/** What stands for a test stack, with the lanes that use it. */
export interface LanesOfStack {
  /** Behind the name of the test instance. */
  readonly suffix: string;
  readonly lanes: readonly Lane[];
}

const product = '/test/e2e/';
const faults =
  '/test/e2e/(crash-matrix|failures|faults|lifecycle|lost-operations|outages|pairs|prime|recovery|rollover|rounds|soak|stop-crashes)';
const everythingBut = (pattern: string) => `^(?!.*${pattern})`;

/**
 * Suites on the whole product share its cluster and take turns. Those that break it on purpose mostly wait, for a bound or a
 * restart, and have a stack of their own, where they strike nobody else. What has parts of its own, or none, runs beside both.
 */
const stacks: readonly LanesOfStack[] = [
  {
    suffix: '',
    lanes: [
      { name: 'operations', not: `${everythingBut(product)}|${faults}` },
      { name: 'parts', not: product, niceness: 10 },
    ],
  },
  { suffix: '2', lanes: [{ name: 'faults', not: everythingBut(faults) }] },
];

/** The stacks and lanes that these test files need. */
export function stacksFor(testFiles: readonly string[]): readonly LanesOfStack[] {
  return stacks
    .map(({ suffix, lanes }) => ({ suffix, lanes: lanes.filter((lane) => filesOf(lane, testFiles).length > 0) }))
    .filter(({ lanes }) => lanes.length > 0);
}

/** Those of the test files that are the lane's. */
export function filesOf({ not }: Lane, testFiles: readonly string[]): readonly string[] {
  return testFiles.filter((file) => !new RegExp(not).test(file));
}

/** The sum of what the lanes' reporters left in these files, which go. A lane that left nothing has failed. */
export function takeCounts(files: readonly string[]): string {
  const counts = files.map((file) => {
    const text = existsSync(file) ? readFileSync(file, 'utf8') : '';
    rmSync(file, { force: true });
    const [, passed = 0, failed = 1] = /(\d+) passed, (\d+) failed/.exec(text) ?? [];
    return { passed: Number(passed), failed: Number(failed) };
  });
  const sum = (of: 'passed' | 'failed') => counts.reduce((total, lane) => total + lane[of], 0);
  return `${sum('passed')} passed, ${sum('failed')} failed`;
}
