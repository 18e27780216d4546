/** Whole runs of the simulator: nothing is lost, nothing is faster than it can be, nobody sees the future. */
import { describe, expect, test } from '@jest/globals';
import type { JobSample, VertexSample } from '../../core/autoscaler/samples.ts';
import { numberOf } from '../../core/autoscaler/figure.ts';
import type { VertexModel } from '../bench/autoscaler/job-model.ts';
import { counting } from '../bench/autoscaler/jobs.ts';
import { flinkMetrics } from '../bench/autoscaler/metrics.ts';
import { createTopic } from '../bench/autoscaler/partitions.ts';
import { createPlant } from '../bench/autoscaler/plant.ts';
import { randomOf } from '../bench/autoscaler/random.ts';
import type { Scenario } from '../bench/autoscaler/scenario.ts';
import { scenario } from '../bench/autoscaler/scenario-making.ts';
import { scenarios } from '../bench/autoscaler/scenarios.ts';
import { scoreOf } from '../bench/autoscaler/score.ts';
import { beginMs, simulate, type Autoscaler, type JobView, type Rescale } from '../bench/autoscaler/simulation.ts';
import { constant, steps } from '../bench/autoscaler/traces.ts';

const options = { keepSamplesMs: 1_200_000 };
const idle: Autoscaler = { decide: () => ({ why: 'IDLE' }) };

/** Brings each vertex to a share of busy time, by what it read a minute ago: crude, but it acts. */
function crude(everyMinutes = 20): Autoscaler {
  let lastMs = beginMs;
  return {
    decide: ({ nowMs, job, samples }) => {
      if (nowMs - lastMs < everyMinutes * 60_000) return { why: 'WAITS' };
      lastMs = nowMs;
      const seen = samples.at(-1)?.vertices ?? {};
      const parallelism = Object.fromEntries(
        job.vertices.map(({ id, parallelism: has, maxParallelism }) => {
          const busy = numberOf(seen[id]?.busyMsPerSecond?.max) / 1_000;
          const wants = Number.isNaN(busy) ? has : Math.ceil((has * busy) / 0.6);
          return [id, Math.min(maxParallelism, Math.max(1, wants))];
        }),
      );
      const same = job.vertices.every(({ id, parallelism: has }) => parallelism[id] === has);
      return same ? { why: 'SAME' } : { parallelism, why: 'BUSY' };
    },
  };
}

/** Once, after so long, to this. */
function once(afterMinutes: number, parallelism: Readonly<Record<string, number>>): Autoscaler {
  let asked = false;
  return {
    decide: ({ nowMs }) => {
      if (asked || nowMs < beginMs + afterMinutes * 60_000) return { why: 'WAITS' };
      asked = true;
      return { parallelism, why: 'ONCE' };
    },
  };
}

const named = (name: string) => scenarios.find((each) => each.name === name) as Scenario;

describe('records', () => {
  test.each(['steady-failing', 'outage', 'step-fan-in', 'steady-uneven-topic', 'backlog-hour'])(
    'that came are read or wait, at every moment: %s',
    (name) => {
      let [moments, worst] = [0, 0];
      simulate({ ...named(name), hours: 6 }, crude(), {
        ...options,
        onStep: (_, topics) => {
          moments += 1;
          for (const { arrived, processed, backlog } of topics) {
            worst = Math.max(worst, Math.abs(arrived - processed - backlog) / (arrived + 1));
          }
        },
      });
      expect(moments).toBe(6 * 720);
      expect(worst).toBeLessThan(1e-6);
    },
  );

  test('that went into a window came out of it, or are in it', () => {
    const story = named('windows-daily');
    let [taken, emitted, worst] = [0, 0, 0];
    simulate({ ...story, hours: 6 }, crude(), {
      ...options,
      onStep: ({ vertices, running }) => {
        const window = vertices[1];
        if (!window || !running) return;
        taken += window.recordsIn;
        emitted += window.recordsOut;
        const { kept, leaving, model } = window;
        const made = taken * (model.selectivity ?? 1);
        worst = Math.max(worst, Math.abs(made - emitted - kept - leaving) / (made + 1));
      },
    });
    expect(emitted).toBeGreaterThan(0);
    expect(worst).toBeLessThan(1e-6);
  });
});

describe('subtasks', () => {
  test.each(['step-triple', 'step-tenfold', 'steady-hot-key', 'sink-overrun', 'spikes-hourly'])(
    'do no more than they can: %s',
    (name) => {
      let [most, mostInAll] = [0, 0];
      simulate({ ...named(name), hours: 6 }, crude(), {
        ...options,
        onStep: ({ vertices, running }) => {
          if (!running) return;
          for (const { busy, blocked } of vertices) {
            busy.forEach((part, subtask) => {
              most = Math.max(most, part);
              mostInAll = Math.max(mostInAll, part + (blocked[subtask] ?? 0));
            });
          }
        },
      });
      expect(most).toBeGreaterThan(0.99);
      expect(mostInAll).toBeLessThanOrEqual(1 + 1e-9);
    },
  );

  test('behind an outside limit share it, and are busy waiting once it is reached', () => {
    let most = 0;
    const waiting: number[] = [];
    simulate({ ...named('sink-overrun'), hours: 5 }, crude(), {
      ...options,
      onStep: ({ vertices, running }) => {
        const sink = vertices[2];
        if (!sink || !running) return;
        most = Math.max(most, sink.recordsIn / 5);
        if (sink.recordsIn / 5 > 13_999) waiting.push(Math.min(...sink.busy));
      },
    });
    expect(most).toBeCloseTo(14_000);
    expect(waiting.length).toBeGreaterThan(100);
    expect(Math.min(...waiting)).toBe(1);
  });

  test('that are too few take what the model gives them', () => {
    const overload = { ...named('steady-right'), hours: 3, loads: [constant(40_000)] };
    let taken = 0;
    simulate(overload, idle, { ...options, onStep: ({ vertices }) => void (taken += vertices[1]?.recordsIn ?? 0) });
    // 13 subtasks at 1200 a second, some slower than others, of 128 key groups: ten to the fullest.
    const best = (1_200 / (1 + 0.002 * 12)) * (128 / 10);
    expect(taken / (3 * 3_600)).toBeGreaterThan(0.85 * best);
    expect(taken / (3 * 3_600)).toBeLessThanOrEqual(1.02 * best);
  });
});

describe('a run', () => {
  const short = { ...named('by-chance'), hours: 9 };

  test('is the same again, and another with another seed', () => {
    expect(simulate(short, crude(), options)).toEqual(simulate(short, crude(), options));
    expect(simulate({ ...short, seed: 1 }, crude(), options)).not.toEqual(simulate(short, crude(), options));
  });

  const outside = (autoscaler: Autoscaler) =>
    simulate(short, autoscaler, options).ticks.map(({ recordsPerSecond, idealSlots }) => [
      recordsPerSecond,
      idealSlots,
    ]);

  test('has the same load and the same ideal whoever decides', () => {
    expect(outside(crude())).toEqual(outside(idle));
  });

  /** What an autoscaler saw in two hours, after which the load is another. */
  const seen = (later: number) => {
    const views: JobView[] = [];
    const loads = [steps([0, 7_000], [2, later])];
    const watch = crude();
    const decide = (view: JobView) => {
      if (view.nowMs <= beginMs + 2 * 3_600_000) views.push(view);
      return watch.decide(view);
    };
    simulate({ ...short, hours: 3, failures: [], loads }, { decide }, options);
    return views;
  };

  test('shows nobody what is yet to come', () => {
    expect(seen(1_000)).toEqual(seen(20_000));
  });
});

describe('a rescale', () => {
  const job = counting({}, { stateGigabytes: 20 });
  const story = scenario('one', 1, { about: '', job, loads: [constant(8_000)], hours: 2 });
  const samples = new Map<number, JobSample>();
  const ran: number[] = [];
  const results: unknown[] = [];
  const scaler = once(30, { read: 4, count: 16, write: 6 });
  let step = 0;
  const told = simulate(
    story,
    {
      decide: (view) => {
        view.samples.forEach((sample) => samples.set((sample.atMs - beginMs) / 1_000, sample));
        return scaler.decide(view);
      },
      rescaled: (result) => results.push(result),
    },
    {
      ...options,
      onStep: ({ running }) => {
        step += 1;
        if (running) ran.push(step * 5);
      },
    },
  );
  const decidedAt = 1_800;
  const stoppedAt = ran.find((second, at) => (ran[at + 1] ?? second) > second + 5) ?? 0;
  const startedAt = (ran.find((second) => second > stoppedAt) ?? 0) - 5;

  test('waits for its slots while the job runs on, and pays for them', () => {
    expect(stoppedAt).toBe(decidedAt + 60);
    expect(told.ticks.find(({ slots }) => slots === 16)?.hour).toBeCloseTo((decidedAt - 5) / 3_600);
  });

  test('stops the job for its pause, as its state is large', () => {
    expect(startedAt - stoppedAt).toBeGreaterThan(20);
    expect(startedAt - stoppedAt).toBeLessThan(100);
    expect(Math.max(...told.ticks.map(({ behindSeconds }) => behindSeconds))).toBeGreaterThan(20);
    expect(results).toEqual([
      {
        decidedAtMs: beginMs + decidedAt * 1_000,
        runningAtMs: beginMs + startedAt * 1_000,
        pauseMs: expect.any(Number),
      },
    ]);
  });

  test('is a gap in the metrics, after which all counts anew', () => {
    const times = [...samples.keys()].toSorted((a, b) => a - b);
    expect(times.filter((second) => second > stoppedAt + 5 && second <= startedAt)).toEqual([]);
    const [before, after] = [samples.get(decidedAt), samples.get(times.find((second) => second > startedAt + 60) ?? 0)];
    expect(after?.runningSinceMs).toBe(beginMs + startedAt * 1_000);
    expect(after?.vertices['count']?.recordsIn).toBeLessThan(before?.vertices['count']?.recordsIn ?? 0);
  });

  test('may give TaskManagers more memory, and nothing else', () => {
    let asked = false;
    const more = { 'taskmanager.memory.process.size': '8192m' };
    const decide = ({ job: seen }: JobView) => {
      const bytes = seen.taskManagers?.memoryBytes ?? 0;
      if (asked) return { why: `${bytes}` };
      asked = true;
      return { why: `${bytes}`, parallelism: {}, memory: { options: more, removed: [] } };
    };
    const { looks, ticks, rescales } = simulate(story, { decide }, options);
    expect(rescales).toHaveLength(1);
    expect([looks[0]?.why, looks.at(-1)?.why]).toEqual([`${4 * 2 ** 30}`, `${8 * 2 ** 30}`]);
    expect([ticks[0]?.price, ticks.at(-1)?.price]).toEqual([1, 1.5]);
  });

  test('that Flink would refuse is an error of the engine', () => {
    expect(() => simulate(story, once(1, { read: 0, count: 10, write: 4 }), options)).toThrow('would refuse');
    expect(() => simulate(story, once(1, { read: 2, count: 129, write: 4 }), options)).toThrow('would refuse');
  });
});

describe('metrics', () => {
  test('begin with rates that climb for a minute, and busy time that is there at once', () => {
    const job = counting();
    const topics = [createTopic(job.vertices[0] as VertexModel, 5, 0, 8_000)];
    const plant = createPlant(job, topics, randomOf(1, 'machines'), 5);
    plant.start([3, 12, 5]);
    const metrics = flinkMetrics(plant.vertices);
    const runFor = (seconds: number) => {
      for (let second = 0; second < seconds; second += 5) {
        topics[0]?.arrive(40_000);
        plant.step(Float64Array.of(1, 1, 1));
        metrics.update();
      }
      const { sourceRecordsInPerSecond, sourceRecordsIn, busyMsPerSecond } = metrics.read(1)['read'] ?? {};
      return [sourceRecordsInPerSecond, sourceRecordsIn, numberOf(busyMsPerSecond?.avg)].map(Number);
    };
    const [early, late] = [runFor(15), runFor(105)];
    expect(early.slice(0, 2)).toEqual([2_000, 120_000]);
    expect(late.slice(0, 2)).toEqual([8_000, 960_000]);
    expect(early[2]).toBeGreaterThan(late[2] ?? 0);
    expect(late[2]).toBeCloseTo((8_000 / 15_000) * 1_000, -2);
    plant.start([3, 12, 5]);
    metrics.restart();
    expect(runFor(5).slice(0, 2)).toEqual([8_000 / 12, 40_000]);
  });

  test('are incomplete where a scenario says so', () => {
    const incomplete: number[] = [];
    const decide = ({ nowMs, samples }: JobView) => {
      const { vertices } = samples.at(-1) ?? { vertices: {} };
      if (Object.values<VertexSample>(vertices).some(({ complete }) => complete === false))
        incomplete.push(nowMs - beginMs);
      return { why: '' };
    };
    simulate({ ...named('steady-gaps'), hours: 6 }, { decide }, options);
    const later = incomplete.map((ms) => ms / 3_600_000).filter((hour) => hour > 0.1);
    expect(later.length).toBeGreaterThan(0);
    expect(later.every((hour) => hour >= 3 && hour <= 3.05)).toBe(true);
  });

  test('tell who is blocked, and by whom', () => {
    let last: JobSample | undefined;
    const decide = ({ samples }: JobView) => {
      last = samples.at(-1);
      return { why: '' };
    };
    const job = counting();
    simulate(
      scenario('blocked', 1, { about: '', job, loads: [steps([0, 5_000], [0.2, 30_000])], hours: 1 }),
      { decide },
      options,
    );
    const share = (id: string, of: 'busyMsPerSecond' | 'backPressuredMsPerSecond') =>
      numberOf(last?.vertices[id]?.[of]?.max);
    expect(share('read', 'backPressuredMsPerSecond')).toBeGreaterThan(200);
    expect(share('count', 'busyMsPerSecond')).toBeGreaterThan(950);
    expect(share('write', 'backPressuredMsPerSecond')).toBe(0);
  });
});

const rescale = (hour: number, from: number, to: number, ideal = 8): Rescale => ({
  hour,
  from: [from],
  to: [to],
  ideal: [ideal],
  why: '',
});

describe('the score', () => {
  const tick = { slots: 10, price: 1, idealSlots: 8, behindSeconds: 0, recordsPerSecond: 1 };
  const story = (rescales: readonly Rescale[], more: Partial<Scenario> = {}) =>
    scoreOf(
      { ...named('steady-right'), hours: 12, changes: [0, 6], ...more },
      {
        ticks: Array.from({ length: 12 * 720 }, (_, step) => ({
          ...tick,
          hour: step / 720,
          behindSeconds: step < 720 ? 121 : 120,
          slots: step >= 2_000 && step < 2_100 ? 16 : 10,
        })),
        rescales,
        looks: [],
      },
    );

  test('sums up lateness and slots', () => {
    const { lateHours, slotHours, idealSlotHours, slotHoursOver, worstMinutes } = story([]);
    expect(lateHours).toBeCloseTo(1);
    expect(worstMinutes).toBeCloseTo(121 / 60);
    expect(slotHours).toBeCloseTo(120 + (6 * 100) / 720);
    expect(idealSlotHours).toBeCloseTo(96);
    expect(slotHoursOver).toBeCloseTo(slotHours - 96);
  });

  test('counts the steps after each jump, and how far they went', () => {
    const { stepsToSettle, hoursToSettle, overshoot } = story([
      rescale(1, 5, 16),
      rescale(3, 16, 10),
      rescale(7, 10, 8),
    ]);
    expect(stepsToSettle).toBe(1.5);
    expect(hoursToSettle).toBe((3 + 1) / 2);
    expect(overshoot).toBeCloseTo((16 / 8 - 1) / 2);
  });

  test('finds what turns back, unless the ideal turned', () => {
    expect(story([rescale(1, 8, 12), rescale(2, 12, 8)]).flaps).toBe(1);
    expect(story([rescale(1, 8, 12, 12), rescale(2, 12, 8, 8)]).flaps).toBe(0);
    expect(story([rescale(1, 8, 12), rescale(4, 12, 8)]).flaps).toBe(0);
    expect(story([rescale(1, 8, 12), rescale(2, 12, 14)]).flaps).toBe(0);
  });

  test('finds what is done after all was quiet', () => {
    expect(story([rescale(1, 8, 12), rescale(2.5, 12, 8)]).unsettled).toBe(0);
    expect(story([rescale(1, 8, 12), rescale(3.5, 12, 8), rescale(4, 8, 9)]).unsettled).toBe(2);
    expect(story([rescale(1, 8, 12)], { steady: false }).unsettled).toBeNull();
  });
});
