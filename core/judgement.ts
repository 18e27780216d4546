/** What becomes of a change that somebody asks for, before anything is done: decided by its job's workflow, and by a dry run. */
import { noCandidate, refusalBesideCandidate, waitingCandidate } from './candidate.ts';
import {
  isLeftUndone,
  isUnchanged,
  refusalOf,
  refusalOfAside,
  type Asked,
  type JudgedJob,
  type Refusal,
} from './job-changes.ts';

/** `repeated`: its key was answered before. `unchanged`: there is nothing to do. `taken`: it makes an operation. */
export type Judgement = 'repeated' | 'unchanged' | 'taken' | Refusal;

/** Of any change. */
export function judge(job: JudgedJob | undefined, asked: Asked): Judgement {
  const isRepeated = job?.answered.some(({ key }) => key === asked.key) ?? false;
  return refusalOf(job, asked) ?? (isRepeated ? 'repeated' : 'taken');
}

/** Of a spec that the job shall have. @param isToBeDone whether its own one is tried again: releases before this one did not ask. */
export function judgeSpec(
  job: JudgedJob | undefined,
  asked: Asked & { readonly specHash: string },
  isToBeDone: (job: JudgedJob) => boolean = isLeftUndone,
): Judgement {
  const judgement = judge(job, asked);
  if (judgement !== 'taken' || !job) return judgement;
  const isThere = isUnchanged(job, asked.specHash) && !isToBeDone(job);
  return isThere ? 'unchanged' : (refusalBesideCandidate(job) ?? 'taken');
}

/** Of a verdict on the job's candidate. */
export function judgeVerdict(job: JudgedJob | undefined, asked: Asked): Judgement {
  const judgement = judge(job, asked);
  return judgement === 'taken' && job && !waitingCandidate(job) ? noCandidate(job) : judgement;
}

/**
 * Of what leaves the job as it is: a savepoint to be taken, or to go.
 * @param wish what else may keep it, looked at before the room in the queue.
 */
export function judgeAside(
  job: JudgedJob | undefined,
  asked: Asked,
  wish: () => object | Refusal | undefined = () => undefined,
): Judgement {
  const judgement = judge(job, asked);
  if (judgement !== 'taken' || !job) return judgement;
  const wished = wish();
  return wished && isRefusal(wished) ? wished : (refusalOfAside(job) ?? 'taken');
}

/** Of a savepoint that shall be taken. */
export function judgeTaking(job: JudgedJob | undefined, asked: Asked, ofCandidate: boolean | undefined): Judgement {
  return judgeAside(job, asked, () => (job && ofCandidate && !waitingCandidate(job) ? noCandidate(job) : undefined));
}

function isRefusal(wish: object): wish is Refusal {
  return 'code' in wish;
}

/**
 * Of an operation that shall give up: the one under way, or one that waits. Also of a job which is to be removed, and the removal
 * itself.
 */
export function judgeAbort(job: JudgedJob | undefined, asked: Asked & { readonly operation: number }): Judgement {
  const judgement = judge(job, asked);
  const isLeaving = typeof judgement === 'object' && judgement.code === 'BEING_REMOVED';
  if (!job || !(isLeaving || judgement === 'taken')) return judgement;
  const isThere = [job.running, ...job.queue].some((one) => one?.record.number === asked.operation);
  return isThere ? 'taken' : operationEnded(asked.operation);
}

function operationEnded(number: number): Refusal {
  return { code: 'OPERATION_ENDED', message: `Operation ${number} neither waits nor runs.` };
}
