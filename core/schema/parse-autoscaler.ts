/** Reads a policy that stands alone, in the shape of `spec.autoscaler`. */
import { readPlainValue } from '../spec/plain-value.ts';
import { limitProblems, pathText, problem, type SpecProblem } from '../spec/problem.ts';
import { autoscalerSchema, type AutoscalerSpec } from './autoscaler.ts';
import { explainIssue } from './explain-issue.ts';
import { isMap } from './readable-fields.ts';

export type ParsedAutoscaler = { readonly spec: AutoscalerSpec } | { readonly problems: readonly SpecProblem[] };

const place = ['spec', 'autoscaler'] as const;

/** With all defaults, or everything that is wrong with it; nothing that is given makes it throw. Paths begin at the policy. */
export function parseAutoscaler(input: unknown): ParsedAutoscaler {
  const plain = readPlainValue(input);
  if (plain.problems.length > 0) return { problems: limitProblems(plain.problems) };
  const { value } = plain;
  if (!isMap(value))
    return {
      problems: [problem([], 'is not a map', 'It has the fields of `spec.autoscaler`, such as `profile` or `max`.')],
    };
  const parsed = autoscalerSchema.safeParse(value);
  if (parsed.success) return { spec: parsed.data };
  const whole = { spec: { autoscaler: value } };
  // As if it stood in a spec: what is known of its fields is known by their places there.
  const explained = parsed.error.issues.flatMap((issue) =>
    explainIssue({ ...issue, path: [...place, ...issue.path] }, whole),
  );
  return { problems: limitProblems(explained.map((one) => ({ ...one, path: withoutPlace(one.path) }))) };
}

function withoutPlace(path: string): string {
  return path.slice(pathText(place).length).replace(/^\./, '');
}
