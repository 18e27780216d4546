/** How a change is asked for: with a key, so that it can be repeated where nobody knows whether it was accepted. */
import { randomUUID } from 'node:crypto';
import type { DreyChanges, Stamp } from '../clients/drey/client.ts';
import type { JobRef } from '../clients/drey/paths.ts';
import type { Context } from './context.ts';
import { perhapsAccepted, usageError } from './errors.ts';
import { namedIn } from './kinds/job-kind.ts';
import { wholeNumber } from './whole-number.ts';

/** The flags of every word that changes something. */
export interface AskingFlags {
  readonly idempotencyKey?: string;
  readonly ifRevision?: string;
}

/** The same flags, understood. */
export interface Asking {
  /** Of all that this call asks for; made here unless the caller gave one. */
  readonly key: string;
  readonly isGiven: boolean;
  readonly ifRevision: number | undefined;
  /** Which of several changes this is: each has a key of its own, and the same one when the call is repeated. */
  readonly part?: string | undefined;
}

/** The API takes 200 characters; the rest is for the name of a job. */
const keyShape = /^[\x21-\x7e]{1,80}$/;
const partMax = 100;

/** Read before anything is asked for. @throws CliError */
export function askingOf({ idempotencyKey, ifRevision }: AskingFlags): Asking {
  if (idempotencyKey !== undefined && !keyShape.test(idempotencyKey))
    throw usageError('--idempotency-key must be 1 to 80 visible ASCII characters', 'Use a random UUID.');
  return {
    key: idempotencyKey ?? randomUUID(),
    isGiven: idempotencyKey !== undefined,
    ifRevision: ifRevision === undefined ? undefined : wholeNumber(ifRevision, '--if-revision'),
  };
}

/** A job, and with what it is asked for. */
export interface AskedJob {
  readonly ref: JobRef;
  readonly asking: Asking;
}

/** Each of several has a part of its own, by its name: so it has the same one when the call is repeated, and how many are selected then does not matter. */
export function askedJobs<Job extends Pick<AskedJob, 'ref'>>(
  asking: Asking,
  jobs: readonly Job[],
  { areSelected = false } = {},
): (Job & AskedJob)[] {
  if (jobs.length === 1 && !areSelected) return jobs.map((job) => ({ ...job, asking }));
  if (asking.ifRevision !== undefined) throw usageError('--if-revision is for one job', 'Name one, or leave it out.');
  return jobs.map((job, index) => {
    const { name } = job.ref;
    const earlier = jobs.slice(0, index).filter(({ ref }) => isSame(ref, job.ref)).length;
    const part = encodeURIComponent(name).slice(0, partMax);
    return { ...job, asking: { ...asking, part: earlier === 0 ? part : `${part}:${earlier + 1}` } };
  });
}

function isSame(one: JobRef, other: JobRef): boolean {
  return one.tenant === other.tenant && one.name === other.name;
}

/** Asks for a change. Where nobody can say whether it was accepted, the error says how to repeat it. */
export async function askFor<Answer>(
  { client, config }: Context,
  job: JobRef,
  asking: Asking,
  ask: (changes: DreyChanges) => Promise<Answer>,
): Promise<Answer> {
  try {
    return await ask(client.stamped(stampOf(asking)));
  } catch (error) {
    throw perhapsAccepted(error, repeating(namedIn(config, job), asking));
  }
}

/** Asks what a change would do. A key is sent only where it may have been used: then nothing would be done again. */
export function tryFor<Answer>(
  { client }: Context,
  asking: Asking,
  ask: (tries: DreyChanges['dryRun']) => Promise<Answer>,
): Promise<Answer> {
  const { key, ...stamp } = stampOf(asking);
  return ask(client.stamped(asking.isGiven ? { key, ...stamp } : stamp).dryRun);
}

function stampOf({ key, ifRevision, part }: Asking): Stamp {
  const own = part === undefined ? key : `${key}:${part}`;
  return { key: own, ifRevision };
}

/** @param job as a command names it. */
function repeating(job: string, { key }: Asking): string {
  return `It may have been accepted: repeat the same command with --idempotency-key ${key}, which carries it out once, or look with drey operations ${job}.`;
}
