/** What the Temporal UI shows of a job or an operation while it lives: its current details, in Markdown. */
import type { JobView } from '../core/job.ts';
import type { OperationRecord, StepState } from '../core/operation.ts';
import { operationKinds } from '../core/operation-kinds.ts';
import type { AutoscalerState, KnownDecision } from '../core/scaling/autoscaler-state.ts';
import type { HoldingOff } from '../core/scaling/holding-off.ts';

const marks: Record<StepState, string> = { running: '▶', done: '✓', failed: '✗', skipped: '–' };

/** The operation's steps with their times and findings; the one under way comes last. */
export function operationDetails(record: OperationRecord): string {
  const steps = record.steps.map((step) => {
    const took = step.endedAt ? ` (${seconds(step.startedAt, step.endedAt)})` : ' …';
    return `- ${marks[step.state]} ${step.title}${took}${step.detail ? `: ${step.detail}` : ''}`;
  });
  const notices = (record.notices ?? []).map(({ code, message }) => `**${code}** ${message}`);
  const failure = record.failure
    ? [`**${record.failure.code}** ${record.failure.message} *${record.failure.cure}*`]
    : [];
  const title = `**${operationKinds[record.kind].title} ${record.number}**: ${record.state}. ${record.reason}`;
  return [title, '', ...steps, '', ...notices, ...failure].join('\n');
}

/** The job's phase, revision and generation, and why it is unwell when it is. */
export function jobDetails(job: JobView | undefined): string {
  if (!job) return 'No spec accepted yet.';
  const generation = job.generation
    ? `, generation ${job.generation.number} (Flink job ${job.generation.flinkJobId})`
    : '';
  const under = job.operation === undefined ? '' : `\n\nOperation ${job.operation} is under way.`;
  const failure = job.failure ? `\n\n**${job.failure.code}** ${job.failure.message} *${job.failure.cure}*` : '';
  return `**${job.phase}**: revision ${job.revision}${generation}${under}${failure}${troubleText(job)}`;
}

/** The newest decisions of a job's autoscaler with their reasons, the newest first. */
export function autoscalerDetails({ mode, known, holdingOff }: AutoscalerState): string {
  const held = holdingOff
    ? [
        `Held off${inARow(holdingOff)} until ${new Date(holdingOff.untilMs).toISOString()}: ${holdingOff.because.text}`,
        '',
      ]
    : [];
  return [`Mode **${mode}**.`, '', ...held, ...known.toReversed().map(decisionLine)].join('\n');
}

/** Not where the job was only busy for a moment. */
function inARow({ times }: HoldingOff): string {
  return times === 0 ? '' : ` ${times} times in a row,`;
}

function decisionLine({ number, at, outcome, operation, changes, reason, why }: KnownDecision): string {
  const by = operation === undefined ? '' : ` by operation ${operation}`;
  const what = changes.map(({ name, from, to }) => `${name} ${from} → ${to}`).join(', ');
  return `- **${number}** ${at} ${outcome}${by}: ${what && `${what}. `}${reason}${why === undefined ? '' : ` *${why}*`}`;
}

function troubleText({ trouble, failure }: JobView): string {
  if (!trouble) return '';
  const { reason, since, next, dueAt, tried } = trouble;
  // What it says was said by the failure, where there is one.
  const what = failure || !trouble.failure ? '' : ` ${trouble.failure.message} *${trouble.failure.cure}*`;
  const when = dueAt === undefined ? '' : ` at ${dueAt}`;
  return `\n\n**${reason}** since ${since}.${what} Next: ${next}${when}; tried ${tried.length} times.`;
}

function seconds(from: string, to: string): string {
  return `${((Date.parse(to) - Date.parse(from)) / 1000).toFixed(1)} s`;
}
