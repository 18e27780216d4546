/** The simulator that the autoscaler is measured with: what it is built on must be so, or its table says nothing. */
import { describe, expect, test } from '@jest/globals';
import { sharesOf, subtaskRate, vertexRate } from '../bench/autoscaler/capacity.ts';
import { flowGraph, solveFlow } from '../bench/autoscaler/flow.ts';
import { idealParallelism, idealUtilization, inputRates, mightiestParallelism } from '../bench/autoscaler/ideal.ts';
import { slotsOf, type JobModel, type VertexModel } from '../bench/autoscaler/job-model.ts';
import * as jobs from '../bench/autoscaler/jobs.ts';
import { createTopic } from '../bench/autoscaler/partitions.ts';
import { randomOf, wandering } from '../bench/autoscaler/random.ts';
import { priceOf, taskManagerSample, taskManagersOf, usualConfiguration } from '../bench/autoscaler/task-managers.ts';
import { scenarios } from '../bench/autoscaler/scenarios.ts';

const keyed: VertexModel = { id: 'v', inputs: [{ from: 's', shipping: 'hash' }], rate: 100 };

/** Records per second that all subtasks of a keyed vertex work off together, were they loaded evenly. */
const keyedRate = (more: Partial<VertexModel>, parallelism: number) =>
  parallelism * subtaskRate({ ...keyed, ...more }, parallelism);

const mostOf = (vertex: VertexModel, parallelism: number) =>
  vertexRate(vertex, parallelism, sharesOf(vertex, parallelism));

const carries = (job: JobModel, parallelism: readonly number[], loads: readonly number[]) =>
  inputRates(job, loads).every(
    (rate, at) => rate <= mostOf(job.vertices[at] as VertexModel, parallelism[at] ?? 1) * idealUtilization + 1e-9,
  );

const draw = (seed: number, purpose: string) => {
  const random = randomOf(seed, purpose);
  return Array.from({ length: 5 }, () => random.uniform());
};

describe('chance', () => {
  test('comes from the seed and the purpose', () => {
    expect(draw(1, 'a')).toEqual(draw(1, 'a'));
    expect(draw(1, 'a')).not.toEqual(draw(2, 'a'));
    expect(draw(1, 'a')).not.toEqual(draw(1, 'b'));
  });

  test('wanders around one with the deviation it is told', () => {
    const next = wandering(randomOf(7, 'wander'), 0.1, 60, 5);
    const drawn = Array.from({ length: 50_000 }, next);
    const mean = drawn.reduce((sum, each) => sum + each, 0) / drawn.length;
    const deviation = Math.sqrt(drawn.reduce((sum, each) => sum + (each - mean) ** 2, 0) / drawn.length);
    expect(mean).toBeCloseTo(1, 1);
    expect(deviation).toBeCloseTo(0.1, 2);
  });
});

describe('capacity', () => {
  test('is proportional without contention, sublinear with it, and falls with coherence', () => {
    expect(keyedRate({}, 10)).toBeCloseTo(1_000);
    expect(keyedRate({ contention: 0.1 }, 10)).toBeCloseTo(1_000 / 1.9);
    expect(keyedRate({ coherence: 0.01 }, 40)).toBeLessThan(keyedRate({ coherence: 0.01 }, 10));
  });

  test.each([1, 3, 7, 64, 100, 128])('key groups go to %i subtasks in whole ranges', (parallelism) => {
    const shares = sharesOf(keyed, parallelism);
    const groups = [...shares].map((share) => Math.round(share * 128));
    expect(groups.reduce((sum, each) => sum + each, 0)).toBe(128);
    expect(Math.max(...groups)).toBe(Math.ceil(128 / parallelism));
    expect(Math.min(...groups)).toBe(Math.floor(128 / parallelism));
  });

  test('ten partitions are read no faster by nine subtasks than by five', () => {
    const source: VertexModel = { id: 's', inputs: [], rate: 100, partitions: 10 };
    const rate = (parallelism: number) => mostOf(source, parallelism);
    expect(rate(9)).toBeCloseTo(rate(5));
    expect(rate(10)).toBeCloseTo(2 * rate(5));
    expect(rate(20)).toBeCloseTo(rate(10));
  });

  test('a hot key holds up its whole vertex', () => {
    const hot = { ...keyed, hotKeyShare: 0.5 };
    expect(mostOf(hot, 128)).toBeLessThan(200);
  });
});

describe('the flow', () => {
  const job: JobModel = {
    pauseSeconds: 0,
    provisionSeconds: 0,
    stateGigabytes: 0,
    warmUpSeconds: 0,
    vertices: [
      { id: 'a', inputs: [], rate: 100 },
      { id: 'b', inputs: [], rate: 100 },
      { id: 'map', inputs: [{ from: 'a', shipping: 'rebalance' }], rate: 100, selectivity: 2 },
      {
        id: 'join',
        inputs: [
          { from: 'map', shipping: 'hash' },
          { from: 'b', shipping: 'hash' },
        ],
        rate: 100,
      },
      { id: 'log', inputs: [{ from: 'b', shipping: 'rebalance', share: 0.5 }], rate: 100 },
    ],
  };
  const flow = (limits: readonly number[]) =>
    solveFlow(flowGraph(job), Float64Array.of(10, 30), Float64Array.from(limits));
  const free = [Infinity, Infinity];

  test('passes everything where there is room', () => {
    expect([...flow([...free, 10, 50, 15]).passed]).toEqual([1, 1]);
  });

  test('is held back in front of a full vertex, on every way that leads there', () => {
    const { passed, full } = flow([...free, 10, 25, 15]);
    expect([...passed]).toEqual([0.5, 0.5]);
    expect(full).toEqual([3]);
  });

  test('of another source is free', () => {
    const { passed } = flow([...free, 5, 50, 15]);
    expect([...passed]).toEqual([0.5, 1]);
  });

  test('never exceeds a limit, whatever they are', () => {
    const random = randomOf(3, 'limits');
    for (let round = 0; round < 200; round += 1) {
      const limits = [...free, ...Array.from({ length: 3 }, () => random.uniform() * 60)];
      const [a = 0, b = 0] = flow(limits).passed;
      expect(10 * a).toBeLessThanOrEqual((limits[2] ?? 0) + 1e-9);
      expect(20 * a + 30 * b).toBeLessThanOrEqual((limits[3] ?? 0) + 1e-9);
      expect(15 * b).toBeLessThanOrEqual((limits[4] ?? 0) + 1e-9);
    }
  });
});

describe('a topic', () => {
  const source: VertexModel = { id: 's', inputs: [], rate: 100, partitions: 2 };

  test('knows how long its oldest record has waited', () => {
    const topic = createTopic(source, 5, 0, 10);
    for (let step = 0; step < 4; step += 1) topic.arrive(50);
    topic.read(Float64Array.of(0.5, 0.5));
    topic.arrive(50);
    expect(topic.behindSeconds).toBe(10);
    topic.read(Float64Array.of(1, 1));
    topic.arrive(50);
    expect(topic.behindSeconds).toBe(0);
  });

  test('is as late as its latest partition', () => {
    const topic = createTopic(source, 5, 0, 10);
    for (let step = 0; step < 4; step += 1) topic.arrive(50);
    topic.read(Float64Array.of(1, 0));
    topic.arrive(50);
    expect(topic.behindSeconds).toBe(20);
  });

  test('counts what waited before the beginning', () => {
    const topic = createTopic(source, 5, 36_000, 10);
    expect(topic.behindSeconds).toBe(3_600);
    topic.read(Float64Array.of(0.5, 0.5));
    topic.arrive(0);
    expect(topic.behindSeconds).toBe(1_800);
  });

  test('gives back what was read since the last checkpoint, and no more', () => {
    const topic = createTopic(source, 5, 100, 10);
    topic.read(Float64Array.of(0.5, 0.5));
    topic.checkpoint();
    topic.read(Float64Array.of(1, 1));
    topic.giveBack();
    expect(topic.backlog).toBe(50);
    expect(topic.processed).toBe(50);
  });
});

describe('TaskManagers', () => {
  const job = { ...jobs.counting(), heapGigabytes: 12 };

  test('hold more each the fewer they are, until one does not', () => {
    const [many, few, tooFew] = [20, 9, 6].map((count) => taskManagersOf(job, count, usualConfiguration));
    expect(many?.garbageShare).toBeCloseTo(0.01);
    expect(few?.garbageShare).toBeGreaterThan(0.1);
    expect(few?.lostAfterSeconds).toBe(Infinity);
    expect(tooFew?.lostAfterSeconds).toBeLessThan(Infinity);
  });

  test('with more memory have room, at a price', () => {
    const larger = { ...usualConfiguration, 'taskmanager.memory.process.size': '8192m' };
    const [usual, large] = [usualConfiguration, larger].map((each) => taskManagersOf(job, 6, each));
    expect(large?.lostAfterSeconds).toBe(Infinity);
    expect(usual && priceOf(usual)).toBe(1);
    expect(large && priceOf(large)).toBe(1.5);
  });

  test('tell how full their heaps are', () => {
    const { heapMaxBytes, heapUsedBytes, gcMsPerSecond } = taskManagerSample(
      taskManagersOf(job, 9, usualConfiguration),
    );
    expect(Number(heapUsedBytes?.max)).toBeLessThanOrEqual(Number(heapMaxBytes?.max));
    expect(Number(gcMsPerSecond?.avg)).toBeGreaterThan(100);
  });
});

describe('the ideal', () => {
  test.each([
    ['counting', jobs.counting({ contention: 0.02 }), [6_000]],
    ['flattening', jobs.flattening(), [3_000]],
    ['joining', jobs.joining(), [1_200, 3_500]],
    ['two groups', jobs.twoGroups(), [3_000]],
  ])('is the cheapest of all that carry the load: %s', (_, job, loads) => {
    const ideal = idealParallelism(job, loads, []);
    expect(carries(job, ideal, loads)).toBe(true);
    const cheaper = everyParallelism(ideal).filter((each) => carries(job, each, loads));
    expect(cheaper).toEqual([ideal]);
  });

  test('of a window leaves it time for what it puts out', () => {
    const job = jobs.windowing();
    const ideal = idealParallelism(job, [12_000], []);
    const rate = (at: number, parallelism: number) => mostOf(job.vertices[at] as VertexModel, parallelism);
    const keepsUp = ([read = 1, window = 1, write = 1]: readonly number[]) => {
      const emitting = (12_000 * 0.05) / rate(2, write);
      return 12_000 <= rate(0, read) * 0.7 && 12_000 <= rate(1, window) * (1 - emitting) * 0.7 && emitting <= 0.7;
    };
    const least = Math.min(
      ...everyParallelism(ideal.map((each) => each + 3))
        .filter(keepsUp)
        .map((each) => slotsOf(job.vertices, each)),
    );
    expect(keepsUp(ideal)).toBe(true);
    expect(slotsOf(job.vertices, ideal)).toBe(least);
  });

  test('is never mightier than the mightiest, which heeds bounds and costs of company', () => {
    const job = jobs.counting({ contention: 0.01, coherence: 0.0005 });
    const [read, count, write] = mightiestParallelism(job, 60);
    expect([read, write]).toEqual([60, 60]);
    const rates = Array.from({ length: 60 }, (_, at) => mostOf(job.vertices[1] as VertexModel, at + 1));
    expect(rates[(count ?? 0) - 1]).toBe(Math.max(...rates));
    expect(count).toBeLessThan(60);
  });

  test('where nothing suffices is the fewest that come near the best', () => {
    const job = jobs.counting({ externalLimit: 5_000 });
    expect(idealParallelism(job, [20_000], [])[1]).toBeLessThan(10);
  });
});

/** All parallelisms up to this one, in each vertex. */
function everyParallelism([first, ...rest]: readonly number[]): number[][] {
  if (first === undefined) return [[]];
  const others = everyParallelism(rest);
  return Array.from({ length: first }, (_, at) => others.map((other) => [at + 1, ...other])).flat();
}

describe('the scenarios', () => {
  test('are at least thirty, each with a name and a seed of its own', () => {
    expect(scenarios.length).toBeGreaterThanOrEqual(30);
    expect(new Set(scenarios.map(({ name }) => name)).size).toBe(scenarios.length);
    expect(new Set(scenarios.map(({ seed }) => seed)).size).toBe(scenarios.length);
  });

  test.each(scenarios.map((scenario) => [scenario.name, scenario] as const))('%s fits its job', (_, scenario) => {
    const sources = scenario.job.vertices.filter(({ inputs }) => inputs.length === 0);
    expect(scenario.loads).toHaveLength(sources.length);
    expect(scenario.start).toHaveLength(scenario.job.vertices.length);
    const ids = scenario.job.vertices.map(({ id }) => id);
    expect(Object.keys(scenario.costs ?? {}).every((id) => ids.includes(id))).toBe(true);
    expect(scenario.changes.every((hour) => hour < scenario.hours)).toBe(true);
  });
});
