/** What an agent does with a batch of what it saw of jobs that the API refuses. */
import { afterEach, expect, jest, test } from '@jest/globals';
import { pino } from 'pino';
import { createAgentMetrics } from '../../agent/metrics.ts';
import { SeenSender } from '../../agent/seen-sender.ts';
import { DreyApiError } from '../../clients/drey/errors.ts';
import type { SendSeen } from '../../clients/drey/send-seen.ts';
import type { JobFact } from '../../core/observation/job-seen.ts';
import { waitUntil } from '../../deploy/dev/process.ts';

const metrics = createAgentMetrics();
let sender: SeenSender | undefined;
afterEach(() => sender?.stop());

function fact(uid: string): JobFact {
  const seen = { at: '', generation: 1, state: 'RUNNING', restarts: 0, taskManagers: { ready: 1, wanted: 1 } } as const;
  return { uid, submission: 1, attemptMs: 1, seq: 1, seen };
}

/** An API that takes no batch in which one of these is; it tells what it was sent, and what it took. */
function apiRefusing(isBad: (uid: string) => boolean) {
  const taken: string[] = [];
  const asked: number[] = [];
  const send: SendSeen = async (jobs) => {
    asked.push(jobs.length);
    const problem = { type: 'about:blank', title: 'Invalid', status: 422, detail: '', code: 'INVALID_BODY' };
    if (jobs.some(({ uid }) => isBad(uid))) throw new DreyApiError(problem);
    taken.push(...jobs.map(({ uid }) => uid));
    return { taken: jobs.length, dropped: 0 };
  };
  return { taken, asked, send };
}

async function bring(send: SendSeen, facts: readonly JobFact[]): Promise<void> {
  metrics.seen.reset();
  const one = new SeenSender({ send, metrics, log: pino({ level: 'silent' }), everyMs: 5 });
  sender = one;
  for (const each of facts) one.note(each);
  const isOver = async () => (await metrics.seenWaiting.get()).values[0]?.value === 0;
  await waitUntil(isOver, { what: 'nothing to wait any more', timeoutMs: 120_000, stepMs: 5 });
}

async function counted(outcome: string): Promise<number | undefined> {
  return (await metrics.seen.get()).values.find(({ labels }) => labels['outcome'] === outcome)?.value;
}

const uids = Array.from({ length: 500 }, (_, index) => `job-${index}`);

test.each<[string, readonly string[]]>([
  ['one', ['job-0']],
  ['the last one', ['job-499']],
  ['three', ['job-3', 'job-4', 'job-250']],
])('of 500 jobs %s that the API refuses is given up, and no other', async (_title, bad) => {
  const { send, taken } = apiRefusing((uid) => bad.includes(uid));
  await bring(send, uids.map(fact));
  expect(taken.toSorted()).toEqual(uids.filter((uid) => !bad.includes(uid)).toSorted());
  expect(await counted('refused')).toBe(bad.length);
});

test('an API that takes nothing is not asked for each job', async () => {
  const { send, asked } = apiRefusing(() => true);
  await bring(send, uids.map(fact));
  expect(asked.length).toBeLessThan(100);
  expect(await counted('refused')).toBe(500);
});

test('ends what is under way when it ends, and sends nothing more', async () => {
  const signals: AbortSignal[] = [];
  const send: SendSeen = (_jobs, signal) => {
    signals.push(signal);
    return new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
  };
  sender = new SeenSender({ send, metrics, log: pino({ level: 'silent' }), everyMs: 5 });
  sender.note(fact('job-0'));
  await waitUntil(async () => signals.length === 1, { what: 'it to be sent', timeoutMs: 120_000, stepMs: 5 });
  sender.stop();
  expect(signals.map(({ aborted }) => aborted)).toEqual([true]);
});

test('keeps nothing of an attempt that is over: none of its signals is derived from one that lasts', async () => {
  const derive = jest.spyOn(AbortSignal, 'any');
  const { send, taken } = apiRefusing(() => false);
  await bring(send, [fact('job-0')]);
  expect(taken).toEqual(['job-0']);
  expect(derive).not.toHaveBeenCalled();
  derive.mockRestore();
});
