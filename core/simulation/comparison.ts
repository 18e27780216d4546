/** What a policy would have done, beside what was done. */
import type { AutoscalerDecision, Reason } from '../autoscaler/decision.ts';
import { slotsOf } from '../autoscaler/quota.ts';
import type { DecisionOutcome, DecisionRecord } from '../scaling/decision-record.ts';
import type { Judged } from './replay.ts';

/** One vertex: what it had, what it got, and what it would have got. */
export interface ComparedVertex {
  readonly id: string;
  readonly name: string;
  readonly parallelism: number;
  readonly done: number;
  readonly would: number;
}

/** A time at which the job was to be another size: by the policy, by what was decided then, or both. */
export interface Comparison {
  readonly atMs: number;
  /** The last moment at which the policy asked for it. */
  readonly untilMs: number;
  /** What was decided then; absent: nothing. */
  readonly done?: { readonly decision: number; readonly outcome: DecisionOutcome };
  /** Whether the policy decides otherwise than was decided then, carried out or not. */
  readonly differs: boolean;
  /** Those that changed, or would have. */
  readonly vertices: readonly ComparedVertex[];
  /** The policy's. */
  readonly reason: Reason;
}

export interface Totals {
  readonly rescales: number;
  /** Slots times hours. */
  readonly slotHours: number;
}

export interface SimulationSummary {
  /** Moments at which the policy could decide, and at which it could not for want of samples. */
  readonly judged: number;
  readonly notJudged: number;
  /** The time that was measured. */
  readonly hours: number;
  readonly done: Totals;
  readonly would: Totals;
  /** How many of the comparisons differ. */
  readonly differing: number;
}

/** A wish of the policy, for as long as it held on. */
interface Spell {
  /** The moments at which it was wished, the oldest first. */
  readonly moments: readonly [Judged, ...Judged[]];
  readonly lastMs: number;
}

type Sizes = Readonly<Record<string, number>>;

/** Longer than this, the job was not measured, or did not run. */
const gapMostMs = 10 * 60_000;

/**
 * The times at which anything was or would have been done, the oldest first.
 * @param settleMs a wish that comes again within so long, of a job that is as it was, is the same wish
 */
export function compare(
  judged: readonly Judged[],
  decisions: readonly DecisionRecord[],
  settleMs: number,
): readonly Comparison[] {
  const spells = spellsOf(judged, settleMs);
  const taken = new Set<DecisionRecord>();
  const wished = spells.map((spell) => {
    const during = decisions.filter(
      ({ at }) => Date.parse(at) >= spell.moments[0].atMs && Date.parse(at) <= spell.lastMs,
    );
    for (const one of during) taken.add(one);
    const decisive = during.find(({ outcome }) => isDone(outcome)) ?? during.at(-1);
    return ofSpell(spell, decisive);
  });
  const others = decisions.filter((one) => !taken.has(one)).flatMap((one) => ofDecision(one, judged));
  return [...wished, ...others].toSorted((one, other) => one.atMs - other.atMs);
}

/** What all of it comes to. */
export function summaryOf(judged: readonly Judged[], comparisons: readonly Comparison[]): SimulationSummary {
  const known = judged.filter(({ decision }) => decision.vertices.length > 0).length;
  const spans = judged.slice(0, -1).map((one, index) => {
    const ms = Math.min(gapMostMs, (judged[index + 1]?.atMs ?? one.atMs) - one.atMs);
    const { vertices } = one.job;
    return { hours: ms, done: ms * slotsOf(vertices, {}), would: ms * slotsOf(vertices, wishOf(one)) };
  });
  const sum = (of: 'hours' | 'done' | 'would') => spans.reduce((total, span) => total + span[of], 0) / 3_600_000;
  return {
    judged: known,
    notJudged: judged.length - known,
    hours: sum('hours'),
    done: {
      rescales: comparisons.filter(({ done }) => done && isDone(done.outcome)).length,
      slotHours: sum('done'),
    },
    would: {
      rescales: comparisons.filter(({ vertices }) => vertices.some((one) => one.would !== one.parallelism)).length,
      slotHours: sum('would'),
    },
    differing: comparisons.filter(({ differs }) => differs).length,
  };
}

function spellsOf(judged: readonly Judged[], settleMs: number): readonly Spell[] {
  const spells: Spell[] = [];
  for (const one of judged) {
    if (Object.keys(wishOf(one)).length === 0) continue;
    const last = spells.at(-1);
    if (last && goesOn(last, one, settleMs))
      spells[spells.length - 1] = { moments: [...last.moments, one], lastMs: one.atMs };
    else spells.push({ moments: [one], lastMs: one.atMs });
  }
  return spells;
}

/** The same job, the same direction, and not long after: it would have been carried out already. */
function goesOn({ moments: [first], lastMs }: Spell, now: Judged, settleMs: number): boolean {
  if (now.atMs - lastMs > Math.max(settleMs, gapMostMs)) return false;
  const was = sizesOf(first);
  const [asked, asks] = [wishOf(first), wishOf(now)];
  return Object.entries(sizesOf(now)).every(([id, size]) => {
    const [before, after] = [Math.sign((asked[id] ?? size) - size), Math.sign((asks[id] ?? size) - size)];
    return was[id] === size && before * after >= 0;
  });
}

function sizesOf({ job }: Judged): Sizes {
  return Object.fromEntries(job.vertices.map(({ id, parallelism }) => [id, parallelism]));
}

/** The vertices that the policy would change, and to what. */
function wishOf({
  job,
  decision,
}: {
  readonly job: Judged['job'];
  readonly decision: Pick<AutoscalerDecision, 'parallelism'>;
}): Sizes {
  const changed = job.vertices.filter(
    ({ id, parallelism }) => (decision.parallelism?.[id] ?? parallelism) !== parallelism,
  );
  return Object.fromEntries(changed.map(({ id, parallelism }) => [id, decision.parallelism?.[id] ?? parallelism]));
}

/** It has changed what runs, or does so still. */
function isDone(outcome: DecisionOutcome): boolean {
  return outcome === 'carriedOut' || outcome === 'underWay';
}

/** The policy's wish at the time of the decision, or, where nothing was decided, its first one. */
function ofSpell({ moments, lastMs }: Spell, decided: DecisionRecord | undefined): Comparison {
  const [first] = moments;
  const decidedMs = decided === undefined ? first.atMs : Date.parse(decided.at);
  const then = moments.findLast(({ atMs }) => atMs <= decidedMs) ?? first;
  return { atMs: first.atMs, untilMs: lastMs, ...compared(then, wishOf(then), decided) };
}

/** A decision at whose time the policy would have left the job as it was. */
function ofDecision(decided: DecisionRecord, judged: readonly Judged[]): readonly Comparison[] {
  const atMs = Date.parse(decided.at);
  const then = judged.findLast((one) => one.atMs <= atMs);
  return then ? [{ atMs, untilMs: atMs, ...compared(then, {}, decided) }] : [];
}

function compared(
  { job, decision }: Judged,
  would: Sizes,
  decided: DecisionRecord | undefined,
): Omit<Comparison, 'atMs' | 'untilMs'> {
  const was = decided ? wishOf({ job, decision: decided }) : {};
  const got = decided && isDone(decided.outcome) ? was : {};
  const vertices = job.vertices
    .filter(({ id }) => id in would || id in was)
    .map(({ id, name, parallelism }) => ({
      id,
      name,
      parallelism,
      done: got[id] ?? parallelism,
      would: would[id] ?? parallelism,
    }));
  return {
    ...(decided && { done: { decision: decided.number, outcome: decided.outcome } }),
    differs: vertices.some(({ id }) => was[id] !== would[id]),
    vertices,
    reason: decision.reasons[0],
  };
}
