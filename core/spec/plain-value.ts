/**
 * Takes any value apart and makes a clean copy of it: only what JSON knows, no control characters, bounded in depth and
 * size. Everything behind it may trust that copy; nothing a caller sends makes it throw.
 */
import { utf8ToBytes } from '@noble/hashes/utils.js';
import { type FieldPath, type SpecProblem, problem, shorten } from './problem.ts';

/** The largest spec, as JSON: it travels in workflow histories and in job state. */
export const specBytesMax = 64 * 1024;

const depthMax = 32;
const nodesMax = 32 * 1024;

interface Visit {
  readonly problems: SpecProblem[];
  nodes: number;
}

/** The clean copy and everything that was wrong with the original. The copy is only good when nothing was. */
export function readPlainValue(input: unknown): { value: unknown; problems: SpecProblem[] } {
  const visit: Visit = { problems: [], nodes: 0 };
  const value = copyOf(input, [], visit);
  if (visit.nodes > nodesMax) return { value: undefined, problems: [tooLarge] };
  if (visit.problems.length > 0) return { value, problems: visit.problems };
  const tooMany = utf8ToBytes(JSON.stringify(value) ?? '').length > specBytesMax;
  return { value, problems: tooMany ? [tooLarge] : [] };
}

const tooLarge: SpecProblem = {
  path: '',
  message: `is larger than ${specBytesMax / 1024} KB as JSON`,
  hint: 'Keep data out of the spec: put files into the image or a ConfigMap that the pod template mounts.',
};

function copyOf(value: unknown, path: FieldPath, visit: Visit): unknown {
  visit.nodes += 1;
  if (visit.nodes > nodesMax) return undefined;
  if (typeof value === 'string') return checkedText(value, path, visit);
  if (typeof value === 'boolean' || value === null) return value;
  // JSON has no minus zero.
  if (typeof value === 'number' && Number.isFinite(value)) return value === 0 ? 0 : value;
  if (path.length >= depthMax) return refuse(visit, path, `is nested deeper than ${depthMax} levels`);
  if (Array.isArray(value)) return Array.from(value, (each, index) => copyOf(each, [...path, index], visit));
  if (isPlainObject(value)) return copyOfFields(value, path, visit);
  return refuse(visit, path, `is ${kindOf(value)}, which a spec cannot hold`, 'Write it as text in quotes.');
}

function copyOfFields(value: object, path: FieldPath, visit: Visit): unknown {
  const fields = Object.entries(value).filter(([, each]) => each !== undefined);
  return Object.fromEntries(
    fields.flatMap(([key, each]) => {
      const keyPath = [...path, key];
      if (key === '__proto__') refuse(visit, keyPath, 'is a name that a spec cannot hold');
      const wrong = characterProblem(key, false);
      if (wrong) refuse(visit, path, `has the key ${JSON.stringify(shorten(key))}, which ${wrong}`);
      return key === '__proto__' || wrong ? [] : [[key, copyOf(each, keyPath, visit)]];
    }),
  );
}

function checkedText(text: string, path: FieldPath, visit: Visit): string {
  const wrong = characterProblem(text, mayHoldLines(path));
  if (wrong)
    refuse(visit, path, wrong, wrong.includes('line break') ? 'Write it on one line (in YAML: `>-`).' : undefined);
  return text;
}

/** Scripts and queries are arguments and container commands; everywhere else a line break is a slip. */
function mayHoldLines(path: FieldPath): boolean {
  return (path[1] === 'job' && path[2] === 'args') || path[2] === 'podTemplate';
}

// oxlint-disable-next-line no-control-regex -- the control characters are what is looked for
const control = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]/g;
const halfCharacter = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/;

function characterProblem(text: string, linesAllowed: boolean): string | undefined {
  if (halfCharacter.test(text)) return 'holds half of a character (a lone surrogate)';
  const found = (text.match(control) ?? []).find((each) => !(linesAllowed && (each === '\n' || each === '\t')));
  if (found === undefined) return undefined;
  if (found === '\n' || found === '\r') return 'holds a line break';
  return `holds the control character U+${found.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}`;
}

function refuse(visit: Visit, path: FieldPath, message: string, hint?: string): undefined {
  visit.problems.push(problem(path, message, hint));
}

function isPlainObject(value: unknown): value is object {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  // Every realm has its own Object.prototype, and all of them have no prototype themselves.
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

function kindOf(value: unknown): string {
  if (typeof value === 'number') return 'not a finite number';
  if (typeof value === 'object') return value instanceof Date ? 'a date' : 'an object of a special kind';
  return value === undefined ? 'nothing' : `a ${typeof value}`;
}
