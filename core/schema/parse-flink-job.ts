/** The way into Drey for a spec: from any value to a FlinkJob with all defaults, or to everything that is wrong with it. */
import { readPlainValue } from '../spec/plain-value.ts';
import { type SpecProblem, limitProblems, problem } from '../spec/problem.ts';
import { specRules } from '../spec/spec-rules.ts';
import { metadataProblems } from '../spec/label-rules.ts';
import { explainIssue } from './explain-issue.ts';
import { type FlinkJob, flinkJobSchema, metadataSchema } from './flink-job.ts';
import { isMap, readableFields } from './readable-fields.ts';

export type ParsedFlinkJob = { readonly job: FlinkJob } | { readonly problems: readonly SpecProblem[] };

/** Reads a spec. All problems are reported at once, at most 50; nothing that is given makes it throw. */
export function parseFlinkJob(input: unknown): ParsedFlinkJob {
  const plain = readPlainValue(input);
  if (plain.problems.length > 0) return { problems: limitProblems(plain.problems) };
  if (!isMap(plain.value)) return { problems: [notAMap] };
  const value = plain.value;
  const parsed = flinkJobSchema.safeParse(value);
  const shape = parsed.error?.issues.flatMap((issue) => explainIssue(issue, value)) ?? [];
  const broken = ruleProblems(value);
  if (parsed.success && broken.length === 0) return { job: parsed.data };
  return { problems: limitProblems([...shape, ...broken]) };
}

const notAMap = problem([], 'is not a map', 'A spec begins with `apiVersion: drey.dev/v1` and `kind: FlinkJob`.');

function ruleProblems(value: Readonly<Record<string, unknown>>): SpecProblem[] {
  const metadata = metadataSchema.safeParse(value['metadata']);
  const fields = readableFields(value['spec']);
  return [...(metadata.success ? metadataProblems(metadata.data) : []), ...specRules.flatMap((check) => check(fields))];
}
