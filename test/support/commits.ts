/** What a ledger job commits from now on: a double or a gap is in the files only with the next commit. */
import { existsSync, readdirSync } from 'node:fs';
import { waitUntil } from '../../deploy/dev/process.ts';

/** By writer, how many files it has committed. A writer is one subtask of one attempt. @param names those in the result's folder */
export function commitsIn(names: readonly string[]): ReadonlyMap<string, number> {
  const commits = new Map<string, number>();
  for (const name of names) {
    // Hidden files are still being written.
    const writer = /^part-(.+)-\d+$/.exec(name)?.[1];
    if (writer !== undefined) commits.set(writer, (commits.get(writer) ?? 0) + 1);
  }
  return commits;
}

/** How many writers have committed at least so often since. */
export function writersSince(
  before: ReadonlyMap<string, number>,
  now: ReadonlyMap<string, number>,
  times: number,
): number {
  return [...now].filter(([writer, count]) => count - (before.get(writer) ?? 0) >= times).length;
}

/** The first may have been on its way before; with the second of one writer, all of the others' first ones are there. */
const commitsAwaited = 2;

/** Waits until each of so many jobs that write there has committed what it has done since now. */
export async function awaitCommits(out: string, jobs: number): Promise<void> {
  // Before its first record a job has no folder.
  const now = () => commitsIn(existsSync(out) ? readdirSync(out) : []);
  const before = now();
  const isThere = async () => writersSince(before, now(), commitsAwaited) >= jobs;
  await waitUntil(isThere, { what: `commits of ${jobs} jobs in ${out}`, timeoutMs: 180_000, stepMs: 200 });
}
