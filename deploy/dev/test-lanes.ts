/** What of `npm test` runs side by side: each lane is a test runner of its own, which takes its suites one after another. */
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { productPattern } from './test-suites.ts';

export interface Lane {
  readonly name: string;
  /** A pattern of the paths that are not this lane's. */
  readonly not?: string;
}

/** Suites on the whole product share its cluster and take turns. What has parts of its own, or none, runs beside them. */
const sideBySide: readonly Lane[] = [
  { name: 'product', not: `^(?!.*${productPattern})` },
  { name: 'parts', not: productPattern },
];
const one: readonly Lane[] = [{ name: 'all' }];

/** The lanes of these test files: one where there would be nothing beside it. */
export function lanesOf(testFiles: readonly string[]): readonly Lane[] {
  const isUsed = ({ not = '' }: Lane) => testFiles.some((file) => !new RegExp(not).test(file));
  return sideBySide.every(isUsed) ? sideBySide : one;
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
