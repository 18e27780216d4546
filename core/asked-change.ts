/** What an accepted spec asks of its job, as far as a newer one may ask for something else. */
import { hashOf } from './names.ts';
import type { FlinkJob, JobSpec } from './schema/flink-job.ts';
import { specHash } from './spec/canonical.ts';

/** The short words that make a spec of the job's own, but for the one that names a savepoint. */
export type ChangeVerb = 'suspend' | 'cancel' | 'resume' | 'restart' | 'scale' | 'rollback';

export interface AskedChange {
  /** Absent where a whole spec was applied. */
  readonly verb?: ChangeVerb;
  readonly state: JobSpec['state'];
  readonly restartNonce: number;
  /** Hash of the job's parallelism and of that of single vertices. */
  readonly parallelism: string;
  /** Hash of all that no short word changes by itself. */
  readonly rest: string;
}

/** @param verb the short word that asked for it, if one did. */
export function askedChange(job: FlinkJob, verb: ChangeVerb | undefined): AskedChange {
  const { state, restartNonce = 0, ...spec } = job.spec;
  const { parallelism, vertexParallelism = {}, slots: _followsParallelism, ...program } = spec.job;
  const ids = Object.keys(vertexParallelism).toSorted();
  const each = ids.map((id) => [id, vertexParallelism[id]]);
  return {
    ...(verb && { verb }),
    state,
    restartNonce,
    parallelism: hashOf('parallelism', JSON.stringify([parallelism, each])),
    rest: specHash({ ...job, spec: { ...spec, state: 'running', job: { ...program, parallelism: 1 } } }),
  };
}

/** What of an operation tells what its caller asked for. */
export interface AskedOf {
  readonly asked: AskedChange;
  /** Whether the job's state is to be left behind, for this once. */
  readonly isStateless: boolean;
}

/** Whether what `by` asks for brings about what was asked for before it. */
export function comesAbout({ asked, isStateless }: AskedOf, by: AskedOf): boolean {
  if (asked.state !== by.asked.state || (isStateless && !by.isStateless)) return false;
  // Each start after it is one that it asked for.
  if (asked.verb === 'restart') return by.asked.restartNonce >= asked.restartNonce;
  if (asked.verb === 'scale') return by.asked.parallelism === asked.parallelism;
  // Of an applied spec a newer one takes the place; what a person went back to is meant as it was.
  return asked.verb !== 'rollback' || by.asked.rest === asked.rest;
}
