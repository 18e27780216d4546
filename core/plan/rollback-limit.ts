/** Whether an older revision can read what a newer one has written: else it cannot be brought back once that has committed. */
import type { FlinkJob } from '../schema/flink-job.ts';

/** Why the checkpoints of `next` cannot be read by `previous`; undefined where nothing is known against it. */
export function rollbackLimit(previous: FlinkJob, next: FlinkJob): string | undefined {
  const [was, is] = [previous.spec.flink, next.spec.flink];
  if (isOlder(was.version, is.version))
    return `Flink ${was.version} does not read the checkpoints of Flink ${is.version}`;
  const [had, has] = [stateBackendOf(previous), stateBackendOf(next)];
  if (had !== has) return `the state backend ${had} does not read the checkpoints of ${has}`;
  return undefined;
}

/** Whether the state goes to another backend: then only a savepoint in canonical format brings it there. */
export function changesStateBackend(previous: FlinkJob, next: FlinkJob): boolean {
  return stateBackendOf(previous) !== stateBackendOf(next);
}

/** Whether `one` is an older Flink than `other`. */
export function isOlder(one: string, other: string): boolean {
  const [major = 0, minor = 0] = one.split('.').map(Number);
  const [otherMajor = 0, otherMinor = 0] = other.split('.').map(Number);
  return major < otherMajor || (major === otherMajor && minor < otherMinor);
}

/** Flink's own default is the heap. */
function stateBackendOf({ spec }: FlinkJob): string {
  const options = spec.flink.configuration;
  return options['state.backend.type'] ?? options['state.backend'] ?? 'hashmap';
}
