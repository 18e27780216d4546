/** A ledger job in a soak: changed at random under changing load, as people do; brought back as its failures say. */
import type { Change } from '../../clients/drey/shapes.ts';
import { DreyApiError, DreyUnreachableError } from '../../clients/drey/errors.ts';
import type { JobView } from '../../core/job.ts';
import { hasEnded } from '../../core/operation.ts';
import { pause, waitUntil } from '../../deploy/dev/process.ts';
import { ended, smallMemory, small, tenant } from './e2e-job.ts';
import { setFault } from './ledger.ts';
import { ledgerFolders, ledgerJob } from './ledger-spec.ts';
import { oneOf } from './draw-strikes.ts';
import { standsBecause, type Standstill } from './rescues.ts';
import { drey } from './running-stack.ts';
import { endedAs, refusedWith, type Done, type Outcome } from './soak-outcomes.ts';
import { soakVerbs } from './soak-verbs.ts';

/** Five of them fit beside everything else into the memory of the machine that all of Drey's tests are made for. */
const tiny = { jobManager: { resources: small('416Mi') }, taskManager: { resources: small('576Mi') } };

const patient = {
  schedule: '10m',
  jobManager: '10m',
  slots: '10m',
  submit: '10m',
  running: '10m',
  checkpoint: '10m',
  stable: '10m',
} as const;

/** It is struck more often than any job should be: what it has got over does not count. */
const recovery = { attempts: 20, stableAfter: '5s', backoff: { initial: '1s', max: '5s' } } as const;

/** A complete spec. */
export function soakedSpec(name: string) {
  return ledgerJob(name, {
    flink: { version: '2.3', configuration: smallMemory },
    spec: { deadlines: patient, recovery, ...tiny },
  });
}

/** Changes the job, and its load, until the time is up; the operation that is under way then comes to its end. */
export async function soak(name: string, random: () => number, isOver: () => boolean): Promise<Done[]> {
  const done: Done[] = [];
  const { control } = ledgerFolders(name);
  while (!isOver()) {
    const [rate, waitMs] = [Math.round(200 + random() * 1_800), Math.round(random() * 5_000)];
    const verb = oneOf(Object.keys(soakVerbs), random);
    setFault(control, 'rate', rate);
    await pause(waitMs);
    const change = soakVerbs[verb];
    if (change) done.push({ job: name, verb, ...(await outcomeOf(name, () => change(name, random))) });
    done.push(...(await broughtBack(name)));
  }
  return done;
}

async function outcomeOf(name: string, change: () => Promise<Change | undefined>): Promise<Outcome> {
  try {
    const { changed = false, operation } = (await change()) ?? {};
    if (!changed || !operation) return { outcome: 'nothing to change' };
    const { state, failure } = await ended(name, operation.number, 1_200_000);
    return endedAs(state, failure?.code);
  } catch (error) {
    // An API that is away for half a minute, or a job that is being brought back: people try again, too.
    if (error instanceof DreyUnreachableError) return { outcome: 'no answer' };
    if (error instanceof DreyApiError) return refusedWith(error.problem.code);
    throw error;
  }
}

/** The verb under which it is noted that a job had to be resumed, with the reason. */
const resumed = 'resumed, for it was';

/** Jobs that had to be resumed though Drey was to bring them back. */
export function abandonedIn(done: readonly Done[]): string[] {
  return done.flatMap(({ job, verb, outcome }) =>
    verb === resumed && outcome.startsWith('abandoned' satisfies Standstill) ? [`${job} ${outcome}`] : [],
  );
}

/**
 * Waits until the job runs with nothing under way; where it has stopped, it is resumed as a person would.
 * @returns why it had to be, once for each time; a job that Drey was to bring back is among them as `abandoned`
 */
export async function broughtBack(name: string): Promise<Done[]> {
  const reasons = new Map<number, string>();
  const isBack = async () => {
    const job = await drey(10_000).getJob({ tenant, name });
    if (job.operation !== undefined) return false;
    if (isStopped(job)) await resumeOnce(job, reasons);
    return job.phase === 'RUNNING';
  };
  await waitUntil(isBack, { what: `${name} to run`, timeoutMs: 1_200_000, stepMs: 250 });
  return [...reasons.values()].map((outcome) => ({ job: name, verb: resumed, outcome }));
}

function isStopped({ phase, upcoming }: JobView): boolean {
  return ['SUSPENDED', 'FAILED', 'CANCELED'].includes(phase) && upcoming === undefined;
}

/** Asks for a resume, and notes why under the operation that it is asked after. */
async function resumeOnce(job: JobView, reasons: Map<number, string>): Promise<void> {
  const { name, phase, failure } = job;
  const { items } = await drey(10_000).listOperations({ tenant, name });
  // What has begun meanwhile is no reason why it stood still before.
  if (!items.every(hasEnded) || (await drey(10_000).getJob({ tenant, name })).updatedAt !== job.updatedAt) return;
  const why = standsBecause(job, items);
  const newest = Math.max(...items.map(({ number }) => number));
  const text = why === 'abandoned' ? `${why}: ${phase} ${failure?.code ?? ''}` : why;
  if (!reasons.has(newest)) reasons.set(newest, text.trim());
  await drey(10_000).resumeJob({ tenant, name });
}
