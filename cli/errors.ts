/** How a command ends badly: exit codes that scripts can trust, and errors that name the cure. */
import { DreyApiError, DreyUnreachableError } from '../clients/drey/errors.ts';
import type { SpecProblem } from '../core/spec/problem.ts';
import { printable, say, type Output } from './world.ts';

/** Exit codes; `drey --help` explains them. */
export const exitCodes = { ok: 0, failed: 1, usage: 2, unreachable: 3, wouldChange: 4, interrupted: 130 } as const;

interface ErrorDetails {
  readonly exitCode: number;
  readonly cure?: string | undefined;
  /** A log's last lines or an exception, shown indented. */
  readonly evidence?: string | undefined;
  /** Fields of a spec that are wrong. */
  readonly problems?: readonly SpecProblem[] | undefined;
}

/** An error that the CLI itself finds. */
export class CliError extends Error {
  override readonly name = 'CliError';
  readonly details: ErrorDetails;

  constructor(message: string, details: ErrorDetails) {
    super(message);
    this.details = details;
  }
}

/** A wrong flag, argument, file or configuration. */
export function usageError(message: string, cure?: string): CliError {
  return new CliError(message, { exitCode: exitCodes.usage, cure });
}

interface Report extends ErrorDetails {
  readonly message: string;
}

const retryLater = [502, 503, 504];

/** Cures in the CLI's own words, where the API's speak of HTTP. */
const cures: Readonly<Record<string, string>> = {
  NOT_AUTHENTICATED: 'Give a valid token: --token-file, DREY_TOKEN or the configuration.',
  NO_SUCH_JOB: 'drey get jobs lists what there is.',
  NO_SUCH_OPERATION: 'drey operations NAME lists what there is.',
  NO_SUCH_SAVEPOINT: 'drey savepoint list NAME lists what there is.',
  SAVEPOINT_IN_USE: 'Leave it, or insist with --force.',
  NO_SUCH_DECISION: 'drey autoscaler NAME lists what there is.',
  NO_EARLIER_REVISION: 'drey revisions NAME lists what there is; name an older one with --to.',
  JOB_NOT_REMOVED: 'Name one by its number, or remove the job with --savepoints dispose.',
  LOGS_UNAVAILABLE: 'drey describe job NAME says whether it has pods now.',
  NO_SUCH_CLUSTER: 'drey get clusters lists what there is.',
  NOT_YET_ACCEPTED: 'GET /readyz of the API says what is missing.',
  KEY_REUSED: 'Leave --idempotency-key out for a new change: each has a key of its own.',
};

function reportApiError({ problem, message }: DreyApiError): Report {
  const { code, problems, requestId } = problem;
  const request = requestId === undefined ? '' : `, request ${requestId}`;
  const isSaid = problems?.some(({ hint }) => hint === problem.cure) === true;
  return {
    message: `${message} (${code}${request})`,
    exitCode: retryLater.includes(problem.status) ? exitCodes.unreachable : exitCodes.failed,
    cure: isSaid ? undefined : (cures[code] ?? problem.cure),
    problems,
  };
}

function reportOf(error: unknown): Report {
  if (error instanceof CliError) return { message: error.message, ...error.details };
  if (error instanceof DreyApiError) return reportApiError(error);
  if (error instanceof DreyUnreachableError) {
    const cure = 'Check that Drey is up and that --server (or DREY_SERVER, or the configuration) names it.';
    return { message: error.message, exitCode: exitCodes.unreachable, cure };
  }
  const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return { message: `unexpected: ${message}`, exitCode: exitCodes.failed };
}

/** The failure of a change that may have been accepted all the same: it says so, and adds what to do then. Others stay as they are. */
export function perhapsAccepted(error: unknown, cure: string): unknown {
  if (isAbort(error))
    return new CliError('interrupted before it was answered', { exitCode: exitCodes.interrupted, cure });
  const { message, ...details } = reportOf(error);
  if (details.exitCode !== exitCodes.unreachable) return error;
  return new CliError(message, { ...details, cure: details.cure === undefined ? cure : `${details.cure} ${cure}` });
}

/** Whether it is Ctrl-C, as timers and fetch report it. */
export function isAbort(error: unknown): boolean {
  return typeof error === 'object' && error !== null && 'name' in error && error.name === 'AbortError';
}

function indent(text: string): string {
  return text
    .trimEnd()
    .split('\n')
    .map((line) => `    ${line}`)
    .join('\n');
}

/** Messages are written to be read after the path: "spec.job.jarUri is required". */
function problemLine({ path, message, hint }: SpecProblem): string {
  return `  ${path === '' ? 'it' : path} ${message}${hint === undefined ? '' : ` (${hint})`}`;
}

/** Writes the error with its cure, and answers with the exit code. `subject` names what it is about. */
export function reportError(output: Output, error: unknown, subject?: string): number {
  // Who presses Ctrl-C knows why it ended.
  if (isAbort(error)) return exitCodes.interrupted;
  const report = reportOf(error);
  say(output, printable(`error: ${subject === undefined ? '' : `${subject}: `}${report.message}`));
  for (const problem of report.problems ?? []) say(output, printable(problemLine(problem)));
  if (report.evidence !== undefined) say(output, printable(`evidence:\n${indent(report.evidence)}`));
  if (report.cure !== undefined) say(output, printable(`cure: ${report.cure}`));
  return report.exitCode;
}
