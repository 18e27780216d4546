/** Reads the jobs of a Flink cluster as the agent does, at a steady pace, until each has its first decision. */
import { setMaxListeners } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import type { FlinkCallOptions, FlinkClient, JobSummary } from '../../clients/flink/client.ts';
import { unlessRefused } from '../../clients/flink/errors.ts';
import { readFlinkCluster } from '../../clients/flink/read-cluster.ts';
import type { ProfileName } from '../../core/autoscaler/policy.ts';
import { isAutoscalerKey, withOptions } from '../../core/schema/autoscaler-options.ts';
import { AdvisedJob, hasEnded } from './advised-job.ts';
import { jobsAt, orExplained } from './flink-cluster.ts';

/** What advice is asked for. */
export interface Question {
  /** One job; without it, all. */
  readonly jobId: string | undefined;
  readonly profile: ProfileName;
  /** `job.autoscaler.*` that go before what the jobs' configurations say. */
  readonly set: Readonly<Record<string, string>>;
  readonly intervalMs: number;
  /** Ends the collecting: what is known then is the answer. */
  readonly deadline: AbortSignal;
  /** Ends everything. */
  readonly interrupted: AbortSignal;
}

/** Jobs that are read at once: what is asked of a JobManager at once stays bounded, and dozens of jobs are still read within a second. */
const atOnce = 32;

/** Within this time Flink has gathered the metrics that it was asked for first. */
const gatheredMs = 1_000;

/**
 * Every job with its advice, in Flink's order.
 * @throws CliError where Flink does not answer in the beginning; what `interrupted` gives as its reason.
 */
export async function collectAdvice(flink: FlinkClient, question: Question): Promise<readonly AdvisedJob[]> {
  const call = { signal: endedBy(question.interrupted, question.deadline) };
  const jobs = await orExplained(flink, begin(flink, question, call));
  try {
    await readUntilSettled(flink, jobs, question.intervalMs, call);
  } catch (error) {
    if (question.interrupted.aborted || !question.deadline.aborted) throw error;
  }
  return jobs;
}

async function begin(flink: FlinkClient, question: Question, call: FlinkCallOptions): Promise<readonly AdvisedJob[]> {
  // Who does not answer in the beginning is told as such, however little time there is.
  const patient = { signal: endedBy(question.interrupted) };
  const jobs = new Map<string, AdvisedJob>();
  const summaries = await jobsAt(flink, question.jobId, patient);
  await each(summaries, async (summary) => {
    const configuration = withOptions(await configurationOf(flink, summary, patient), question.set);
    const terms = { profile: question.profile, configuration };
    jobs.set(summary.id, new AdvisedJob(flink, summary, terms, call));
  });
  return summaries.flatMap(({ id }) => jobs.get(id) ?? []);
}

/** A signal that as many may listen to as ask at once: by default Node warns of more than ten. */
function endedBy(...signals: readonly AbortSignal[]): AbortSignal {
  const signal = AbortSignal.any([...signals]);
  setMaxListeners(atOnce + 1, signal);
  return signal;
}

/** What of it is the autoscaler's; nothing where Flink does not tell. */
async function configurationOf(flink: FlinkClient, summary: JobSummary, call: FlinkCallOptions) {
  if (hasEnded(summary)) return {};
  return (await unlessRefused(flink.jobManagerConfiguration(summary.id, isAutoscalerKey, call))) ?? {};
}

async function readUntilSettled(
  flink: FlinkClient,
  jobs: readonly AdvisedJob[],
  intervalMs: number,
  call: FlinkCallOptions,
): Promise<void> {
  const waiting = () => jobs.filter(({ isSettled }) => !isSettled);
  if (waiting().length === 0) return;
  await readAll(flink, waiting(), false, call);
  await pause(Math.max(intervalMs, gatheredMs), undefined, call);
  for (;;) {
    const beganAtMs = performance.now();
    await readAll(flink, waiting(), true, call);
    if (waiting().length === 0) return;
    await pause(Math.max(0, beganAtMs + intervalMs - performance.now()), undefined, call);
  }
}

/** One sample of each; what belongs to the Flink cluster is read once for all. */
async function readAll(
  flink: FlinkClient,
  jobs: readonly AdvisedJob[],
  counts: boolean,
  call: FlinkCallOptions,
): Promise<void> {
  try {
    const cluster = await readFlinkCluster(flink, call);
    await each(jobs, (job) => job.read(cluster, counts));
  } catch (error) {
    for (const job of jobs) job.missed(error);
  }
}

/** Does it with all of them, with so many at once. */
async function each<Item>(items: readonly Item[], work: (item: Item) => Promise<void>): Promise<void> {
  const left = items[Symbol.iterator]();
  const worker = async () => {
    for (const item of left) await work(item);
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, items.length) }, worker));
}
