/** What a command is about: kinds and names as people type them, `jobs`, `job NAME`, `job/NAME` or `TENANT/job/NAME`. */
import type { JobRef, PastJobRef } from '../clients/drey/paths.ts';
import type { Config } from './config.ts';
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

interface Target {
  /** Absent: the one that is asked for anyway. */
  readonly tenant?: string | undefined;
  readonly name: string;
}

/** What of the configuration says which tenant is meant. */
type Tenancy = Pick<Config, 'tenant' | 'tenantIsExplicit'>;

function kindOf(word: string): TargetKind {
  const kind = spellings[word.toLowerCase()];
  if (kind === undefined)
    throw usageError(`"${word}" is not a kind that Drey knows`, 'The kinds are jobs and clusters.');
  return kind;
}

/** Reads `jobs`, `job a b` or `job/a job/b`, for words that look at one tenant. */
export function parseTargets(words: readonly string[]): Targets {
  const { kind, targets } = readTargets(words);
  if (targets.some(({ tenant }) => tenant !== undefined))
    throw usageError('jobs of several tenants cannot be asked for in one call');
  return { kind, names: targets.map(({ name }) => name) };
}

function readTargets(words: readonly string[]): { readonly kind: TargetKind; readonly targets: readonly Target[] } {
  const [first = '', ...rest] = words;
  if (!first.includes('/')) return { kind: kindOf(first), targets: rest.map((name) => ({ name: checkedName(name) })) };
  const read = words.map((word) => splitWord(word));
  const kinds = [...new Set(read.map(({ kind }) => kind))];
  const [kind = 'job'] = kinds;
  if (kinds.length > 1) throw usageError('jobs and clusters cannot be asked for in one call');
  if (kind === 'cluster' && read.some(({ tenant }) => tenant !== undefined))
    throw usageError('clusters belong to no tenant', 'Write cluster/NAME.');
  return { kind, targets: read };
}

function splitWord(word: string) {
  const parts = word.split('/');
  if (parts.length === 1) throw usageError(`"${word}" is not KIND/NAME, as the others are`);
  if (parts.length > 3) throw usageError(`"${word}" is not a name`, 'Write job/NAME, or TENANT/job/NAME.');
  const [name = '', kind = '', tenant] = parts.toReversed();
  return {
    kind: kindOf(kind),
    name: checkedName(name),
    tenant: tenant === undefined ? undefined : checkedName(tenant),
  };
}

function checkedName(name: string): string {
  // A slash or a dot segment would name another address of the API.
  if (!/^[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?$/.test(name)) throw usageError(`"${name}" is not a name`);
  return name;
}

/** The same, and whose they are: with their kind before them. */
export function parseRefs(config: Tenancy, words: readonly string[]) {
  const { kind, targets } = readTargets(words);
  const refs = targets.map(({ tenant, name }): JobRef => ({ tenant: tenantOf(config, tenant), name }));
  return { kind, refs };
}

/** Reads what is about jobs alone: the same, or just `a b`. None is an empty list. */
export function parseJobs(config: Tenancy, words: readonly string[]): readonly JobRef[] {
  const [first = ''] = words;
  if (words.length === 0) return [];
  const isBare = !words.some((word) => word.includes('/')) && spellings[first.toLowerCase()] === undefined;
  const { kind, refs } = parseRefs(config, isBare ? ['job', ...words] : words);
  if (kind !== 'job') throw usageError('only jobs can be named here', 'Write job NAME.');
  return refs;
}

/** Reads what is about exactly one job: `job NAME`, `job/NAME`, `TENANT/job/NAME`, or just `NAME`. */
export function parseJob(config: Tenancy, words: readonly string[]): JobRef {
  const [first = '', second] = words;
  // Of two words the first is a kind: one that is not known was mistyped.
  if (second !== undefined && !first.includes('/')) kindOf(first);
  const [ref, ...more] = parseJobs(config, words);
  if (ref === undefined || more.length > 0) throw usageError('exactly one job must be named', 'Write job NAME.');
  return ref;
}

/** A tenant named by flag must be the one that is named with the job, as with a document's. */
function tenantOf({ tenant, tenantIsExplicit }: Tenancy, named: string | undefined): string {
  if (named === undefined || named === tenant) return tenant;
  if (!tenantIsExplicit) return named;
  throw usageError(`a job of tenant "${named}" is named, not of "${tenant}" as --tenant says`, 'Leave --tenant out.');
}

interface InTenant<Settings extends Tenancy> {
  readonly config: Settings;
  readonly words: readonly string[];
}

/** For words that look at one tenant: where all of them name the same one, that is the one. */
export function inNamedTenant<Settings extends Tenancy>(
  config: Settings,
  words: readonly string[],
): InTenant<Settings> {
  const named = words.filter((word) => word.includes('/')).map((word) => word.split('/'));
  const [tenant, ...others] = new Set(named.map((parts) => (parts.length === 3 ? parts[0] : undefined)));
  if (tenant === undefined || others.length > 0) return { config, words };
  const own = words.map((word) => (word.includes('/') ? word.slice(word.indexOf('/') + 1) : word));
  return { config: { ...config, tenant: tenantOf(config, checkedName(tenant)), tenantIsExplicit: true }, words: own };
}

/** The flag of commands that also read jobs which were removed. */
export interface PastFlags {
  readonly uid?: string;
}

/** The one job that is meant, of all that have had its name. */
export function pastJobOf(config: Tenancy, words: readonly string[], { uid }: PastFlags): PastJobRef {
  return { ...parseJob(config, words), uid };
}
