/** From which state an operation will start the job, in words. */
import type { ChangePlan } from './change-plan.ts';

export interface KnownState {
  /** The savepoint that the caller named. */
  readonly named?: string | undefined;
  /** What a job that does not run will go on from. */
  readonly waiting?: string | undefined;
}

const empty = 'nothing: the job starts empty';

/** Undefined where nothing is started. */
export function startingPoint({ kind, mode, strategy }: ChangePlan, state: KnownState): string | undefined {
  if (kind === 'adjust' || kind === 'suspend' || kind === 'cancel') return undefined;
  if (kind === 'rescale') return 'a checkpoint that is taken for it: the job is not stopped';
  if (mode === 'restore') return state.named ?? 'the savepoint that was named';
  if (mode === 'stateless') return empty;
  if (kind !== 'upgrade') return state.waiting ?? empty;
  if (strategy === 'blueGreen') return 'a savepoint that is taken for it: the job runs on';
  return mode === 'savepoint' ? 'the savepoint with which the job is stopped' : "the job's newest checkpoint";
}
