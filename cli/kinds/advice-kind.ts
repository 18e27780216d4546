/** How advice about a job is shown. */
import type { Advice } from '../../core/autoscaler/advice.ts';
import type { Reason, VertexDecision } from '../../core/autoscaler/decision.ts';
import { lookingFor } from '../advice/looking-time.ts';
import { renderTable } from '../table.ts';

/** A job, and what is advised. */
export interface JobAdvice {
  readonly id: string;
  readonly name: string;
  readonly advice: Advice;
}

const shorter = '--set job.autoscaler.stabilization.interval=1s --set job.autoscaler.metrics.window=10s';

/** What may be done where there is no decision, by its reason. */
const cures: Readonly<Record<string, string>> = {
  OFF: 'Ask as if it were switched on: --set job.autoscaler.enabled=true.',
  BAD_OPTIONS: 'Correct the configuration of the job, or ask with another value: --set KEY=VALUE.',
  TOO_FEW_SAMPLES:
    'Ask for samples more often than the window is long (--interval 1s), and see that each source tells numRecordsIn.',
  INCOMPLETE_METRICS: 'Ask for longer (--for 5m), until all its subtasks have reported.',
  NO_INPUT_RATE: 'Ask when its sources read, or make them count what they read (numRecordsIn).',
  NOT_RUNNING: 'Ask when it runs.',
  NOT_PLANNED: 'Ask when it runs.',
  NOT_READ: 'Ask for longer: --for 1m.',
  FLINK_UNREACHABLE: 'Check that its JobManager is up.',
  FLINK_REFUSED: 'See the log of its JobManager.',
};

function cureOf({ decision, reason, takesMs }: Advice): string | undefined {
  if (decision !== null) return undefined;
  if (takesMs === undefined) return cures[reason.code];
  return `Ask for longer (--for ${lookingFor(takesMs)}), or for shorter windows: ${shorter}.`;
}

/** What `-o json` prints of a job. */
export function adviceResource({ id, name, advice }: JobAdvice) {
  const { decision, reason, held, vertices } = advice;
  const cure = cureOf(advice);
  return {
    id,
    name,
    decision,
    reason: reason.text,
    code: reason.code,
    ...(cure !== undefined && { cure }),
    ...(held && { held }),
    vertices,
  };
}

/** The lines for people: what and why, then its vertices. */
export function adviceLines(job: JobAdvice): string[] {
  const { decision, reason, held, vertices } = job.advice;
  const cure = cureOf(job.advice);
  return [
    `job ${job.name} (${job.id}): ${decision === null ? 'no decision' : outcomeOf(vertices)}`,
    `  ${reason.text} (${reason.code})`,
    ...(held ? [`  held back: ${held.text} (${held.code})`] : []),
    ...(cure === undefined ? [] : [`  cure: ${cure}`]),
    ...(decision === null ? [] : renderTable(titles, vertices.map(rowOf)).map((line) => `  ${line}`)),
  ];
}

function outcomeOf(vertices: readonly VertexDecision[]): string {
  const changed = vertices.filter(({ parallelism, target }) => parallelism !== target).length;
  return changed === 0 ? 'stay' : `rescale ${changed} of ${vertices.length} vertices`;
}

const titles = ['VERTEX', 'NAME', 'PARALLELISM', 'REASON'];

function rowOf({ id, name, parallelism, target, reasons, limits }: VertexDecision): string[] {
  if (parallelism === target) return [id, name, String(parallelism), sentences(reasons)];
  return [id, name, `${parallelism} → ${target}`, sentences([...reasons, ...limits])];
}

function sentences(reasons: readonly Reason[]): string {
  return reasons.map(({ text }) => text).join(' ');
}
