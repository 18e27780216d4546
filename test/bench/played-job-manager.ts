/**
 * A JobManager that is played: it gives the answers that a real one was recorded with (`test/golden/flink-rest`), with the
 * ids and times of its own job. The only stand-in of the benchmarks.
 */
import { measuredJobId, recorded, recordedMeasuring } from '../support/flink-answers.ts';

/** What the played job is like. */
export interface PlayedJob {
  readonly jobId: string;
  readonly name: string;
  /** Milliseconds since 1970. */
  readonly startedAtMs: number;
}

export interface PlayedAnswer {
  readonly status: number;
  readonly response: unknown;
}

type Fields = Readonly<Record<string, unknown>>;

const version = '2.3';
const answers = {
  overview: recorded(version, 'overview'),
  config: recorded(version, 'config'),
  jobs: recorded(version, 'jobs-overview'),
  noExceptions: recorded(version, 'exceptions-none'),
  exceptions: recorded(version, 'exceptions-job-failed'),
  unended: recorded(version, 'execution-result-running'),
  ended: recorded(version, 'execution-result-job-failed'),
  checkpoints: recorded(version, 'checkpoints'),
  checkpointConfig: recorded(version, 'checkpoints-config'),
  taskManagers: recorded(version, 'taskmanagers'),
  detail: recorded(version, 'measured/later/measured-job'),
  unknownJob: recorded(version, 'job-unknown'),
} as const;

type RecordedName = keyof typeof answers;

function answerOf(name: RecordedName): Fields {
  return answers[name].response as Fields;
}

/** What measuring asks beside a job's details and checkpoints, by the request's line. */
const metrics = new Map(
  recordedMeasuring(version, 'later')
    .filter(({ request }) => request.includes('/metrics'))
    .map(({ request, response }) => [request, response]),
);

/** How often the job that was recorded has made checkpoints. */
const checkpointEveryMs = Number(answerOf('checkpointConfig')['interval']);

export class PlayedJobManager {
  private readonly job: PlayedJob;
  private failedAtMs: number | undefined;

  constructor(job: PlayedJob) {
    this.job = job;
  }

  /** From then on the job has failed, and will not come back. */
  fail(nowMs: number): void {
    this.failedAtMs ??= nowMs;
  }

  /** @param path such as `/jobs/overview`. @returns undefined for what was not recorded. */
  answer(method: string, path: string, nowMs: number): PlayedAnswer | undefined {
    if (method !== 'GET') return undefined;
    if (path === '/overview') return found(this.clusterOverview());
    if (path === '/config') return found(answers.config.response);
    if (path === '/taskmanagers') return found(this.taskManagers(nowMs));
    if (path === '/jobs/overview') return found({ jobs: [this.listed(nowMs)] });
    const measured = metrics.get(`GET ${path.replace(this.job.jobId, measuredJobId)}`);
    if (measured !== undefined) return found(measured);
    const [, jobId, rest] = /^\/jobs\/([0-9a-f]{32})(\/.*)?$/.exec(path) ?? [];
    if (jobId === undefined) return undefined;
    if (jobId !== this.job.jobId) return answers.unknownJob;
    return this.ofJob(rest ?? '', nowMs);
  }

  private ofJob(rest: string, nowMs: number): PlayedAnswer | undefined {
    if (rest === '') return found(this.detail(nowMs));
    if (rest === '/exceptions') return found(this.exceptions());
    if (rest === '/execution-result') return this.failedAtMs === undefined ? answers.unended : answers.ended;
    if (rest === '/checkpoints') return found(this.checkpoints(nowMs));
    if (rest === '/checkpoints/config') return found(answers.checkpointConfig.response);
    return undefined;
  }

  private clusterOverview(): Fields {
    const running = this.failedAtMs === undefined ? 1 : 0;
    const jobs = { 'jobs-running': running, 'jobs-finished': 0, 'jobs-cancelled': 0, 'jobs-failed': 1 - running };
    return { ...answerOf('overview'), 'slots-total': 1, 'slots-available': 1 - running, ...jobs };
  }

  private taskManagers(nowMs: number): Fields {
    const { taskmanagers } = answerOf('taskManagers') as { taskmanagers: Fields[] };
    const freeSlots = this.failedAtMs === undefined ? 0 : 1;
    return {
      taskmanagers: taskmanagers.map((one) => ({ ...one, slotsNumber: 1, freeSlots, timeSinceLastHeartbeat: nowMs })),
    };
  }

  /** The recorded listing has jobs that run, and jobs that have failed. */
  private listed(nowMs: number): Fields {
    const { jobs } = answerOf('jobs') as { jobs: Fields[] };
    const state = this.failedAtMs === undefined ? 'RUNNING' : 'FAILED';
    const like = jobs.find((one) => one['state'] === state && hasTasks(one));
    if (!like) throw new Error(`no job that is ${state} was recorded`);
    return { ...like, jid: this.job.jobId, name: this.job.name, ...this.times(nowMs) };
  }

  private detail(nowMs: number): Fields {
    const own = { jid: this.job.jobId, name: this.job.name, ...this.times(nowMs), now: nowMs };
    const failed = this.failedAtMs === undefined ? {} : { state: 'FAILED' };
    return { ...answerOf('detail'), ...own, ...failed };
  }

  private times(nowMs: number): Fields {
    const { startedAtMs } = this.job;
    const endedAtMs = this.failedAtMs;
    return {
      'start-time': startedAtMs,
      'end-time': endedAtMs ?? -1,
      duration: (endedAtMs ?? nowMs) - startedAtMs,
      'last-modification': endedAtMs ?? startedAtMs,
    };
  }

  private exceptions(): Fields {
    if (this.failedAtMs === undefined) return answerOf('noExceptions');
    const { exceptionHistory } = answerOf('exceptions') as { exceptionHistory: { entries: Fields[] } };
    const entries = exceptionHistory.entries.map((entry) => ({ ...entry, timestamp: this.failedAtMs }));
    return { exceptionHistory: { ...exceptionHistory, entries } };
  }

  /** Checkpoints go on: the newest is never older than their interval, as long as the job runs. */
  private checkpoints(nowMs: number): Fields {
    const recording = answerOf('checkpoints') as unknown as { counts: Fields; latest: Fields; history: Fields[] };
    const untilMs = Math.min(nowMs, this.failedAtMs ?? Infinity);
    const count = Math.max(1, Math.floor((untilMs - this.job.startedAtMs) / checkpointEveryMs));
    const moved = (one: Fields, ago: number) => this.checkpoint(one, count - ago);
    return {
      ...recording,
      counts: { ...recording.counts, total: count, completed: count },
      latest: { ...recording.latest, completed: moved(recording.latest['completed'] as Fields, 0) },
      history: recording.history.slice(0, count).map(moved),
    };
  }

  private checkpoint(like: Fields, id: number): Fields {
    const tookMs = Number(like['end_to_end_duration']);
    const atMs = this.job.startedAtMs + id * checkpointEveryMs - tookMs;
    const path = `file:/flink-state/checkpoints/${this.job.jobId}/chk-${id}`;
    return { ...like, id, trigger_timestamp: atMs, latest_ack_timestamp: atMs + tookMs, external_path: path };
  }
}

function found(response: unknown): PlayedAnswer {
  return { status: 200, response };
}

function hasTasks(job: Fields): boolean {
  return Number((job['tasks'] as Fields)['total']) > 0;
}
