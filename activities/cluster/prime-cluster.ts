/**
 * Primes a warm Flink cluster before the job that runs is stopped for it: a tiny job of ours makes its processes load and
 * compile what any job needs. That never fails an operation; a `main` that throws, where the spec lets it be run, does.
 */
import { FlinkRestError } from '../../clients/flink/errors.ts';
import { diagnoseSubmission } from '../../core/diagnosis/submission.ts';
import { flinkJobId } from '../../core/names.ts';
import { failed, withFailures } from '../failures.ts';
import { withHeartbeat } from '../heartbeat.ts';
import type { ClusterDependencies, WaitInput } from './dependencies.ts';
import { waitSlots } from './flink-waits.ts';
import { PrimeJob } from './prime-job.ts';
import { supervise } from './supervise.ts';

/** Repeatable: the tiny job's id was made before, so a second attempt finds the first one's job. */
export function primeCluster(dependencies: ClusterDependencies, input: WaitInput): Promise<{ detail: string }> {
  const { generation } = input;
  return withFailures(() =>
    withHeartbeat(async (signal) => {
      const planned = generation.spec.spec.upgrade.prime === 'plan' ? [await plan(dependencies, input, signal)] : [];
      const flink = await dependencies.leader(generation);
      const subject = { flink, generation, jar: dependencies.primeJob, signal };
      const { trouble } = await new PrimeJob(subject).run();
      // A process that was lost with it must be back before the running job is stopped.
      if (trouble !== undefined) await waitSlots(dependencies, input);
      const told = trouble === undefined ? 'a tiny job has run' : `the tiny job is skipped: ${trouble}`;
      return { detail: [...planned, told].join('; ') };
    }),
  );
}

/** Runs the user's `main` up to the job graph. @throws what its submission would fail with. */
function plan(dependencies: ClusterDependencies, { generation, waitMs }: WaitInput, signal: AbortSignal) {
  const { entryClass, args, parallelism } = generation.spec.spec.job;
  const request = { jobId: flinkJobId(generation.identity, generation.submission), entryClass, args, parallelism };
  return supervise(dependencies, {
    generation,
    waitMs,
    signal,
    look: async (flink) => {
      await flink.planJar(request, { signal, timeoutMs: waitMs }).catch((error: unknown) => {
        throw error instanceof FlinkRestError ? failed(diagnoseSubmission(error.details, generation.spec.spec)) : error;
      });
      return 'the main method has made its job graph';
    },
    whenTimeIsUp: (silence) => ({
      code: 'NO_JOB_SUBMITTED',
      message: `The main method made no job graph within ${Math.round(waitMs / 1000)} s${silence ? `: ${silence}` : ''}.`,
      cure: 'See the JobManager log (`drey logs job NAME`); set spec.upgrade.prime to `runtime` where main cannot run beforehand.',
    }),
  });
}
