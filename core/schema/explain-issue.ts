/** Turns what zod found into words for people: the path, what is wrong, and what to do. */
import type { z } from 'zod';
import { nearestName } from '../spec/nearest-name.ts';
import { type FieldPath, type SpecProblem, problem, shorten } from '../spec/problem.ts';
import { fieldAt, hintForUnknown } from './known-fields.ts';

type Issue = z.core.$ZodIssue;

/** The problems of one issue; `input` is the whole spec that was parsed. */
export function explainIssue(issue: Issue, input: unknown): SpecProblem[] {
  const path = issue.path.filter((step) => typeof step !== 'symbol');
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.map((key) => problem([...path, key], 'is not a field of the spec', hintForUnknown(path, key)));
    case 'invalid_type':
      return [wrongType(issue.expected, path, valueAt(input, path))];
    case 'invalid_value':
      return [wrongWord(issue.values, path, valueAt(input, path))];
    case 'too_small':
      return [tooSmall(issue, path)];
    case 'too_big':
      return [problem(path, `must ${haveOrBe(issue.origin)} at most ${amount(issue.maximum, issue.origin)}`)];
    case 'invalid_key':
      return issue.issues
        .slice(0, 1)
        .flatMap((each) => explainIssue(each, undefined))
        .map(({ message }) => problem(path, `as a key ${message}`));
    case 'invalid_format':
    case 'custom':
    case 'invalid_union':
    case 'invalid_element':
    case 'not_multiple_of':
      break;
  }
  // Formats and refinements carry words of our own; the schema has none of the others.
  return [problem(path, issue.message)];
}

function wrongType(expected: string, path: FieldPath, value: unknown): SpecProblem {
  const field = fieldAt(path);
  if (value === undefined) return problem(path, 'is required', field?.description);
  if (value === null) return problem(path, 'is empty', 'Give it a value or leave the field out.');
  return problem(
    path,
    `must be ${field?.type === 'number' ? 'a number' : (typeWords[expected] ?? expected)}, but is ${wordsFor(value)}`,
    typeHint(expected, path, value),
  );
}

const typeWords: Readonly<Record<string, string>> = {
  string: 'text',
  int: 'a whole number',
  number: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a map',
  record: 'a map',
};

function wordsFor(value: unknown): string {
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'a map';
  if (typeof value === 'string') return `the text ${JSON.stringify(shorten(value, 40))}`;
  return typeof value === 'number' ? `the number ${value}` : `${value === true}`;
}

function typeHint(expected: string, path: FieldPath, value: unknown): string | undefined {
  if (expected === 'string' && (typeof value === 'number' || typeof value === 'boolean')) {
    return `Put it in quotes: ${JSON.stringify(String(value))}.`;
  }
  if (path[2] === 'configuration' && typeof value === 'object') {
    return 'Write each option with its whole key, as in `state.backend.type: rocksdb`.';
  }
  return expected !== 'string' && typeof value === 'string' ? 'Write it without quotes.' : undefined;
}

function wrongWord(values: readonly unknown[], path: FieldPath, value: unknown): SpecProblem {
  if (value === undefined) return problem(path, 'is required', fieldAt(path)?.description);
  const words = values.map(String);
  const message = `must be ${words.length === 1 ? '' : 'one of '}${words.join(', ')}, but is ${value === null ? 'empty' : wordsFor(value)}`;
  return problem(path, message, wordHint(words, value));
}

function wordHint(words: readonly string[], value: unknown): string | undefined {
  // YAML reads 1.20 as the number 1.2, and 2.0 as 2.
  const text = typeof value === 'number' ? value.toFixed(value === 1.2 ? 2 : 1) : value;
  if (typeof text !== 'string') return undefined;
  if (typeof value === 'number') return words.includes(text) ? `Put it in quotes: "${text}".` : undefined;
  const start = words.find((word) => text.startsWith(`${word}.`) || text === `v${word}`);
  const near = start ?? nearestName(text, words);
  return near === undefined ? undefined : `Did you mean ${near}?`;
}

type Small = Extract<Issue, { code: 'too_small' }>;

function tooSmall(issue: Small, path: FieldPath): SpecProblem {
  if (issue.origin === 'string') return problem(path, 'must not be empty');
  const bound = issue.inclusive === false ? 'more than' : 'at least';
  return problem(path, `must ${haveOrBe(issue.origin)} ${bound} ${amount(issue.minimum, issue.origin)}`);
}

function haveOrBe(origin: string): string {
  return origin === 'string' || origin === 'array' ? 'have' : 'be';
}

function amount(bound: number | bigint, origin: string): string {
  if (origin === 'string') return `${bound} characters`;
  return origin === 'array' ? `${bound} entries` : String(bound);
}

function valueAt(input: unknown, path: FieldPath): unknown {
  return path.reduce<unknown>((value, step) => {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, step)) return undefined;
    return Object.entries(value).find(([key]) => key === String(step))?.[1];
  }, input);
}
