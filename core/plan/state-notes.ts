/** What the reader of a plan is told of the job's state: what is left behind, and what may not be read. */
import { hasDurableStorage } from '../generation.ts';
import type { FlinkJob } from '../schema/flink-job.ts';
import type { PlanMode } from './change-plan.ts';
import { changesStateBackend, isOlder, rollbackLimit } from './rollback-limit.ts';

/** What becomes of the state of a job that does not run. */
export function startNotes(before: FlinkJob | undefined, target: FlinkJob, mode: PlanMode): string[] {
  if (!before) return [];
  if (mode === 'stateless') return [startsEmpty];
  // Without storage it has left none.
  if (mode !== 'restore' && !hasDurableStorage(before)) return [];
  return readingNotes(before, target, { fails: 'start', backend: [onlyCanonical], program: typesUnread });
}

/** What becomes of the state of a job that runs. */
export function upgradeNotes(previous: FlinkJob, next: FlinkJob, mode: PlanMode): string[] {
  const limit = limitNotes(previous, next);
  if (mode === 'stateless') return [startsEmpty, ...limit];
  const named = mode === 'restore' ? ['What the job has done since that savepoint was taken is done again.'] : [];
  const backend = backendNotes(previous, next, mode);
  return [...named, ...readingNotes(previous, next, { fails: 'upgrade', backend, program: typesUnknown }), ...limit];
}

/** What is said where the state may not be read. */
interface ReadingWords {
  /** What fails then. */
  readonly fails: string;
  readonly backend: readonly string[];
  readonly program: string;
}

/** Whether what comes next can read the state. */
function readingNotes(previous: FlinkJob, next: FlinkJob, { fails, backend, program }: ReadingWords): string[] {
  const [was, is] = [previous.spec.flink.version, next.spec.flink.version];
  return [
    ...(isOlder(is, was) ? [`Flink ${is} may not read what Flink ${was} has written: then the ${fails} fails.`] : []),
    ...(changesStateBackend(previous, next) ? backend : []),
    ...(changesProgram(previous, next) ? [program] : []),
  ];
}

/** Whatever it starts from, a rollback goes on from its own checkpoint, where it keeps any. */
function limitNotes(previous: FlinkJob, next: FlinkJob): string[] {
  const limit = hasDurableStorage(next) ? rollbackLimit(previous, next) : undefined;
  return limit ? [`Once the new revision has completed a checkpoint it cannot be rolled back: ${limit}.`] : [];
}

/** How the state is brought to another state backend. */
function backendNotes(previous: FlinkJob, next: FlinkJob, mode: PlanMode): string[] {
  if (mode === 'restore') return [onlyCanonical];
  // Asynchronous state came with Flink 2.
  const hasAsync = !isOlder(previous.spec.flink.version, '2.0');
  const unless = hasAsync ? ': a job with asynchronous state cannot write that, and runs on as it is' : '';
  const taken = `The savepoint is taken in canonical format, for the state backend changes${unless}.`;
  return next.spec.upgrade.whenSavepointFails === 'checkpoint' ? [taken, noCheckpoint] : [taken];
}

export const startsEmpty = 'The state of the job is left behind: it starts empty.';

const onlyCanonical =
  'The state backend changes: of savepoints, only one in canonical format can be read, and no checkpoint. `drey savepoint create NAME --format canonical` takes one while the job runs.';

export const notLastState = '`last-state` becomes `savepoint`: no state backend reads the checkpoints of another.';

const noCheckpoint =
  'Where the savepoint fails the job runs on, though the spec says `checkpoint`: the new state backend could not read one.';

const typesUnknown =
  'Whether the program keeps a state in another type is only known when Flink reads it: what the new revision cannot read is rolled back, and an old one that cannot read what the new one has committed is not.';

const typesUnread =
  'Whether the program keeps a state in another type is only known when Flink reads it: where the new revision cannot, the start fails.';

/** @param path from where it was started. */
export function keepsNothingSince(path: string): string {
  return `The job has no storage: what it has done since it began from ${path} is left behind.`;
}

/** Another image may hold another program under the same name. */
function changesProgram(previous: FlinkJob, next: FlinkJob): boolean {
  return programOf(previous) !== programOf(next);
}

function programOf({ spec: { flink, job } }: FlinkJob): string {
  return [flink.image, job.jarUri, job.entryClass].join(' ');
}
