/** An operation that gives way to a newer wish for its job: where that does not bring about what was asked for, the caller is told so. */
import { comesAbout, type AskedChange, type AskedOf } from './asked-change.ts';
import type { Failure } from './failure.ts';
import type { OperationKind } from './operation-kinds.ts';
import type { OperationRecord } from './operation.ts';
import type { PlanMode } from './plan/change-plan.ts';

/** What of an operation matters here. */
export interface Wish {
  readonly record: Pick<OperationRecord, 'number' | 'kind' | 'revision'>;
  /** The savepoint that the caller named. */
  readonly restoreFrom?: string | undefined;
  /** What its spec asked for; absent where it has none, or an earlier release took it. */
  readonly asked?: AskedChange | undefined;
  /** What the caller said about the state, for this once. */
  readonly mode?: PlanMode | undefined;
}

/** The operation that takes the place of another. */
export type Successor = Wish;

/** @returns undefined where the successor does what was asked for, or nobody can tell. */
export function supersededWish(wish: Wish, by: Successor): Failure | undefined {
  const words = isDoneBy(wish, by) ? undefined : wordsOf(wish);
  if (!words) return undefined;
  const { number, kind, revision } = by.record;
  const newer = revision === undefined ? `operation ${number} (${kind})` : `revision ${revision}`;
  return {
    code: 'SUPERSEDED',
    message: `Superseded by ${newer}: ${words.not}.`,
    cure: `See operation ${number} for what the job does now; ${words.again} when that has ended, if it is still wanted.`,
  };
}

/** How an operation that was given up says so: for its job it is one like any other, its caller hears that what was asked for does not come. */
export function toldOf(
  failure: Failure,
  wish: Wish,
  by: Successor | undefined,
): Pick<OperationRecord, 'failure' | 'supersededBy'> {
  const superseded = by && failure.code === 'ABORTED' ? supersededWish(wish, by) : undefined;
  return by && superseded ? { failure: superseded, supersededBy: by.record.number } : { failure };
}

/** What decides about the candidate, or ends the job: each is about something else than a spec. */
const verdicts: readonly OperationKind[] = ['promote', 'discard', 'remove'];

function isDoneBy(wish: Wish, by: Successor): boolean {
  if (wish.restoreFrom !== undefined) return by.restoreFrom === wish.restoreFrom;
  if (verdicts.includes(wish.record.kind) || verdicts.includes(by.record.kind))
    return wish.record.kind === by.record.kind;
  const [own, newer] = [askedOf(wish), askedOf(by)];
  return !own || !newer || comesAbout(own, newer);
}

function askedOf({ asked, mode }: Wish): AskedOf | undefined {
  return asked && { asked, isStateless: mode === 'stateless' };
}

interface Words {
  readonly not: string;
  readonly again: string;
}

const wordsOfVerbs = {
  suspend: { not: 'the job was not suspended', again: 'suspend it again' },
  cancel: { not: 'the job was not canceled', again: 'cancel it again' },
  resume: { not: 'the job was not resumed', again: 'resume it again' },
  restart: { not: 'the job was not restarted', again: 'restart it again' },
  scale: { not: 'the job was not scaled', again: 'scale it again' },
  rollback: { not: 'the job was not rolled back', again: 'roll it back again' },
  promote: { not: 'the candidate was not promoted', again: 'decide about a candidate again' },
  discard: { not: 'the candidate was not discarded', again: 'decide about a candidate again' },
} satisfies Record<string, Words>;

/** Undefined for what nobody asked for, or nobody knows any more how. */
function wordsOf({ record, restoreFrom, asked }: Wish): Words | undefined {
  if (restoreFrom !== undefined)
    return { not: `the job was not started from ${restoreFrom}`, again: 'restore the savepoint again' };
  const { kind, revision } = record;
  if (kind === 'promote' || kind === 'discard') return wordsOfVerbs[kind];
  if (!asked) return undefined;
  if (asked.verb) return wordsOfVerbs[asked.verb];
  return { not: `revision ${revision ?? 'of its spec'} was not brought about`, again: 'apply it again' };
}
