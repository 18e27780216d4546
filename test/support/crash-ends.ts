/** The jobs of the crash matrix at its end: suspended with all that they have done, so that a lost tail counts, too. */
import { begun, done, homes, phaseOf, refOf } from './crash-jobs.ts';
import { ledgerFolders } from './ledger-spec.ts';
import { folderIn, wrongIn } from './ledger-faults.ts';
import { verifyLedger } from './ledger.ts';
import { drey } from './running-stack.ts';

const { dedicated, older, broken, restored, emptied, beside, abiding } = homes;

/**
 * Jobs whose end is judged, and whether each record is there exactly once. A candidate and its job write down their ends in one folder, where what was
 * written last counts: that is the job's own when its candidate has gone before. A finite job has been judged by its own end.
 */
const judged: ReadonlyMap<string, { readonly isExact: boolean }> = new Map([
  [dedicated.job, { isExact: true }],
  [older.job, { isExact: true }],
  [broken.job, { isExact: true }],
  [restored.job, { isExact: false }],
  [emptied.job, { isExact: false }],
  [beside.job, { isExact: false }],
  [abiding.job, { isExact: false }],
]);

/** What is wrong with what a job has done, in words: nothing, most likely. One that was removed was judged before. */
export async function wrongAtEnd(job: string): Promise<string[]> {
  const { isExact } = judged.get(job) ?? {};
  if (isExact === undefined || (await phaseOf(job)) === 'REMOVED') return [];
  if ((await phaseOf(job)) === 'DUAL_RUNNING') await done(job, begun(drey().discardCandidate(refOf(job))));
  if ((await phaseOf(job)) !== 'RUNNING') await done(job, begun(drey().resumeJob(refOf(job))));
  await done(job, begun(drey().suspendJob(refOf(job))));
  const { spec } = await drey().getJob(refOf(job));
  const folder = folderIn(spec.spec.job.args) ?? job;
  return wrongIn(await verifyLedger(ledgerFolders(folder).out, { final: true }), isExact).map(
    (text) => `${job}: ${text}`,
  );
}
