/**
 * Advice about a job that nobody has to have given to Drey: the first decision that an autoscaler would make about it, or why it
 * makes none. Whoever asks for advice asks what would be done, so what only forbids to do it is told beside it.
 */
import { decide } from './decide.ts';
import type { AutoscalerInput, Reason, VertexDecision } from './decision.ts';
import { dreyTimes } from './drey-view.ts';
import { emptyMemory } from './memory.ts';
import { whyHeld } from './operator-decision.ts';
import type { AutoscalerPolicy } from './policy.ts';
import type { AutoscaledJob, JobSample } from './samples.ts';
import { span } from './words.ts';

export interface Advice {
  /** The parallelism of every vertex, that of those which stay included; null where nothing is decided (yet). */
  readonly decision: Readonly<Record<string, number>> | null;
  /** Why, first of all; where there is no decision, why not. */
  readonly reason: Reason;
  /** What would keep the autoscaler itself from carrying it out at the moment. */
  readonly held?: Reason;
  /** Where only time is wanting: for how long the job would have to be looked at from now on, milliseconds. */
  readonly takesMs?: number;
  /** In the job's order; empty where there is no decision. */
  readonly vertices: readonly VertexDecision[];
}

/** No decision, and why not. */
export function withoutDecision(code: string, text: string): Advice {
  return { decision: null, reason: { code, text }, vertices: [] };
}

/**
 * Advice at the moment of the newest sample.
 * @param samples oldest first, at least one; all since the job was first looked at.
 */
export function adviceOn(job: AutoscaledJob, samples: readonly JobSample[], policy: AutoscalerPolicy): Advice {
  const input = { policy, nowMs: samples.at(-1)?.atMs ?? 0, job, samples, memory: emptyMemory };
  const { parallelism, reasons, vertices } = decide(unhindered(input));
  const [reason] = reasons;
  if (reason.code === 'STABILIZING') return { decision: null, reason, takesMs: timeTaken(input), vertices: [] };
  if (reason.code === 'WINDOW_NOT_FULL') return notLongEnough(input, reason);
  if (vertices.length === 0) return { decision: null, reason, vertices: [] };
  const held = parallelism && whyHeld(input, parallelism);
  return {
    decision: parallelism ?? Object.fromEntries(job.vertices.map((one) => [one.id, one.parallelism])),
    reason,
    ...(held && { held }),
    vertices,
  };
}

function notLongEnough(input: AutoscalerInput, { code, text }: Reason): Advice {
  const reason = { code, text: `${text} It was looked at for ${span(lookedMs(input))}.` };
  return { decision: null, reason, takesMs: timeTaken(input), vertices: [] };
}

function lookedMs({ nowMs, samples }: AutoscalerInput): number {
  return nowMs - (samples[0]?.atMs ?? nowMs);
}

/** What is left until the job may be judged, and then the window, of two spans between samples at least; one more until the next sample. */
function timeTaken(input: AutoscalerInput): number {
  const { job, nowMs, policy, samples } = input;
  const { stabilizationMs, windowMs } = policy.profile === 'drey' ? dreyTimes(policy.options) : policy.options;
  const leftMs = Math.max(0, (job.runningSinceMs ?? nowMs) + stabilizationMs - nowMs);
  const betweenMs = lookedMs(input) / Math.max(1, samples.length - 1);
  return leftMs + Math.max(windowMs, 2 * betweenMs) + betweenMs;
}

/** Without the two options for which the operator reports a scaling and does not carry it out. */
function unhindered({ policy, ...input }: AutoscalerInput): AutoscalerInput {
  const options = { ...policy.options, scalingEnabled: true, excludedPeriods: [] };
  return { ...input, policy: { ...policy, options } };
}
