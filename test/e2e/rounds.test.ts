/**
 * Upgrades and rescales in a row on one ledger job under load: nothing is lost or doubled, and no operation adds much to the history of
 * the job's workflow. `npm test` makes two rounds. `npm run test:rounds` makes thirty: only these judge that the processes do not grow, and that the
 * workflow begins new histories.
 */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { jobWorkflowId } from '../../core/names.ts';
import { applied, ended, removed, tenant } from '../support/e2e-job.ts';
import { livingJobsOf } from '../support/flink-of.ts';
import { setFault, verifyLedger } from '../support/ledger.ts';
import { ledgerFolders, ledgerJob, removeLedger } from '../support/ledger-spec.ts';
import { growthOf, lookAt, type MemoryLook } from '../support/resident.ts';
import { drey, pidOf, temporal } from '../support/running-stack.ts';

const rounds = Number(process.env.DREY_TEST_ROUNDS ?? 2);
const name = 'rounds';
const ref = { tenant, name };
const { out, control } = ledgerFolders(name);

/** The history of the job's workflow after a round. */
interface Seen {
  readonly events: number;
  readonly runs: number;
}

const parts = ['api', 'worker', 'agent'] as const;

/** Resident memory of each process, after each operation. */
const looks = parts.map((part) => ({ part, all: [] as MemoryLook[] }));

function look(): void {
  for (const { part, all } of looks) all.push(lookAt(pidOf(part)));
}

/** Events of the job's workflow since it last continued as new, and how often it did. */
async function history() {
  const client = await temporal();
  const { historyLength } = await client.workflow.getHandle(jobWorkflowId(ref)).describe();
  const { count } = await client.workflow.count(`WorkflowId = '${jobWorkflowId(ref)}'`);
  await client.connection.close();
  return { events: historyLength, runs: count };
}

async function upgraded(round: number): Promise<void> {
  const parallelism = (await drey().getJob(ref)).spec.spec.job.parallelism;
  const spec = ledgerJob(name, { job: { parallelism }, spec: { restartNonce: round } });
  expect(await applied(spec)).toMatchObject({ kind: 'upgrade', state: 'succeeded' });
}

async function rescaled(): Promise<void> {
  const { parallelism } = (await drey().getJob(ref)).spec.spec.job;
  const { operation } = await drey().scaleJob(ref, parallelism === 1 ? 2 : 1);
  expect(await ended(name, operation?.number ?? 0)).toMatchObject({ kind: 'rescale', state: 'succeeded' });
}

beforeAll(() => removeLedger(name));
afterAll(() => removed(name).catch(() => undefined), 240_000);

test(`${rounds} upgrades and ${rounds} rescales in a row lose nothing, double nothing, and leave nothing behind`, async () => {
  expect(await applied(ledgerJob(name))).toMatchObject({ state: 'succeeded' });
  setFault(control, 'rate', 3_000);
  const seen: Seen[] = [];
  for (let round = 1; round <= rounds; round += 1) {
    await upgraded(round);
    look();
    await rescaled();
    look();
    expect(await livingJobsOf(name)).toHaveLength(1);
    seen.push(await history());
    const mib = looks.map(({ part, all }) => `${part} ${all.at(-1)?.mib} MiB`);
    process.stdout.write(`round ${round}: ${JSON.stringify(seen.at(-1))} ${mib.join(', ')}\n`);
  }
  const { operation } = await drey().suspendJob(ref);
  expect(await ended(name, operation?.number ?? 0)).toMatchObject({ state: 'succeeded' });
  const report = await verifyLedger(out, { final: true });
  process.stdout.write(`${JSON.stringify(report)}\n`);
  expect(report).toMatchObject({ missing: 0, doubled: 0, mismatches: 0, outOfOrder: 0, good: true });
  // An operation is never divided: the bound may be passed by what one of them adds.
  const bound = Number(process.env.DREY_TEST_HISTORY ?? 4_096);
  expect(Math.max(...seen.map(({ events }) => events))).toBeLessThan(bound + eventsOfOperation);
  expect(Math.max(...eventsOfRounds(seen))).toBeLessThan(2 * eventsOfOperation);
  expect(growingParts()).toEqual([]);
}, 3_600_000);

/** What an operation adds to the history of its job's workflow, at most; it is 40 where nothing happens beside it. */
const eventsOfOperation = 100;

/** What each round has added, but for those in which the workflow began a new history. */
function eventsOfRounds(seen: readonly Seen[]): number[] {
  return seen.flatMap(({ events, runs }, at) => {
    const before = seen[at - 1];
    return before?.runs === runs ? [events - before.events] : [];
  });
}

/** So many rounds tell a leak from what a process takes once. */
const roundsJudged = 12;

/** In the first third of the rounds a process takes what they need. */
const comesUpShare = 1 / 3;

/** In ten minutes: what grows so is half as large again within the hour. */
const growthMax = 0.1;

/** By the line through all looks: a single one may be just before garbage is collected, or just after. @returns the parts that grow */
function growingParts(): string[] {
  if (rounds < roundsJudged) {
    process.stdout.write(`memory is not judged: that takes ${roundsJudged} rounds\n`);
    return [];
  }
  return looks.flatMap(({ part, all }) => {
    const { growth } = growthOf(all.slice(Math.floor(all.length * comesUpShare))) ?? {};
    const text =
      growth === undefined ? 'not judged: it has not lived for long enough' : `${Math.round(growth * 100)} %`;
    process.stdout.write(`growth of ${part} in ten minutes: ${text}\n`);
    return growth === undefined || growth >= growthMax ? [`${part}: ${text}`] : [];
  });
}
