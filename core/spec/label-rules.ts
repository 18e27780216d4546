/** Labels and annotations that Drey keeps for itself. */
import type { FlinkJob } from '../schema/flink-job.ts';
import { labels } from '../names.ts';
import { type FieldPath, type SpecProblem, problem } from './problem.ts';
import { rule } from './rule.ts';

const ownPrefix = 'drey.dev/';
const ownKeys: readonly string[] = Object.values(labels);

/** The problems of a map of labels or annotations at a path. */
export function ownKeyProblems(path: FieldPath, map: Readonly<Record<string, string>> = {}): SpecProblem[] {
  const taken = Object.keys(map).filter((key) => key.startsWith(ownPrefix) || ownKeys.includes(key));
  return taken.map((key) =>
    problem([...path, key], 'is set by Drey, which finds its objects by it', 'Use another key.'),
  );
}

/** What is wrong with a job's metadata beyond its shape. */
export function metadataProblems(metadata: FlinkJob['metadata']): SpecProblem[] {
  return ownKeyProblems(['metadata', 'labels'], metadata.labels);
}

export const ingressRule = rule(['ingress'], (ingress) =>
  ownKeyProblems(['spec', 'ingress', 'annotations'], ingress?.annotations),
);
