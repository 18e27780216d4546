/** What a command is about: kinds and names as people type them, `jobs`, `job NAME` or `job/NAME`. */
import type { PastJobRef } from '../clients/drey/paths.ts';
import { usageError } from './errors.ts';

type TargetKind = 'job' | 'cluster';

const spellings: Readonly<Record<string, TargetKind>> = {
  job: 'job',
  jobs: 'job',
  flinkjob: 'job',
  flinkjobs: 'job',
  fj: 'job',
  cluster: 'cluster',
  clusters: 'cluster',
};

export interface Targets {
  readonly kind: TargetKind;
  readonly names: readonly string[];
}

function kindOf(word: string): TargetKind {
  const kind = spellings[word.toLowerCase()];
  if (kind === undefined)
    throw usageError(`"${word}" is not a kind that Drey knows`, 'The kinds are jobs and clusters.');
  return kind;
}

/** Reads `jobs`, `job a b` or `job/a job/b`. */
export function parseTargets(words: readonly string[]): Targets {
  const [first = '', ...rest] = words;
  if (!first.includes('/')) return { kind: kindOf(first), names: rest.map(checkedName) };
  const pairs = words.map((word) => splitPair(word));
  const kinds = new Set(pairs.map(({ kind }) => kind));
  if (kinds.size > 1) throw usageError('jobs and clusters cannot be asked for in one call');
  return { kind: kindOf(first.slice(0, first.indexOf('/'))), names: pairs.map(({ name }) => name) };
}

function splitPair(word: string) {
  const slash = word.indexOf('/');
  if (slash === -1) throw usageError(`"${word}" is not KIND/NAME, as the others are`);
  return { kind: kindOf(word.slice(0, slash)), name: checkedName(word.slice(slash + 1)) };
}

function checkedName(name: string): string {
  // A slash or a dot segment would name another address of the API.
  if (!/^[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?$/.test(name)) throw usageError(`"${name}" is not a name`);
  return name;
}

/** Reads what is about exactly one job: `job NAME`, `job/NAME`, or just `NAME`. */
export function parseJobName(words: readonly string[]): string {
  const [first = '', second] = words;
  const bare = second === undefined && !first.includes('/') && spellings[first] === undefined;
  const { kind, names } = parseTargets(bare ? ['job', first] : words);
  const [name, ...more] = names;
  if (kind !== 'job' || name === undefined || more.length > 0) {
    throw usageError('exactly one job must be named', 'Write job NAME.');
  }
  return name;
}

/** The flag of commands that also read jobs which were removed. */
export interface PastFlags {
  readonly uid?: string;
}

/** The one job that is meant, of all that have had its name. */
export function pastJobOf(
  { tenant }: { readonly tenant: string },
  words: readonly string[],
  { uid }: PastFlags,
): PastJobRef {
  return { tenant, name: parseJobName(words), uid };
}
