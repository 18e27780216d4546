/** What a ledger says that should not be. */
import type { LedgerReport } from './ledger.ts';

/** The folder where a job with these arguments writes; undefined where they say none. */
export function folderIn(args: readonly string[]): string | undefined {
  return /\/ledger\/([^/]+)\/out$/.exec(args[args.indexOf('--out') + 1] ?? '')?.[1];
}

/** What a report says that should not be, in words. */
export function wrongIn(report: Omit<LedgerReport, 'good'>, isExact: boolean): string[] {
  const { missing, mismatches, damaged, beyondEnd, doubled, outOfOrder } = report;
  const always = { missing, mismatches, damaged };
  const counts = isExact ? { ...always, beyondEnd, doubled, outOfOrder } : always;
  return Object.entries(counts).flatMap(([what, count]) => (count === 0 ? [] : [`${count} ${what}`]));
}
