/** A job as `describe` prints it: its spec in short, what runs, the current operation, and what happened lately. */
import type { JobEvent, Savepoint } from '../../clients/drey/shapes.ts';
import type { CandidateSeen, CandidateView, JobView } from '../../core/job.ts';
import { hasEnded, type OperationRecord } from '../../core/operation.ts';
import type { Resources } from '../../core/schema/flink-job.ts';
import { ageOf } from '../duration.ts';
import { renderTable } from '../table.ts';
import { failureLines, isToldBy, pairLines, type Pair } from './lines.ts';
import { operationKind } from './operation-kind.ts';
import { operationLines } from './operation-lines.ts';
import { troubleLines } from './trouble-lines.ts';
import { seenPairs } from './seen-lines.ts';
import { savepointTable } from './savepoint-lines.ts';

export interface JobDescription {
  readonly job: JobView;
  /** The newest first. */
  readonly operations: readonly OperationRecord[];
  readonly events: readonly JobEvent[];
  /** The newest first. */
  readonly savepoints: readonly Savepoint[];
}

/** All that is known of a job, as lines. */
export function describeJob({ job, operations, events, savepoints }: JobDescription, now: number): string[] {
  const current = operations.find((operation) => !hasEnded(operation));
  return [
    ...pairLines([...identityOf(job, now), ...specOf(job), ...runningOf(job, now)]),
    ...failureLines(job.failure),
    ...troubleLines(job, now),
    ...shortfallLines(job, operations),
    ...(current === undefined ? [] : ['', 'Current operation:', ...indent(operationLines(current, now))]),
    ...titled('Newest savepoints:', savepointTable(savepoints, now)),
    ...operationTable(operations, now),
    ...eventTable(events, now),
  ];
}

/** The newest operation that has ended, where it failed and the job does not say so: it left the job as it was, as a savepoint does. */
function shortfallLines({ failure: said }: JobView, operations: readonly OperationRecord[]): string[] {
  const newest = operations.find(hasEnded);
  if (!newest?.failure || newest.state === 'aborted' || isToldBy(newest.failure, said)) return [];
  return failureLines(newest.failure, `Operation ${newest.number} (${newest.kind}) ${newest.state}:`);
}

function identityOf(job: JobView, now: number): Pair[] {
  return [
    ['Name', job.name],
    ['Tenant', job.tenant],
    ['Labels', pairsText(job.spec.metadata.labels)],
    ['UID', job.uid],
    ['Created', `${job.createdAt} (${ageOf(job.createdAt, now)} ago)`],
    ['Changed', `${job.updatedAt} (${ageOf(job.updatedAt, now)} ago)`],
    ['Phase', job.phase],
    ['Last seen', job.lastSeen && lastSeenText(job, job.lastSeen, now)],
    ['Revision', job.revision],
  ];
}

function lastSeenText({ spec }: JobView, lastSeen: string, now: number): string {
  const { cluster } = spec.spec;
  return `${lastSeen} (${ageOf(lastSeen, now)} ago): no agent of ${cluster} observes it now, see drey get clusters`;
}

function specOf({ spec: { spec } }: JobView): Pair[] {
  const { job, flink, taskManager, jobManager, storage } = spec;
  const entry = job.entryClass === undefined ? '' : `, class ${job.entryClass}`;
  return [
    ['Cluster', `${spec.cluster}, namespace ${spec.namespace}`],
    ['Flink', [flink.version, spec.mode, flink.image].filter((part) => part !== undefined).join(', ')],
    ['Job', `${job.jarUri}${entry}, parallelism ${job.parallelism}`],
    ['Arguments', job.args.join(' ')],
    ['JobManager', `${jobManager.replicas} × ${resourcesText(jobManager.resources)}`],
    [
      'TaskManager',
      `${taskManager.replicas ?? 'as needed'} × ${taskManager.slots} slots, ${resourcesText(taskManager.resources)}`,
    ],
    ['Configuration', pairsText(flink.configuration)],
    ['Checkpoints', storage.checkpoints],
    ['Savepoints', storage.savepoints],
    ['Periodic', periodText(spec)],
    ['High availability', storage.highAvailability],
  ];
}

function runningOf(job: JobView, now: number): Pair[] {
  const { generation, candidate, restorePoint, startedFrom, nextSavepointAt } = job;
  return [
    ['Generation', generation && `${generation.number} of revision ${generation.revision}, objects ${generation.name}`],
    ['Flink job', generation?.flinkJobId],
    ...seenPairs(job, now),
    ['Candidate', candidate && candidateText(candidate)],
    ['Candidate seen', candidate?.seen && seenText(candidate.seen, now)],
    ['Candidate from', candidate?.startedFrom],
    ['Next start from', restorePoint],
    ['Next savepoint', nextSavepointAt],
    ['Started from', startedFrom && `${startedFrom} (no checkpoint since)`],
  ];
}

const fates = { promote: 'promoted', discard: 'discarded' } as const;

function candidateText({ number, revision, name, flinkJobId, since, due }: CandidateView): string {
  const fate = due ? `${fates[due.operation]} at ${due.at}` : 'waits for `drey promote` or `drey discard`';
  return `generation ${number} of revision ${revision}, objects ${name}, Flink job ${flinkJobId}, since ${since}: ${fate}`;
}

function seenText({ at, state, restarts, checkpoint, failure }: CandidateSeen, now: number): string {
  const newest = checkpoint && `checkpoint ${checkpoint.id} of ${checkpoint.completedAt}`;
  const words = [state, `${restarts} restart${restarts === 1 ? '' : 's'}`, newest, failure?.message];
  return `${words.filter((word) => word !== undefined).join(', ')} (told ${ageOf(at, now)} ago)`;
}

function periodText({ savepoints: { every, schedule } }: JobView['spec']['spec']): string | undefined {
  if (every !== undefined) return `a savepoint every ${every}`;
  return schedule && `a savepoint at ${schedule.cron} (${schedule.timeZone})`;
}

function resourcesText({ requests, limits }: Resources): string {
  const cpu = requests?.cpu ?? limits?.cpu;
  const memory = limits?.memory ?? requests?.memory;
  return [cpu && `cpu ${cpu}`, memory && `memory ${memory}`].filter((part) => part !== undefined).join(', ');
}

/** One pair per line, as kubectl shows labels. */
function pairsText(pairs: Readonly<Record<string, string>>): string {
  return Object.entries(pairs)
    .map(([key, value]) => `${key}=${value}`)
    .join('\n');
}

function operationTable(operations: readonly OperationRecord[], now: number): string[] {
  if (operations.length === 0) return [];
  const rows = operations.map((operation) => operationKind.columns.map((column) => column.value(operation, now)));
  const titles = operationKind.columns.map(({ title }) => title);
  return ['', 'Operations:', ...indent(renderTable(titles, rows))];
}

/** The oldest first, as one reads a story. */
function eventTable(events: readonly JobEvent[], now: number): string[] {
  if (events.length === 0) return [];
  const rows = events
    .toSorted((one, other) => one.at.localeCompare(other.at) || one.seq - other.seq)
    .map((event) => [
      ageOf(event.at, now),
      event.operation === 0 ? '' : String(event.operation),
      event.type,
      event.text,
    ]);
  return ['', 'Events:', ...indent(renderTable(['AGE', 'OPERATION', 'TYPE', 'MESSAGE'], rows))];
}

function titled(title: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : ['', title, ...indent(lines)];
}

function indent(lines: readonly string[]): string[] {
  return lines.map((line) => `  ${line}`);
}
