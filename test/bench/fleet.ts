/**
 * `npm run bench:fleet -- [--jobs 1000] [--policy never|on-failure] [--listings 100] [--minutes 2] [--idle-minutes 0]
 * [--no-storm] [-o json] [--address A]`, beside a stack that `npm run up` started: what Drey's processes use for a fleet whose JobManagers are
 * played, how long a fresh agent needs to know it and the API to list it, and what happens when all of it fails at once. With windows of
 * `bench:idle` before the fleet is there and with it: a large fleet takes long to make.
 */
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { waitUntil } from '../../deploy/dev/process.ts';
import { withFleet, type BenchFleet } from './bench-fleet.ts';
import { fleetText, type FleetReport } from './fleet-report.ts';
import { measureUse, perThousand, type Uses } from './fleet-usage.ts';
import { measureIdle, settled, type IdleWindow } from './idle-window.ts';
import { measureListings } from './listing.ts';
import { numberSaid } from './numbers-said.ts';
import type { PlayedFleet } from './played-fleet.ts';
import { stackParts } from './stack-parts.ts';
import { measureStorm, type Storm } from './storm.ts';
import { benchStack } from './support.ts';

const { values } = parseArgs({
  options: {
    jobs: { type: 'string', default: '1000' },
    policy: { type: 'string', default: 'never' },
    listings: { type: 'string', default: '100' },
    minutes: { type: 'string', default: '2' },
    'idle-minutes': { type: 'string', default: '0' },
    'no-storm': { type: 'boolean', default: false },
    output: { type: 'string', short: 'o', default: 'text' },
    address: { type: 'string' },
  },
});
const listingTimes = numberSaid('listings', values.listings);
const jobs = numberSaid('jobs', values.jobs);
const policy = z.enum(['never', 'on-failure']).parse(values.policy);
const windowMs = numberSaid('minutes', values.minutes, false) * 60_000;
const idleMs = numberSaid('idle-minutes', values['idle-minutes'], false) * 60_000;
const settleMs = 30 * 60_000;
const stormMs = 30 * 60_000;
const knownMs = 30 * 60_000;
const say = (line: string) => process.stderr.write(`${line}\n`);

const stack = await benchStack(['2.3']);
const parts = stackParts();

/** From the start of a fresh agent until it has asked the last JobManager. */
async function timeToKnow(played: PlayedFleet): Promise<number> {
  const startedAtMs = await parts.restartAgent(() => played.forgetAsked());
  const look = async () => played.allAskedAtMs();
  const knownAtMs = await waitUntil(look, { what: 'a fresh agent to know all', timeoutMs: knownMs, stepMs: 100 });
  return knownAtMs - startedAtMs;
}

/** Its cost to Temporal, where that was asked for. */
async function idleWindow(what: string): Promise<readonly IdleWindow[]> {
  if (idleMs === 0) return [];
  say(`${what}: an idle window of ${values['idle-minutes']} minutes`);
  return [await measureIdle(parts, { what, durationMs: idleMs, relists: true })];
}

interface Before {
  readonly without: Uses;
  readonly idle: readonly IdleWindow[];
}

/** Both times by an agent that has been started for it, so that what it has used before does not count. */
async function withoutFleet(): Promise<Before> {
  await parts.restartAgent();
  await settled(parts, settleMs);
  say(`measuring for ${values.minutes} minutes without the fleet`);
  const without = await measureUse(parts, windowMs);
  return { without, idle: await idleWindow('what runs anyway') };
}

async function stormOf(played: PlayedFleet): Promise<Storm | undefined> {
  if (values['no-storm']) return undefined;
  say('all jobs fail');
  return measureStorm(stack, parts, played, { jobs, policy, withinMs: stormMs });
}

async function measured(before: Before, { played, maker }: BenchFleet): Promise<FleetReport> {
  await maker.growTo(jobs);
  if (!(await settled(parts, settleMs))) say('it is not at rest, and is measured nevertheless');
  const timeToKnowMs = await timeToKnow(played);
  say(`a fresh agent knew all after ${timeToKnowMs} ms`);
  await settled(parts, settleMs);
  say(`measuring for ${values.minutes} minutes`);
  played.forgetAsked();
  const withIt = await measureUse(parts, windowMs);
  const requestsPerSecond = played.requests / (windowMs / 1000);
  const idle = [...before.idle, ...(await idleWindow(`${jobs} played jobs more`))];
  say(`listing ${listingTimes} times`);
  const listings = await measureListings(stack.drey, jobs, listingTimes);
  const storm = await stormOf(played);
  const { without } = before;
  const perThousandJobs = perThousand(without, withIt, jobs);
  const known = { jobs, without, with: withIt, perThousandJobs, requestsPerSecond, timeToKnowMs, listings, idle };
  return { ...known, ...(storm && { storm }) };
}

/** Before the fleet is taken away: that takes long, and what was measured is there. */
function print(report: FleetReport): void {
  console.log(values.output === 'json' ? JSON.stringify(report) : fleetText(report));
}

try {
  const before = await withoutFleet();
  const wish = { policy, address: values.address, say };
  await withFleet(stack, parts, wish, async (fleet) => print(await measured(before, fleet)));
} finally {
  await parts.close();
  stack.kubernetes.close();
}
