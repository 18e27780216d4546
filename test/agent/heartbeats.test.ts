/** What an agent says of itself, to an API that takes what the test says. */
import { expect, test } from '@jest/globals';
import { Heartbeats } from '../../agent/heartbeats.ts';
import { UnknownJobsFound } from '../../agent/unknown-jobs.ts';
import { DreyApiError } from '../../clients/drey/errors.ts';
import type { Heartbeat, UnknownJobs } from '../../core/agents.ts';
import { waitUntil } from '../../deploy/dev/process.ts';

const log = { info: () => undefined, warn: () => undefined };
const found: UnknownJobs = { count: 1, jobs: ['default/orders'], ageMs: 5 };

/** What the API was sent first, and what it took. */
async function beaten(take: (heartbeat: Heartbeat) => void): Promise<Heartbeat[]> {
  const sent: Heartbeat[] = [];
  const send = async (heartbeat: Heartbeat) => {
    sent.push(heartbeat);
    take(heartbeat);
    return undefined;
  };
  const heartbeats = new Heartbeats({
    send,
    log,
    agent: 'one',
    observes: () => true,
    unknown: () => found,
    everyMs: 60_000,
  });
  await waitUntil(async () => sent.length > 0, { what: 'a heartbeat', timeoutMs: 5_000 });
  // What follows in the same beat is sent before the next turn of the event loop.
  await new Promise((resolve) => void setImmediate(resolve));
  heartbeats.stop();
  return sent;
}

const refused = new DreyApiError({
  title: 'not understood',
  status: 422,
  detail: '',
  code: 'INVALID_BODY',
  cure: '',
} as never);
const bare = { agent: 'one', observes: true };

test('says what no workflow knows', async () => {
  expect(await beaten(() => undefined)).toEqual([{ ...bare, unknown: found }]);
});

test('says that it is there to an API that does not know of unknown jobs', async () => {
  const sent = await beaten((heartbeat) => {
    if (heartbeat.unknown) throw refused;
  });
  expect(sent).toEqual([{ ...bare, unknown: found }, bare]);
});

test('says it once to an API that is away', async () => {
  const sent = await beaten(() => {
    throw new Error('away');
  });
  expect(sent).toHaveLength(1);
});

test('names the first few, and counts all', () => {
  const seen = new UnknownJobsFound();
  expect(seen.now).toBeUndefined();
  seen.note(Array.from({ length: 30 }, (_, index) => `default/job-${index}`));
  expect(seen.now?.count).toBe(30);
  expect(seen.now?.jobs).toHaveLength(20);
});
