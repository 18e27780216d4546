/** Specs for tests: the smallest one, with changes at paths. */
import { parseFlinkJob } from '../../core/schema/parse-flink-job.ts';
import type { FlinkJob } from '../../core/schema/flink-job.ts';
import type { SpecProblem } from '../../core/spec/problem.ts';

/** The smallest spec that is accepted, as people write it; `changes` maps dotted paths to values (undefined removes). */
export function writtenSpec(changes: Readonly<Record<string, unknown>> = {}): Record<string, unknown> {
  const written = {
    apiVersion: 'drey.dev/v1',
    kind: 'FlinkJob',
    metadata: { name: 'orders' },
    spec: {
      cluster: 'local',
      namespace: 'flink',
      flink: { version: '2.3' },
      job: { jarUri: 'local:///opt/flink/usrlib/job.jar' },
    },
  };
  for (const [path, value] of Object.entries(changes)) setAt(written, path.split('.'), value);
  return written;
}

function setAt(target: Record<string, unknown>, [key = '', ...rest]: string[], value: unknown): void {
  if (rest.length === 0) {
    target[key] = value;
    return;
  }
  target[key] ??= {};
  setAt(target[key] as Record<string, unknown>, rest, value);
}

/** The problems of a spec, as `path: message`, and empty when it is accepted. */
export function problemsOf(input: unknown): string[] {
  return fullProblemsOf(input).map(({ path, message }) => `${path}: ${message}`);
}

/** The problems of a spec with their hints. */
export function fullProblemsOf(input: unknown): readonly SpecProblem[] {
  const parsed = parseFlinkJob(input);
  return 'problems' in parsed ? parsed.problems : [];
}

/** The job of a spec that must be accepted. */
export function acceptedJob(input: unknown): FlinkJob {
  const parsed = parseFlinkJob(input);
  if ('problems' in parsed) throw new Error(JSON.stringify(parsed.problems));
  return parsed.job;
}
