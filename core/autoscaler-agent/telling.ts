/**
 * Which decisions a job's autoscaler is told: those that may act, each once. So a job that is as it should be costs no action of
 * Temporal, nor one of which always the same is to be said.
 */
import type { AutoscalerDecision } from '../autoscaler/decision.ts';
import type { JobVertex } from '../autoscaler/samples.ts';
import { hashOf } from '../names.ts';

/** What was told last. */
export interface ToldDecision {
  readonly digest: string;
  /** By the steady clock of the process that told it, or that read that it was told. */
  readonly atMs: number;
  /** How often something was told of the job as it is. */
  readonly times: number;
}

const minute = 60_000;

/** Something else than was told waits for so long after that, and each time twice as long: a target may waver. */
const otherAfterMs: Readonly<Record<Acting, Wait>> = {
  scale: { first: minute, most: 60 * minute },
  advise: { first: 10 * minute, most: 24 * 60 * minute },
};

/** A scaling that was told and has not come about is told again after so long. */
const againAfterMs: Wait = { first: 10 * minute, most: 60 * minute };

type Acting = Exclude<AutoscalerDecision['action'], 'none'>;

interface Wait {
  readonly first: number;
  readonly most: number;
}

/**
 * What of a decision counts: `<job as it is>-<action>-<what it shall become>`, the two as 12 hex digits; its id and its time do not. Undefined
 * where nothing would be done.
 */
export function digestOfDecision(decision: AutoscalerDecision, vertices: readonly JobVertex[]): string | undefined {
  const { action, parallelism, memoryAdvice } = decision;
  if (action === 'none') return undefined;
  // With a scaling, memory is told along: what wavers of that alone is no other scaling.
  const advice = action === 'advise' ? [memoryAdvice?.options, memoryAdvice?.removed] : [];
  const to = [byVertex(Object.entries(parallelism ?? {})), ...advice];
  return `${digestOfJob(vertices)}-${action}-${short(to)}`;
}

/** Whether a decision with this digest is told now. */
export function isToBeTold(digest: string | undefined, told: ToldDecision | undefined, nowMs: number): boolean {
  if (digest === undefined) return false;
  if (told === undefined) return true;
  const [job, action] = digest.split('-');
  const [toldJob, toldAction] = told.digest.split('-');
  if (job !== toldJob || (action !== toldAction && action === 'scale')) return true;
  const isSame = digest === told.digest;
  if (action === 'advise') return !isSame && nowMs - told.atMs >= waitOf(otherAfterMs.advise, told.times);
  return nowMs - told.atMs >= waitOf(isSame ? againAfterMs : otherAfterMs.scale, told.times);
}

/** What was told last, once this was. */
export function toldNow(digest: string, before: ToldDecision | undefined, nowMs: number): ToldDecision {
  const isOfSameJob = before !== undefined && jobOf(before.digest) === jobOf(digest);
  return { digest, atMs: nowMs, times: isOfSameJob ? before.times + 1 : 1 };
}

/** What was told counts as long as the job is as it was then: one that was scaled, and needs the same again, is told so. */
export function stillTold(told: ToldDecision | undefined, vertices: readonly JobVertex[]): ToldDecision | undefined {
  return told !== undefined && jobOf(told.digest) === digestOfJob(vertices) ? told : undefined;
}

function jobOf(digest: string): string | undefined {
  return digest.split('-')[0];
}

function digestOfJob(vertices: readonly JobVertex[]): string {
  return short(byVertex(vertices.map(({ id, parallelism }) => [id, parallelism])));
}

function byVertex(parallelism: readonly (readonly [id: string, of: number])[]) {
  return parallelism.toSorted(([one], [other]) => (one < other ? -1 : 1));
}

function short(value: unknown): string {
  return hashOf('autoscaler', JSON.stringify(value)).slice(0, 12);
}

function waitOf({ first, most }: Wait, times: number): number {
  return Math.min(most, first * 2 ** (times - 1));
}
