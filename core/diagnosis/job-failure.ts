/** Why a job that Flink took has failed, or cannot make its checkpoints. */
import type { Failure } from '../failure.ts';
import type { JobFacts } from './job-facts.ts';
import { memoryRules, restoreRules, slotRules } from './restore-rules.ts';
import { because, diagnoseTrace, type Rule } from './rules.ts';
import { storageRules } from './storage-rules.ts';

const lostRules: readonly Rule[] = [
  {
    sign: /(?:TaskManager|TaskExecutor|heartbeat).* (?:timed out|is no longer reachable|lost|closed)|Connection unexpectedly closed by remote task manager|The TaskExecutor is shutting down/i,
    verdict: (_found, _facts, root) => {
      return {
        code: 'JOB_FAILED',
        message: `A TaskManager was lost: ${because(root)}`,
        cure: 'See why its pod ended (`drey describe job NAME`): most often it was out of memory or its node was drained.',
      };
    },
  },
];

/** In application mode a main method that throws fails a job: Flink's own placeholder, or the one under way. */
const mainMethodRules: readonly Rule[] = [
  {
    sign: /ProgramInvocationException: The main method caused an error/,
    verdict: (_found, _facts, root) => {
      return {
        code: 'MAIN_METHOD_THREW',
        message: `The main method threw ${because(root)}`,
        cure: 'Mend the program, its arguments (spec.job.args) or what it connects to, and apply again.',
      };
    },
  },
];

/** Flink 2.3 fails a job so that it finds in its high-availability data while its application is over. */
const applicationRules: readonly Rule[] = [
  {
    sign: /FlinkException: Job recovery is not needed/,
    verdict: () => {
      return {
        code: 'JOB_FAILED',
        message:
          'A new JobManager did not take up the job, for its application had ended or failed, most likely in its main method.',
        cure: 'See what the main method said in the JobManager log (`drey logs job NAME`).',
      };
    },
  },
];

const jobRules = [
  ...slotRules,
  ...storageRules,
  ...restoreRules,
  ...memoryRules,
  ...mainMethodRules,
  ...applicationRules,
  ...lostRules,
];

/** Why a job failed. `trace` is its root exception; empty where Flink told none. */
export function diagnoseJobFailure(trace: string, facts: JobFacts): Failure {
  return diagnoseTrace(trace, facts, jobRules, (root) => {
    return {
      code: 'JOB_FAILED',
      message: `The job failed: ${because(root)}`,
      cure: 'Mend what the exception names in the program, its data or what it connects to, and apply again.',
    };
  });
}

const checkpointRules: readonly Rule[] = [
  ...storageRules,
  ...memoryRules,
  {
    sign: /Checkpoint expired before completing|timed out|TimeoutException/i,
    verdict: () => {
      return {
        code: 'CHECKPOINT_TIMED_OUT',
        message: 'The checkpoint did not complete within its timeout.',
        cure: 'See the checkpoints in the Flink UI: most often a task is backpressured. Raise execution.checkpointing.timeout, or the resources.',
      };
    },
  },
];

/** Why a checkpoint failed. `trace` is the failure that Flink reports for it. */
export function diagnoseCheckpointFailure(trace: string, facts: JobFacts): Failure {
  return diagnoseTrace(trace, facts, checkpointRules, (root) => {
    return {
      code: 'CHECKPOINT_FAILED',
      message: `The checkpoint failed: ${because(root)}`,
      cure: 'Mend what the exception names; a job that cannot make checkpoints loses its progress at the next failure.',
    };
  });
}

/** The words of Flink's asynchronous state, 2.0 to 2.3, whose backends write only their own form. */
const formatRules: readonly Rule[] = [
  {
    sign: /UnsupportedOperationException: Not supported yet/,
    verdict: () => {
      return {
        code: 'SAVEPOINT_FAILED',
        message:
          'The savepoint failed: the job keeps its state asynchronously, which cannot be written in canonical format.',
        cure: 'Take it in native format; the job goes on from its newest checkpoint.',
      };
    },
  },
];

/** Why a savepoint failed. `trace` is the failure that Flink reports for it. */
export function diagnoseSavepointFailure(trace: string, facts: JobFacts): Failure {
  return diagnoseTrace(trace, facts, [...storageRules, ...memoryRules, ...formatRules], (root) => {
    return {
      code: 'SAVEPOINT_FAILED',
      message: `The savepoint failed: ${because(root)}`,
      cure: 'Mend what the exception names and ask again; the job goes on from its newest checkpoint.',
    };
  });
}
