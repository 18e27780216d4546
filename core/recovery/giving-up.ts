/** What a reader is told of a job that is not brought back: what was tried, what to do, and the command that resumes it. */
import { cutEvidence, type Failure } from '../failure.ts';
import type { FlinkJob } from '../schema/flink-job.ts';
import { shorten } from '../spec/problem.ts';
import { thatReached, type RecoveryAttempt } from './budget.ts';
import type { MemoryRaise } from './memory.ts';
import { counted } from './words.ts';

/** What actions are called in sentences. */
const actionWords: Readonly<Record<RecoveryAttempt['action'], string>> = {
  restart: 'started again',
  restartCluster: 'started in a new Flink cluster',
  raiseMemory: 'started with more memory',
  heal: 'objects put back',
  rollBack: 'rolled back',
};

/** All attempts were made, and none lasted. */
export function budgetUsed(failure: Failure, made: readonly RecoveryAttempt[], { metadata }: FlinkJob): Failure {
  const asked = thatReached(made);
  return {
    code: 'NOT_BROUGHT_BACK',
    message: `The job is not brought back any more: ${counted(asked.length, 'attempt')} did not last. ${failure.message}`,
    cure: withCommand(failure.cure, metadata.name),
    evidence: cutEvidence(
      [...(failure.evidence ? [failure.evidence] : []), 'What was tried:', ...tried(asked)].join('\n'),
    ),
  };
}

function tried(made: readonly RecoveryAttempt[]): readonly string[] {
  return made.map(({ atMs, action, reason, hasSucceeded, message, outcome }) => {
    const end = hasSucceeded ? 'ran again for a while' : `did not run again${outcome ? ` (${shorten(outcome)})` : ''}`;
    return `${new Date(atMs).toISOString()} ${actionWords[action]} for ${reason}, ${end}: ${shorten(message)}`;
  });
}

/** No attempt is made: it would end as the one before. */
export function retryUseless(failure: Failure, { metadata }: FlinkJob): Failure {
  return {
    ...failure,
    message: `${failure.message} It is not tried again: without a change it would end the same.`,
    cure: withCommand(failure.cure, metadata.name),
  };
}

/** No attempt is made: the spec says so. */
export function neverTried(failure: Failure, { metadata }: FlinkJob): Failure {
  return {
    ...failure,
    message: `${failure.message} It is not brought back, for spec.recovery.policy is never.`,
    cure: withCommand(failure.cure, metadata.name),
  };
}

/** There is no room for the memory that it was given. */
export function withoutRoom(failure: Failure, memory: MemoryRaise | undefined): Failure {
  const back = memory ? `the ${memory.from} of before, for ${memory.to} find no room` : 'the memory of before';
  return { ...failure, message: `${failure.message} It is started again with ${back}.` };
}

/** A person took it back. */
export function recoveryAborted(failure: Failure, { metadata }: FlinkJob): Failure {
  return {
    ...failure,
    message: `${failure.message} Bringing it back was given up, as somebody asked.`,
    cure: withCommand(failure.cure, metadata.name),
  };
}

/** What is said of a revision that the one before it has taken the place of. */
export function rolledBack(failure: Failure, to: number): Failure {
  return {
    ...failure,
    message: `${failure.message} Soon after its upgrade, the job was rolled back to revision ${to}.`,
    cure: `${failure.cure} Then apply again.`,
  };
}

/** The one command that lets a job go on. */
export function resumeCommand(name: string): string {
  return `drey resume ${name}`;
}

function withCommand(cure: string, name: string): string {
  return `${cure} Then \`${resumeCommand(name)}\` lets the job go on from its newest restore point.`;
}
