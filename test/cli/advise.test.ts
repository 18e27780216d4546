import { afterEach, describe, expect, test } from '@jest/globals';
import { longestMs, lookingFor } from '../../cli/advice/looking-time.ts';
import { adviceLines } from '../../cli/kinds/advice-kind.ts';
import { adviceOn, withoutDecision } from '../../core/autoscaler/advice.ts';
import type { ProfileName } from '../../core/autoscaler/policy.ts';
import { inputOf, minute } from '../core/autoscaler/jobs.ts';
import type { RecordedFlink } from '../support/flink-answers.ts';
import { serveAnswers } from '../support/flink-answers.ts';
import { playedVertices, playFlink, type PlayedJob } from '../support/played-flink.ts';
import { runDrey } from './run-drey.ts';

let flink: RecordedFlink | undefined;
afterEach(async () => {
  await flink?.stop();
  flink = undefined;
});

const id = (n: number) => n.toString(16).padStart(32, '0');
const { source, ledger } = playedVertices;

const on = { 'job.autoscaler.enabled': 'true' };
const short = { 'job.autoscaler.stabilization.interval': '1 s', 'job.autoscaler.metrics.window': '500 ms' };

/** Reads 100/s of 180/s with all its time: for 180/s ÷ 0.7, and 180/s · 300 s ÷ 1800 s after a restart, it needs 6 subtasks. Of 128 key groups, 8 have equal shares. */
const overloaded = { rate: 100, incoming: 180, busyMsPerSecond: 1000 };
const grown = { [source]: 2, [ledger]: 8 };
const unchanged = { [source]: 2, [ledger]: 2 };

interface Told {
  readonly id: string;
  readonly name: string;
  readonly decision: Readonly<Record<string, number>> | null;
  readonly code: string;
  readonly reason: string;
}

async function advise(jobs: readonly PlayedJob[], args: readonly string[] = []) {
  flink = await playFlink(jobs);
  const fast = ['--interval', '100ms', '--for', '60s', '-o', 'json', ...args];
  const asked = ['autoscaler', 'advise', '--rest', `${flink.url}/`, '--profile', 'flink-operator-1.15'];
  const ran = await runDrey(undefined, [...asked, ...fast]);
  const told = ran.out === '' ? [] : (JSON.parse(ran.out) as { jobs: Told[] }).jobs;
  return { ...ran, told, decisions: Object.fromEntries(told.map(({ name, decision }) => [name, decision])) };
}

describe('the jobs of a Flink cluster', () => {
  test('have one entry each, with the first decision or the reason why there is none', async () => {
    const configuration = { ...on, ...short };
    const { code, err, told } = await advise([
      { id: id(1), name: 'overloaded', configuration, ...overloaded },
      { id: id(2), name: 'at ease', configuration },
      { id: id(3), name: 'off' },
      { id: id(4), name: 'switched off', configuration: { ...short, 'job.autoscaler.enabled': 'false' } },
      { id: id(5), name: 'ended', state: 'FINISHED', configuration },
      { id: id(6), name: 'wrong', configuration: { ...on, 'job.autoscaler.metrics.window': 'long' } },
      {
        id: id(7),
        name: 'held',
        configuration: { ...configuration, 'job.autoscaler.scaling.enabled': 'false' },
        ...overloaded,
      },
    ]);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(told.map(({ name, decision, code: why }) => [name, decision, why])).toEqual([
      ['overloaded', grown, 'TOO_SMALL'],
      ['at ease', unchanged, 'AT_TARGET'],
      ['off', null, 'OFF'],
      ['switched off', null, 'OFF'],
      ['ended', null, 'NOT_RUNNING'],
      ['wrong', null, 'BAD_OPTIONS'],
      ['held', grown, 'TOO_SMALL'],
    ]);
    expect(told[0]).toMatchObject({ id: id(1), reason: expect.stringContaining('is busy 100 % of its time') });
    expect(told[5]?.reason).toBe('job.autoscaler.metrics.window must be a duration such as 15 min.');
    expect(told[6]).toMatchObject({ held: { code: 'SCALING_DISABLED' } });
  });

  test('are asked by reading alone, and nothing of their other configuration comes out', async () => {
    const { out, err } = await advise([{ id: id(1), name: 'j', configuration: { ...on, ...short }, ...overloaded }]);
    expect(flink?.asked.filter(({ request }) => !request.startsWith('GET '))).toEqual([]);
    expect(out + err).not.toContain('not for you');
  });

  test('may be dozens', async () => {
    const jobs = Array.from({ length: 40 }, (_, index) => ({
      id: id(index + 1),
      name: `j${index}`,
      configuration: { ...on, ...short, 'job.autoscaler.metrics.window': '3 s' },
      ...overloaded,
    }));
    const { decisions } = await advise(jobs, ['--interval', '1s']);
    expect(decisions).toEqual(Object.fromEntries(jobs.map(({ name }) => [name, grown])));
    const clusterReadings = flink?.asked.filter(({ request }) => request.startsWith('GET /taskmanagers/metrics'));
    expect(clusterReadings?.length).toBeLessThan(20);
  });

  test('are told when the time is over, decided or not', async () => {
    const jobs = [{ id: id(1), name: 'j', configuration: on, ...overloaded }];
    const { code, told } = await advise(jobs, ['--for', '5s']);
    expect(code).toBe(0);
    expect(told).toEqual([
      {
        id: id(1),
        name: 'j',
        decision: null,
        reason: expect.any(String),
        code: 'STABILIZING',
        cure: expect.any(String),
        vertices: [],
      },
    ]);
  });

  test.each<[profile: ProfileName, more: string, text: RegExp, cure: string]>([
    ['drey', '1 s', /^The last 2 min are not yet covered by samples\. It was looked at for \d+(\.\d+)? m?s\.$/, '3m'],
    ['flink-operator-main', '1 s', /^The window of 15 min is full in 15 min\. It was looked at for /, '16m'],
    ['flink-operator-main', '390 s', /^The job runs for .* s; it is judged after 6\.5 min\.$/, '21m'],
  ])('by %s, judged after %s, say for how long they are to be looked at', async (profile, after, text, enough) => {
    const jobs = [{ id: id(1), name: 'j', configuration: on, ...overloaded }];
    const set = ['--set', `job.autoscaler.stabilization.interval=${after}`];
    const { told } = await advise(jobs, ['--for', '3s', '--profile', profile, ...set]);
    const shorter = 'job.autoscaler.stabilization.interval=1s --set job.autoscaler.metrics.window=10s';
    const cure = `Ask for longer (--for ${enough}), or for shorter windows: --set ${shorter}.`;
    expect(told).toMatchObject([{ decision: null, reason: expect.stringMatching(text), cure }]);
  });

  test('may be one', async () => {
    const jobs = [1, 2].map((n) => ({ id: id(n), name: `j${n}`, configuration: { ...on, ...short }, ...overloaded }));
    expect((await advise(jobs, ['--job', id(2)])).decisions).toEqual({ j2: grown });
    expect(flink?.asked.filter(({ request }) => request.includes(id(1)))).toEqual([]);
  });

  test('may be none', async () => {
    expect((await advise([])).out).toBe('{\n  "jobs": []\n}\n');
  });
});

describe('what is decided by', () => {
  test.each(['drey', 'flink-operator-main', 'flink-operator-1.15'])('profile %s may be asked', async (profile) => {
    const jobs = [{ id: id(1), name: 'j', configuration: { ...on, ...short }, ...overloaded }];
    const { decisions } = await advise(jobs, ['--profile', profile]);
    expect(decisions['j']?.[ledger]).toBeGreaterThan(4);
    // What Flink tells first is a minute old: by that, a hundred would be too few.
    expect(decisions['j']?.[ledger]).toBeLessThan(17);
  });

  test('may be set, and goes before the configuration under whichever name that has it', async () => {
    const configuration = {
      ...short,
      'kubernetes.operator.job.autoscaler.enabled': 'false',
      'job.autoscaler.metrics.window': '15 min',
      'job.autoscaler.utilization.target': '0.9',
      'job.autoscaler.vertex.max-parallelism': '4',
    };
    const set = [
      'job.autoscaler.enabled=true',
      'job.autoscaler.metrics.window=500 ms',
      'job.autoscaler.target.utilization=0.1',
      'job.autoscaler.scaling.event.interval=0',
    ];
    const jobs = [{ id: id(1), name: 'j', configuration, ...overloaded }];
    const { decisions, err } = await advise(
      jobs,
      set.flatMap((one) => ['--set', one]),
    );
    // To be busy for a tenth of its time, the source would need more than it may have, too.
    expect(decisions).toEqual({ j: { [source]: 4, [ledger]: 4 } });
    expect(err).toBe('--set job.autoscaler.scaling.event.interval changes nothing: no decision depends on it\n');
  });
});

describe('what cannot be told', () => {
  test.each<[readonly string[], number, RegExp]>([
    [['--rest', 'nowhere'], 2, /--rest "nowhere" is not an address\ncure: /],
    [['--rest', 'http://127.0.0.1:9'], 3, /\(FLINK_UNREACHABLE\)\ncure: Check that Flink is up/],
    [['--job', id(9)], 1, /has no job 0{31}9 \(NO_SUCH_FLINK_JOB\)\ncure: /],
    [['--profile', 'best'], 2, /--profile best is not known\ncure: Use one of .*drey/],
    [['--set', 'metrics.window'], 2, /--set metrics.window is not understood\ncure: /],
    [['--set', 'parallelism.default=3'], 2, /--set parallelism.default=3 is not understood\ncure: /],
    [['--set', 'job.autoscaler.metrics.window=long'], 2, /metrics.window=long: must be a duration such as 15 min/],
    [['--interval', '10ms'], 2, /--interval must be 100ms or more/],
    [['--for', 'ever'], 2, /--for: "ever" is not a duration/],
    [['-o', 'wide'], 2, /-o wide is not known/],
  ])('%j: exit code %d', async (args, code, message) => {
    const ran = await advise([{ id: id(1), name: 'j' }], args);
    expect(ran).toMatchObject({ code, out: '', err: expect.stringMatching(message) });
    expect(ran.err).toMatch(/^error: /);
  });

  test('where something else answers, it is said', async () => {
    flink = await serveAnswers(() => undefined);
    const ran = await runDrey(undefined, ['autoscaler', 'advise', '--rest', flink.url.replace('//', '//user:word@')]);
    expect(ran).toMatchObject({ code: 1, out: '', err: expect.stringContaining('(NOT_FLINK)\ncure: ') });
    expect(ran.err).not.toContain('word');
  });

  test('where Flink falls silent, what is known is told', async () => {
    const playing = await playFlink([
      { id: id(1), name: 'j', configuration: on, ...overloaded },
      { id: id(2), name: 'off' },
    ]);
    flink = playing;
    const running = runDrey(undefined, ['autoscaler', 'advise', '--rest', playing.url, '--for', '3s', '-o', 'json']);
    while (playing.asked.length < 10) await new Promise((resolve) => setTimeout(resolve, 10));
    await playing.stop();
    flink = undefined;
    const { code, out } = await running;
    expect(code).toBe(3);
    expect(JSON.parse(out)).toMatchObject({ jobs: [{ code: 'FLINK_UNREACHABLE' }, { code: 'OFF' }] });
  });
});

describe('for how long jobs are looked at', () => {
  const [second, ownWindow] = [1_000, 120_000];

  test('by drey, where nobody says more, long enough for its window', () => {
    expect(longestMs('drey', undefined)).toBe(longestMs('drey', lookingFor(ownWindow + second)));
    expect(longestMs('flink-operator-main', undefined)).toBe(60 * second);
    expect(longestMs('drey', '20s')).toBe(20 * second);
  });

  test.each([
    [10 * second, '30s'],
    [75 * second, '90s'],
    [75 * second + 1, '2m'],
    [15 * 60 * second, '16m'],
  ])('%d ms and what comes besides are told as %s', (takesMs, text) => expect(lookingFor(takesMs)).toBe(text));
});

function adviceBy(options: object) {
  const load = { rate: 700, busy: { source: 0.2, work: 1 }, backPressured: 0.8, lagGrowth: 100 };
  const { job, samples, policy } = inputOf(load, 20 * minute, {}, options);
  return adviceOn(job, samples, policy);
}

describe('for people', () => {
  test('each job has its vertices, from and to, with the reasons', () => {
    const lines = adviceLines({ id: id(1), name: 'orders', advice: adviceBy({ scalingEnabled: false }) });
    expect(`\n${lines.join('\n')}\n`).toMatchInlineSnapshot(`
"
job orders (00000000000000000000000000000001): rescale 1 of 2 vertices
  "work": It can process 700/s and is busy 100 % of its time; it needs 867/s at least. (TOO_SMALL)
  held back: job.autoscaler.scaling.enabled is false. (SCALING_DISABLED)
  VERTEX   NAME     PARALLELISM   REASON
  source   source   4             A scale-down to 2 waits for 60 min more.
  work     work     4 → 8         It can process 700/s and is busy 100 % of its time; it needs 867/s at least.
"
`);
  });

  test('or the reason why nothing is decided, with what to do', () => {
    const lines = adviceLines({ id: id(1), name: 'orders', advice: adviceBy({ windowMs: 900_001 }) });
    expect(`\n${lines.join('\n')}\n`).toMatchInlineSnapshot(`
"
job orders (00000000000000000000000000000001): no decision
  The window of 15 min is full in 1 ms. It was looked at for 20 min. (WINDOW_NOT_FULL)
  cure: Ask for longer (--for 17m), or for shorter windows: --set job.autoscaler.stabilization.interval=1s --set job.autoscaler.metrics.window=10s.
"
`);
  });

  test('what stays is said to stay', () => {
    const { vertices } = adviceBy({ maxParallelism: 4 });
    const lines = adviceLines({
      id: id(1),
      name: 'orders',
      advice: { ...withoutDecision('X', 'Y.'), decision: {}, vertices },
    });
    expect(lines[0]).toBe(`job orders (${id(1)}): stay`);
  });

  test('tables are what is printed unless told', async () => {
    flink = await playFlink([
      { id: id(1), name: 'a' },
      { id: id(2), name: 'b' },
    ]);
    const ran = await runDrey(undefined, ['autoscaler', 'advise', '--rest', flink.url]);
    expect(ran).toMatchInlineSnapshot(`
{
  "code": 0,
  "err": "",
  "out": "job a (00000000000000000000000000000001): no decision
  job.autoscaler.enabled is false. (OFF)
  cure: Ask as if it were switched on: --set job.autoscaler.enabled=true.

job b (00000000000000000000000000000002): no decision
  job.autoscaler.enabled is false. (OFF)
  cure: Ask as if it were switched on: --set job.autoscaler.enabled=true.
",
}
`);
    await flink.stop();
    flink = await playFlink([]);
    const none = await runDrey(undefined, ['autoscaler', 'advise', '--rest', flink.url]);
    expect(none).toEqual({ code: 0, out: '', err: `No jobs found at ${flink.url}.\n` });
  });
});
