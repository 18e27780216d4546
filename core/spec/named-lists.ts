/** Kubernetes merges some lists by the names of their entries: each must have one, and no two the same. */
import { type Entry, fieldsOf } from './pod-template.ts';
import { isOwnName } from './pod-template-reserved.ts';
import { type SpecProblem, problem } from './problem.ts';

/** The problems of a list whose entries are merged by name. */
export function namedListProblems(parent: Entry, list: string): SpecProblem[] {
  const value: unknown = parent.fields[list];
  if (value === undefined) return [];
  if (!Array.isArray(value)) return [problem([...parent.path, list], 'must be a list')];
  const names = value.map((each: unknown) => fieldsOf(each)?.['name']);
  return names.flatMap((name: unknown, index) => {
    const path = [...parent.path, list, index, 'name'];
    if (typeof name !== 'string' || name === '') return [problem(path, 'is required: entries are merged by name')];
    if (list !== 'env' && isOwnName(name)) return [problem(path, `is "${name}", a name that Drey uses itself`)];
    return names.indexOf(name) < index ? [problem(path, `is "${name}" a second time in this list`)] : [];
  });
}
