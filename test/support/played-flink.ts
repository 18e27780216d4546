/** A Flink session cluster whose jobs work: the recorded answers of one measured job, with the counters of each moving as time passes. */
import { recordedMeasuring, serveAnswers, type Recorded, type RecordedFlink } from './flink-answers.ts';

export interface PlayedJob {
  readonly id: string;
  readonly name: string;
  readonly state?: string;
  /** As `/jobs/:id/jobmanager/config` gives it. */
  readonly configuration?: Readonly<Record<string, string>>;
  /** Records a second that come in. */
  readonly incoming?: number;
  /** Records a second that its two tasks together read. */
  readonly rate?: number;
  /** How much of its time the second vertex is busy. */
  readonly busyMsPerSecond?: number;
}

/** The vertices that every job has, with two subtasks each. */
export const playedVertices = {
  source: 'e5a72f353fc1e6bbf3bd96a41384998c',
  ledger: 'c813a8a9e8f9c0aa40c67f3aee4d5b3c',
};

const recordedJobs = recordedMeasuring('2.3', 'later');

/** Since when all jobs run, before the cluster is played. */
const runsForMs = 60_000;

/** Metrics that nobody has asked for are so old when somebody does. */
const staleMs = 60_000;

type Answer = Pick<Recorded, 'status' | 'response'>;
type Values = Readonly<Record<string, number>>;

/** Plays them until it is stopped. */
export async function playFlink(jobs: readonly PlayedJob[]): Promise<RecordedFlink> {
  const startedAtMs = Date.now();
  const askedOnce = new Set<string>();
  const elapsedS = (line: string) => {
    const isStale = !askedOnce.has(line);
    askedOnce.add(line);
    return 1 + (Date.now() - startedAtMs + staleMs - (isStale ? staleMs : 0)) / 1000;
  };
  return serveAnswers((line) => {
    if (line === 'GET /jobs/overview') return ok({ jobs: jobs.map((job) => summaryOf(job, startedAtMs)) });
    const [, id] = /^GET \/jobs\/([0-9a-f]{32})/.exec(line) ?? [];
    if (id === undefined) return recordedJobs.find(({ request }) => request === line);
    const job = jobs.find((one) => one.id === id);
    return job && answerOf(job, line, { elapsedS: elapsedS(line), startedAtMs });
  });
}

function ok(response: unknown): Answer {
  return { status: 200, response };
}

function summaryOf({ id, name, state = 'RUNNING' }: PlayedJob, startedAtMs: number) {
  const tasks = { total: 4, running: 4 };
  return { jid: id, name, state, 'start-time': startedAtMs - runsForMs, 'end-time': -1, tasks };
}

function answerOf(job: PlayedJob, line: string, when: { elapsedS: number; startedAtMs: number }): Answer | undefined {
  if (line.endsWith('/jobmanager/config')) {
    const entries = Object.entries({ 'fs.s3a.secret.key': 'not for you', ...job.configuration });
    return ok(entries.map(([key, value]) => ({ key, value })));
  }
  const recorded = recordedJobs.find(({ request }) => request.replace(/[0-9a-f]{32}/, job.id) === line);
  if (recorded === undefined) return undefined;
  if (line === `GET /jobs/${job.id}`) return ok(detailOf(job, recorded.response as Detail, when));
  if (!line.includes('?get=busyTime')) return recorded;
  const isSource = line.includes(playedVertices.source);
  const values = isSource ? sourceValues(job, when.elapsedS) : ledgerValues(job);
  return ok((recorded.response as { id: string }[]).map((metric) => withValue(metric, values[metric.id])));
}

interface Detail {
  readonly timestamps: object;
  readonly vertices: readonly { readonly id: string; readonly metrics: object }[];
}

function detailOf(
  { id, name, state = 'RUNNING', rate = 100 }: PlayedJob,
  recorded: Detail,
  { elapsedS, startedAtMs }: { elapsedS: number; startedAtMs: number },
) {
  const read = Math.round(rate * elapsedS);
  return {
    ...recorded,
    jid: id,
    name,
    state,
    timestamps: { ...recorded.timestamps, RUNNING: startedAtMs - runsForMs },
    vertices: recorded.vertices.map((vertex) => ({
      ...vertex,
      metrics: {
        ...vertex.metrics,
        'read-records': vertex.id === playedVertices.source ? 0 : read,
        'write-records': vertex.id === playedVertices.source ? read : 0,
      },
    })),
  };
}

function sourceValues({ rate = 100, incoming = rate }: PlayedJob, elapsedS: number): Values {
  return {
    busyTimeMsPerSecond: 100,
    backPressuredTimeMsPerSecond: incoming > rate ? 850 : 0,
    'Source__source.numRecordsIn': rate * elapsedS,
    'Source__source.numRecordsInPerSecond': rate,
    'Source__source.numRecordsOut': rate * elapsedS,
    'Source__source.pendingRecords': (incoming - rate) * elapsedS,
  };
}

function ledgerValues({ rate = 100, busyMsPerSecond = 500 }: PlayedJob): Values {
  return { busyTimeMsPerSecond: busyMsPerSecond, numRecordsInPerSecond: rate };
}

/** The sum over the subtasks is what is played; of shares of their time, each has the same. */
function withValue(metric: { id: string }, value: number | undefined) {
  if (value === undefined) return metric;
  const each = metric.id.endsWith('TimeMsPerSecond') ? value : value / 2;
  return { ...metric, min: each, max: each, avg: each, sum: each * 2 };
}
