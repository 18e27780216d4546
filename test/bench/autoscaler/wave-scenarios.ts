/** Loads that move all the time: days, weeks, drifts, spikes, batches, and chance alone. */
import {
  counting,
  fanningIn,
  fanningOut,
  flattening,
  joining,
  largeState,
  longChain,
  stateless,
  windowing,
} from './jobs.ts';
import { randomOf } from './random.ts';
import type { Scenario } from './scenario.ts';
import { scenario } from './scenario-making.ts';
import { businessDays, daily, onOff, ramp, spikes, times, type Trace } from './traces.ts';

const days = (count: number) => ({ hours: 24 * count });

export const waveScenarios: readonly Scenario[] = [
  scenario('ramp-up', 301, {
    about: 'The load triples within six hours.',
    job: counting(),
    loads: [ramp(5_000, 15_000, 2, 8)],
  }),
  scenario('ramp-down', 302, {
    about: 'The load falls to a quarter within six hours.',
    job: longChain(),
    loads: [ramp(12_000, 3_000, 2, 8)],
  }),
  scenario('ramp-steep', 303, {
    about: 'The load triples within half an hour.',
    job: joining(),
    loads: [ramp(1_500, 4_500, 3, 3.5), ramp(4_000, 12_000, 3, 3.5)],
  }),
  scenario('drift', 304, {
    about: 'The load grows by half within a day and a half.',
    job: flattening(),
    loads: [ramp(5_000, 7_500, 0, 36)],
    ...days(1.5),
  }),
  scenario('drift-of-cost', 305, {
    about: 'Records become dearer by three fifths within a day and a half, as state grows.',
    job: counting(),
    loads: [() => 8_000],
    costs: { count: ramp(1, 1.6, 0, 36) },
    ...days(1.5),
  }),
  scenario('daily', 306, {
    about: 'A day’s wave, one to three, for five days.',
    job: counting(),
    loads: [daily(5_000, 15_000)],
    ...days(5),
  }),
  scenario('daily-join', 307, {
    about: 'A day’s wave in one stream, another in the other, three hours later.',
    job: joining(),
    loads: [daily(1_500, 4_500), daily(4_000, 12_000, 7)],
    ...days(3),
  }),
  scenario('daily-noisy', 308, {
    about: 'A day’s wave under noise, on a vertex whose subtasks wait for each other.',
    job: counting({ contention: 0.02 }),
    loads: [daily(4_000, 10_000)],
    ...days(3),
    noise: { deviation: 0.15, memorySeconds: 900 },
  }),
  scenario('daily-large-state', 309, {
    about: 'A day’s wave, and a rescale costs five minutes.',
    job: largeState(),
    loads: [daily(6_000, 14_000)],
    ...days(3),
    lateSeconds: 600,
  }),
  scenario('business-week', 310, {
    about: 'Business hours with a steep morning, a dip at noon, and a quiet weekend.',
    job: fanningOut(),
    loads: [businessDays(2_000, 14_000)],
    ...days(7),
  }),
  scenario('night-off', 311, {
    about: 'Nothing at all comes from midnight to six.',
    job: counting(),
    loads: [times(businessDays(3_000, 12_000), (hour) => (hour % 24 < 6 ? 0 : 1))],
    ...days(3),
    start: [3, 6, 3],
  }),
  scenario('spikes', 312, {
    about: 'Ten minutes of twice the load, every three hours.',
    job: counting(),
    loads: [spikes(7_000, 14_000, 10, [2, 5, 8, 11, 14, 17, 20, 23])],
    ...days(1),
  }),
  scenario('spikes-hourly', 313, {
    about: 'Four minutes of three times the load at every full hour.',
    job: stateless(),
    loads: [
      spikes(
        5_000,
        15_000,
        4,
        Array.from({ length: 24 }, (_, hour) => hour + 1),
      ),
    ],
    ...days(1),
  }),
  scenario('spikes-by-chance', 314, {
    about: 'Spikes of some height and length, whenever they like.',
    job: fanningIn(),
    loads: [chanceSpikes(3_000, 314), () => 3_000, () => 2_000],
    ...days(1.5),
  }),
  scenario('batches', 315, {
    about: 'Twenty minutes of load, forty minutes of next to nothing.',
    job: counting(),
    loads: [onOff(12_000, 1_000, 20, 40)],
    ...days(1),
  }),
  scenario('on-off', 316, {
    about: 'Three hours of load, three hours of a quarter of it.',
    job: flattening(),
    loads: [onOff(9_000, 2_200, 180, 180)],
    ...days(1),
  }),
  scenario('windows-daily', 317, {
    about: 'A day’s wave through windows of five minutes.',
    job: windowing(),
    loads: [daily(4_000, 12_000)],
    ...days(2),
  }),
  scenario('by-chance', 318, {
    about: 'A load that goes up or down by chance each quarter of an hour.',
    job: fanningOut(),
    loads: [randomWalk(7_000, 318)],
    ...days(1.5),
    failures: [7.3, 30.1],
  }),
  scenario('by-chance-join', 319, {
    about: 'Two streams that go up or down by chance, each for itself, and some metrics that are missing.',
    job: joining(),
    loads: [randomWalk(2_500, 319), randomWalk(7_000, 320)],
    ...days(1.5),
    missingMetrics: [
      [9, 5],
      [27, 12],
    ],
  }),
];

/** Moves by an eighth each quarter of an hour, up or down, and back towards `mean` the further it is away. */
function randomWalk(mean: number, seed: number): Trace {
  const random = randomOf(seed, 'walk');
  let offset = 0;
  const levels = Array.from({ length: 24 * 7 * 4 }, () => {
    offset = 0.95 * offset + 0.125 * random.gaussian();
    return mean * Math.exp(Math.min(1, Math.max(-1, offset)));
  });
  return (hour) => levels[Math.floor(hour * 4) % levels.length] ?? mean;
}

/** Every few hours a spike: up to four times the base, up to half an hour long. */
function chanceSpikes(base: number, seed: number): Trace {
  const random = randomOf(seed, 'spikes');
  const found: { from: number; to: number; height: number }[] = [];
  for (let hour = random.uniform() * 4; hour < 24 * 7; hour += 1 + random.uniform() * 6) {
    found.push({ from: hour, to: hour + random.uniform() / 2, height: 1 + random.uniform() * 3 });
  }
  return (hour) => base * (found.find(({ from, to }) => from <= hour && hour < to)?.height ?? 1);
}
