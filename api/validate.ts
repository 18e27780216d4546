/** Parses what a request brings with the route's schemas, and names every wrong part. */
import type { z } from 'zod';
import { limitProblems, pathText, type SpecProblem } from '../core/spec/problem.ts';
import { Problem, type ProblemCode } from './problem.ts';

/** The parsed value. Paths of problems begin with `root`, such as `query`. */
export function validate(schema: z.ZodType | undefined, value: unknown, root: string, code: ProblemCode): unknown {
  if (!schema) return undefined;
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const problems = limitProblems(parsed.error.issues.flatMap((issue) => explain(issue, root)));
  const [first] = problems;
  throw new Problem(code, first ? `${first.path}: ${first.message}.` : 'It is not valid.', {
    cure: 'Correct that: /openapi.json says what is taken here.',
    problems,
  });
}

function explain(issue: z.core.$ZodIssue, root: string): SpecProblem[] {
  const path = [root, ...issue.path.filter((step) => typeof step !== 'symbol')];
  if (issue.code === 'unrecognized_keys')
    return issue.keys.map((key) => ({ path: pathText([...path, key]), message: 'is not known here' }));
  return [{ path: pathText(path), message: issue.message }];
}
