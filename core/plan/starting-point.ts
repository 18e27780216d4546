/** From which state an operation will start the job, in words. */
import type { ChangePlan } from './change-plan.ts';

/** @param waiting the restore point that a stopped job waits with. */
export function startingPoint({ kind, mode, strategy }: ChangePlan, waiting: string | undefined): string | undefined {
  if (kind === 'adjust' || kind === 'suspend' || kind === 'cancel') return undefined;
  if (kind === 'rescale') return 'a checkpoint that is taken for it: the job is not stopped';
  if (kind !== 'upgrade') return waiting ?? 'nothing: the job starts empty';
  if ((mode === 'savepoint' || mode === 'last-state') && strategy === 'blueGreen')
    return 'a savepoint that is taken for it: the job runs on';
  if (mode === 'restore') return 'the savepoint that was named';
  if (mode === 'savepoint') return 'the savepoint with which the job is stopped';
  if (mode === 'last-state') return "the job's newest checkpoint";
  return 'nothing: the job starts empty';
}
