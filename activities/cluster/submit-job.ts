/** Submits the job, once: its id was made before, so a repeated request finds the job that the first one started. */
import type { FlinkCallOptions, FlinkClient, JobSummary } from '../../clients/flink/client.ts';
import { FlinkRestError } from '../../clients/flink/errors.ts';
import { diagnoseSubmission } from '../../core/diagnosis/submission.ts';
import type { Generation } from '../../core/generation.ts';
import { submissionNotes } from '../../core/manifests/anchor.ts';
import { flinkJobId } from '../../core/names.ts';
import { failed, withFailures } from '../failures.ts';
import { withHeartbeat } from '../heartbeat.ts';
import { noteWhileStarting } from './anchor.ts';
import type { ClusterDependencies, WaitInput } from './dependencies.ts';
import { supervise } from './supervise.ts';

/** Sees to it that the job is known to the JobManager under its id. In application mode the JobManager submits it itself. */
export function submitJob(dependencies: ClusterDependencies, input: WaitInput) {
  const { generation, waitMs } = input;
  const seconds = Math.round(waitMs / 1000);
  return withFailures(() =>
    withHeartbeat(async (signal) => {
      // While it is written Flink is asked already: nothing is processed in these milliseconds.
      const noted = generation.spec.spec.mode === 'dedicated' ? noteSubmission(dependencies, generation) : undefined;
      try {
        return await supervise(dependencies, {
          generation,
          waitMs,
          signal,
          look: async (flink) => {
            const jobs = await seenFirst(flink, noted, signal);
            return submitOnce({ flink, leader: () => dependencies.leader(generation) }, jobs, input, signal);
          },
          whenTimeIsUp: (silence) => ({
            code: 'NO_JOB_SUBMITTED',
            message: `No job was submitted within ${seconds} s${silence ? `: ${silence}` : ''}.`,
            cure: 'The main method must reach exactly one execute(): see the JobManager log (`drey logs job NAME`).',
          }),
        });
      } finally {
        // A note that is written later would be about a generation that may be given up by then.
        await noted?.catch(() => undefined);
      }
    }),
  );
}

/** The jobs that Flink has, once the submission is noted. */
async function seenFirst(flink: FlinkClient, noted: Promise<void> | undefined, signal: AbortSignal) {
  const [jobs] = await Promise.all([flink.jobs({ signal }), noted]);
  return jobs;
}

/** Whoever answers, and the JobManager that leads. */
interface JobManagers {
  readonly flink: FlinkClient;
  readonly leader: () => Promise<FlinkClient>;
}

async function submitOnce(
  { flink, leader }: JobManagers,
  jobs: readonly JobSummary[],
  { generation, waitMs }: WaitInput,
  signal: AbortSignal,
) {
  const id = flinkJobId(generation.identity, generation.submission);
  const strangers = jobs.filter((job) => job.id !== id && job.endedAtMs === undefined);
  // Only the recorded submission may run on a generation: it waits until the others have ended.
  for (const stranger of strangers) if (stranger.state !== 'CANCELLING') await flink.cancel(stranger.id);
  if (strangers.length > 0) return undefined;
  if (jobs.some((job) => job.id === id)) return { detail: `Flink job ${id}` };
  if (generation.spec.spec.mode === 'application') return undefined;
  await run(await leader(), generation, id, { signal, timeoutMs: waitMs });
  return { detail: `Flink job ${id}` };
}

/** The request lasts as long as `main`: sent again while the first one runs, it would run `main` twice. */
async function run(flink: FlinkClient, generation: Generation, jobId: string, call: FlinkCallOptions): Promise<void> {
  const { job } = generation.spec.spec;
  const request = {
    jobId,
    entryClass: job.entryClass,
    args: job.args,
    parallelism: job.parallelism,
    savepointPath: generation.restoreFrom,
    allowNonRestoredState: job.allowNonRestoredState,
  };
  try {
    await flink.runJar(request, call);
  } catch (error) {
    if (!(error instanceof FlinkRestError)) throw error;
    // A first try whose answer was lost may have submitted it: then Flink refuses the second as a duplicate.
    if ((await flink.jobs({ signal: call.signal })).some(({ id }) => id === jobId)) return;
    throw failed(diagnoseSubmission(error.details, generation.spec.spec));
  }
}

/** Writes on the anchor which submission follows, before it is made: whoever finds the anchor knows the job's id. */
async function noteSubmission({ kubernetes }: ClusterDependencies, generation: Generation): Promise<void> {
  await noteWhileStarting(kubernetes, generation, submissionNotes(generation));
}
