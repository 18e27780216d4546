/**
 * A JobManager that is killed while its job stops with a savepoint: whenever that happens, the job goes on from the right
 * point, and no record is lost or doubled. `npm test` draws two of the moments by a seed, `npm run test:crash` has all.
 */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { waitUntil } from '../../deploy/dev/process.ts';
import { arm, awaitReached, disarm, release } from '../support/crash-points.ts';
import { applied, awaitPhase, e2eJob, ended, objectsOf, removed, tenant } from '../support/e2e-job.ts';
import { drawn } from '../support/drawn.ts';
import { livingJobsOf } from '../support/flink-of.ts';
import { clearFault, setFault, verifyLedger } from '../support/ledger.ts';
import { ledgerFolders, ledgerJob, removeLedger } from '../support/ledger-spec.ts';
import { killProcessesOf } from '../support/pod-process.ts';
import { drey, stateVolume } from '../support/running-stack.ts';

const name = 'stopping';
const bare = `${name}-bare`;
const ref = { tenant, name };
const { out, control } = ledgerFolders(name);

interface Moment {
  readonly prepare?: () => void;
  /** Begins with the operation; resolves when the JobManager was killed. */
  readonly strike: () => Promise<void>;
}

const heldAt = (call: string) => arm({ activity: 'stopJob', when: 'call', calls: [call], action: 'hold' });
const kill = () => killProcessesOf(name, 'jobmanager');

async function killWhileHeld(until: () => Promise<unknown> = async () => undefined): Promise<void> {
  await awaitReached('the stop');
  await until();
  await kill();
  release();
}

/** What stops have written below a folder: folders of savepoints, or those that are whole. */
function written(folder: string, what: 'begun' | 'whole'): number {
  if (!existsSync(folder)) return 0;
  const pattern = what === 'begun' ? /^stop-[^/]+\/[^/]+$/ : /^stop-.*\/_metadata$/;
  return readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((path) => pattern.test(path)).length;
}

/** Waits for one more than there was when it was called first. */
async function oneMore(what: 'begun' | 'whole', stepMs: number): Promise<void> {
  const { uid } = await drey().getJob(ref);
  const folder = join(stateVolume(), 'savepoints', uid);
  const before = written(folder, what);
  const isThere = async () => written(folder, what) > before;
  await waitUntil(isThere, { what: `the savepoint to be ${what}`, timeoutMs: 60_000, stepMs });
}

async function isEnded(): Promise<boolean> {
  return (await livingJobsOf(name)).length === 0;
}

async function jobEnded(): Promise<void> {
  await waitUntil(isEnded, { what: 'the job to end', timeoutMs: 50_000, stepMs: 20 });
}

const moments: Readonly<Record<string, Moment>> = {
  'before it was asked': {
    prepare: () => arm({ activity: 'stopJob', when: 'before', action: 'hold' }),
    strike: () => killWhileHeld(),
  },
  'as it is asked': { prepare: () => heldAt('stopWithSavepoint'), strike: () => killWhileHeld() },
  'while the savepoint is taken': {
    prepare: () => setFault(control, 'savepoint-delay-ms', 5_000),
    strike: async () => {
      await oneMore('begun', 5);
      await kill();
    },
  },
  'at the end of the savepoint': {
    strike: async () => {
      await oneMore('whole', 1);
      await kill();
    },
  },
  'when the job has ended, before the answer': {
    prepare: () => heldAt('stopWithSavepoint'),
    strike: () => killWhileHeld(jobEnded),
  },
};

/** Suspends the job with its JobManager killed meanwhile. */
async function suspendedUnder({ strike }: Moment): Promise<void> {
  const striking = strike();
  const { operation } = await drey().suspendJob(ref);
  const record = await ended(name, operation?.number ?? 0, 900_000);
  await striking;
  expect(record).toMatchObject({ state: 'succeeded' });
}

beforeAll(() => removeLedger(name));
afterAll(async () => {
  disarm();
  for (const one of [name, bare]) await removed(one).catch(() => undefined);
}, 300_000);

describe('a JobManager that is killed while its job stops loses and doubles nothing', () => {
  test.each(drawn(Object.entries(moments), 2))(
    '%s',
    async (_title, moment) => {
      expect(await applied(ledgerJob(name), 600_000)).toMatchObject({ state: 'succeeded' });
      moment.prepare?.();
      await suspendedUnder(moment);
      clearFault(control, 'savepoint-delay-ms');
      disarm();
      await awaitPhase(ref, 'SUSPENDED');
      expect(await objectsOf(name)).toEqual([]);
      const { operation } = await drey().resumeJob(ref);
      expect(await ended(name, operation?.number ?? 0)).toMatchObject({ state: 'succeeded' });
      const again = await drey().suspendJob(ref);
      expect(await ended(name, again.operation?.number ?? 0)).toMatchObject({ state: 'succeeded' });
      expect(await verifyLedger(out, { final: true })).toMatchObject({
        missing: 0,
        doubled: 0,
        mismatches: 0,
        good: true,
      });
    },
    1_200_000,
  );
});

test('without storage, and so without high availability, there is no state to keep: the job ends all the same', async () => {
  expect(await applied(e2eJob(bare, { withoutStorage: true }))).toMatchObject({ state: 'succeeded' });
  arm({ activity: 'stopJob', when: 'before', action: 'hold' });
  const { operation } = await drey().suspendJob({ tenant, name: bare });
  await awaitReached('the stop');
  await killProcessesOf(bare, 'jobmanager');
  release();
  expect(await ended(bare, operation?.number ?? 0, 600_000)).toMatchObject({ state: 'succeeded' });
  disarm();
  await awaitPhase({ tenant, name: bare }, 'SUSPENDED');
  expect(await objectsOf(bare)).toEqual([]);
}, 900_000);
