/** A ledger job in a soak: changed at random under changing load, as people do; brought back as its failures say. */
import type { Change } from '../../clients/drey/shapes.ts';
import { DreyApiError, DreyUnreachableError } from '../../clients/drey/errors.ts';
import { pause, waitUntil } from '../../deploy/dev/process.ts';
import { ended, smallMemory, small, tenant } from './e2e-job.ts';
import { setFault } from './ledger.ts';
import { ledgerFolders, ledgerJob } from './ledger-spec.ts';
import { drey } from './running-stack.ts';
import { oneOf } from './draw-strikes.ts';

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

type Verb = (name: string, random: () => number) => Promise<Change>;

const verbs: Readonly<Record<string, Verb>> = {
  restart: (name) => drey().restartJob({ tenant, name }),
  scale: (name, random) => drey().scaleJob({ tenant, name }, random() < 0.5 ? 1 : 2),
  savepoint: (name) => drey().createSavepoint({ tenant, name }),
  suspend: (name) => drey().suspendJob({ tenant, name }),
};

/** What became of one change, in words. */
export interface Done {
  readonly job: string;
  readonly verb: string;
  readonly outcome: string;
}

/** Changes the job, and its load, until the time is up; the operation that is under way then comes to its end. */
export async function soak(name: string, random: () => number, isOver: () => boolean): Promise<Done[]> {
  const done: Done[] = [];
  const { control } = ledgerFolders(name);
  while (!isOver()) {
    const [rate, waitMs] = [Math.round(200 + random() * 1_800), Math.round(random() * 5_000)];
    const verb = oneOf(Object.keys(verbs), random);
    setFault(control, 'rate', rate);
    await pause(waitMs);
    const change = verbs[verb];
    if (change) done.push({ job: name, verb, outcome: await outcomeOf(name, () => change(name, random)) });
    await broughtBack(name);
  }
  return done;
}

async function outcomeOf(name: string, change: () => Promise<Change>): Promise<string> {
  try {
    const { changed, operation } = await change();
    if (!changed || !operation) return 'nothing to change';
    const { state, failure } = await ended(name, operation.number, 1_200_000);
    return failure ? `${state}: ${failure.code}` : state;
  } catch (error) {
    // An API that is away for half a minute, or a job that is being brought back: people try again, too.
    if (error instanceof DreyUnreachableError) return 'no answer';
    if (error instanceof DreyApiError) return error.problem.code;
    throw error;
  }
}

/** Waits until the job runs with nothing under way; where it has stopped, it is resumed as a person would. */
export async function broughtBack(name: string): Promise<void> {
  const isBack = async () => {
    const { phase, operation, upcoming } = await drey(10_000).getJob({ tenant, name });
    if (operation !== undefined) return false;
    if (['SUSPENDED', 'FAILED', 'CANCELED'].includes(phase) && upcoming === undefined)
      await drey(10_000).resumeJob({ tenant, name });
    return phase === 'RUNNING';
  };
  await waitUntil(isBack, { what: `${name} to run`, timeoutMs: 1_200_000, stepMs: 250 });
}
