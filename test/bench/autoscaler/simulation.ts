/**
 * Runs one scenario under one autoscaler. The autoscaler sees what Flink would tell it and nothing else: not the model,
 * not the trace, nothing that is yet to come. Load, costs and failures are the same for every autoscaler; how long a
 * rescale takes depends on how many there were before.
 *
 * A rescale goes as Drey's does: new slots are waited for while the job runs on, then it stops with a savepoint and
 * starts anew. While that goes on, nothing is decided. Slots are paid for from when they are asked for until the job
 * runs without them.
 */
import type { AutoscaledJob, JobSample } from '../../../core/autoscaler/samples.ts';
import { maxParallelismOf, rescalePause, slotsOf } from './job-model.ts';
import { flinkMetrics, jobVertices, stepSeconds, type FlinkMetrics } from './metrics.ts';
import type { Topic } from './partitions.ts';
import { createPlant, type Plant } from './plant.ts';
import { randomOf, type Random } from './random.ts';
import type { Scenario } from './scenario.ts';
import {
  priceOf,
  taskManagerSample,
  taskManagersOf,
  usualConfiguration,
  type Configuration,
  type TaskManagers,
} from './task-managers.ts';
import { createWorld, failoverSeconds, type World } from './world.ts';

/** An autoscaler as the simulation sees it. It may remember what it likes. */
export interface Autoscaler {
  decide(view: JobView): Wish;
  /** The job runs with what it wished. */
  rescaled?(result: RescaleResult): void;
}

export interface JobView {
  readonly nowMs: number;
  readonly job: AutoscaledJob;
  /** Oldest first. */
  readonly samples: readonly JobSample[];
}

export interface Wish {
  /** By vertex id; absent when all shall stay as it is. */
  readonly parallelism?: Readonly<Record<string, number>>;
  /** What TaskManagers are given instead of what they have: options to set, and to remove. */
  readonly memory?: { readonly options: Configuration; readonly removed: readonly string[] };
  /** Why, for the trace. */
  readonly why: string;
}

export interface RescaleResult {
  readonly decidedAtMs: number;
  readonly runningAtMs: number;
  readonly pauseMs: number;
}

/** What there was at the end of a step. */
export interface Tick {
  readonly hour: number;
  readonly slots: number;
  /** What a slot costs beside one of a usual TaskManager. */
  readonly price: number;
  readonly idealSlots: number;
  readonly behindSeconds: number;
  readonly recordsPerSecond: number;
}

/** One rescale that was asked for. */
export interface Rescale {
  readonly hour: number;
  readonly from: readonly number[];
  readonly to: readonly number[];
  readonly ideal: readonly number[];
  readonly why: string;
}

export interface Story {
  readonly ticks: readonly Tick[];
  readonly rescales: readonly Rescale[];
  /** What was said at each look, for one who follows the run. */
  readonly looks: readonly { readonly hour: number; readonly why: string }[];
}

/** The operator's reconcile interval, unless it is set. */
const usualSampleSeconds = 60;
/** Seconds after a start during which only some subtasks have reported. */
const reportingSeconds = 15;
/** A Monday at midnight, so that days and weeks of traces and of calendars agree. */
export const beginMs = Date.UTC(2026, 0, 5);

export interface SimulationOptions {
  /** How long samples are kept, in milliseconds. */
  readonly keepSamplesMs: number;
  /** How often the metrics are read, and a decision is asked for; a multiple of five, at least 15. */
  readonly sampleSeconds?: number;
  /** Called after each step. */
  readonly onStep?: (plant: Plant, topics: readonly Topic[]) => void;
}

interface Operation {
  readonly atMs: number;
  readonly to: readonly number[];
  readonly taskManagers: TaskManagers;
  /** In seconds since the beginning. */
  readonly stopAt: number;
  readonly pauseSeconds: number;
}

/** A run as it goes on. */
interface Run {
  readonly scenario: Scenario;
  readonly autoscaler: Autoscaler;
  readonly options: SimulationOptions;
  readonly world: World;
  readonly plant: Plant;
  readonly metrics: FlinkMetrics;
  readonly chance: { readonly ages: Random; readonly pauses: Random };
  readonly story: { ticks: Tick[]; rescales: Rescale[]; looks: { hour: number; why: string }[] };
  samples: JobSample[];
  parallelism: readonly number[];
  taskManagers: TaskManagers;
  operation: Operation | undefined;
  runningSinceMs: number;
  restarts: number;
  /** How many programs there were before this one. */
  upgrades: number;
  outOfMemory: AutoscaledJob['outOfMemory'];
  downUntil: number;
  /** What the JobManager fetched for the next sample, and of which start. */
  fetched: { readonly vertices: JobSample['vertices']; readonly sinceMs: number } | undefined;
  /** How old it will be when it is read, in seconds. */
  age: number;
}

const sampleEvery = ({ options }: Run) => options.sampleSeconds ?? usualSampleSeconds;

export function simulate(scenario: Scenario, autoscaler: Autoscaler, options: SimulationOptions): Story {
  const run = begin(scenario, autoscaler, options);
  start(run, 0);
  for (let second = 0; second < scenario.hours * 3_600; second += stepSeconds) {
    const records = run.world.arrive(second);
    const costs = run.world.costsAt(second);
    growHeaps(run, second);
    stopAndStart(run, second);
    if (run.plant.running) {
      run.plant.step(dearer(costs, run.taskManagers.garbageShare));
      run.metrics.update();
    }
    fetch(run, second);
    if ((second + stepSeconds) % sampleEvery(run) === 0) look(run, second);
    run.story.ticks.push(tick(run, second, records / stepSeconds));
    options.onStep?.(run.plant, run.world.topics);
  }
  return run.story;
}

function begin(scenario: Scenario, autoscaler: Autoscaler, options: SimulationOptions): Run {
  const world = createWorld(scenario);
  const plant = createPlant(scenario.job, world.topics, randomOf(scenario.seed, 'machines'), stepSeconds);
  const chance = { ages: randomOf(scenario.seed, 'ages'), pauses: randomOf(scenario.seed, 'pauses') };
  const story = { ticks: [], rescales: [], looks: [] };
  return {
    scenario,
    autoscaler,
    options,
    world,
    plant,
    chance,
    story,
    metrics: flinkMetrics(plant.vertices),
    samples: [],
    parallelism: scenario.start,
    taskManagers: taskManagersOf(
      scenario.job,
      slotsOf(scenario.job.vertices, scenario.start),
      usualConfiguration,
      aliveAt(scenario, 0),
    ),
    operation: undefined,
    runningSinceMs: beginMs,
    restarts: 0,
    upgrades: 0,
    outOfMemory: undefined,
    downUntil: 0,
    fetched: undefined,
    age: 0,
  };
}

function start(run: Run, second: number): void {
  run.plant.start(run.parallelism);
  run.metrics.restart();
  run.runningSinceMs = beginMs + second * 1_000;
}

/** What is alive on the heaps grows and shrinks, where the scenario says so. */
function growHeaps(run: Run, second: number): void {
  const { scenario, taskManagers } = run;
  if (scenario.alive === undefined || second % 60 !== 0) return;
  const { configuration, count } = taskManagers;
  run.taskManagers = taskManagersOf(scenario.job, count, configuration, aliveAt(scenario, second));
}

const aliveAt = ({ alive }: Scenario, second: number) => alive?.(second / 3_600) ?? 1;

/** Failures, upgrades and rescales, as far as they are due. */
function stopAndStart(run: Run, second: number): void {
  const { plant, world, operation } = run;
  const lost = ranSeconds(run, second) >= run.taskManagers.lostAfterSeconds;
  const down = world.breakdownAt(second) || (lost ? failoverSeconds : 0);
  if (lost && plant.running) {
    run.outOfMemory = { atMs: beginMs + second * 1_000, memoryBytes: run.taskManagers.processBytes };
  }
  if (down > 0 && plant.running) {
    plant.stop('failure');
    run.restarts += 1;
    run.downUntil = second + down;
  }
  upgrade(run, second);
  const due = operation && second >= operation.stopAt;
  if (due && plant.running) {
    plant.stop('savepoint');
    run.downUntil = second + operation.pauseSeconds;
  }
  if (plant.running || second < run.downUntil) return;
  if (due) Object.assign(run, { parallelism: operation.to, taskManagers: operation.taskManagers });
  start(run, second);
  if (!due) return;
  run.operation = undefined;
  const { atMs: decidedAtMs, pauseSeconds } = operation;
  run.autoscaler.rescaled?.({ decidedAtMs, runningAtMs: run.runningSinceMs, pauseMs: pauseSeconds * 1_000 });
}

/** Another program takes the job's place, where that is due. */
function upgrade(run: Run, second: number): void {
  if (!run.world.upgradedAt(second)) return;
  run.upgrades += 1;
  run.downUntil = Math.max(run.downUntil, second + rescalePause(run.scenario.job));
  if (run.plant.running) run.plant.stop('savepoint');
}

const ranSeconds = ({ runningSinceMs }: Run, second: number) => second - (runningSinceMs - beginMs) / 1_000;

/** Garbage collection takes its part of every subtask's time. */
function dearer(costs: Float64Array, garbageShare: number): Float64Array {
  for (let at = 0; at < costs.length; at += 1) costs[at] = (costs[at] ?? 1) / (1 - garbageShare);
  return costs;
}

/** The JobManager fetches metrics some seconds before they are read. */
function fetch(run: Run, second: number): void {
  const end = second + stepSeconds;
  const every = sampleEvery(run);
  const left = (every - (end % every)) % every;
  if (left === 10) run.age = Math.floor(run.chance.ages.uniform() * 3) * stepSeconds;
  if (left > 10 || left !== run.age) return;
  const chance = run.chance.ages.uniform();
  const reported = ranSeconds(run, end) <= reportingSeconds ? chance : run.world.reportedAt(second);
  run.fetched = run.plant.running ? { vertices: run.metrics.read(reported), sinceMs: run.runningSinceMs } : undefined;
}

/** The metrics are read; and unless a rescale is under way, a decision is asked for. */
function look(run: Run, second: number): void {
  const nowMs = beginMs + (second + stepSeconds) * 1_000;
  const { fetched, runningSinceMs, options } = run;
  if (!run.plant.running || !fetched || fetched.sinceMs !== runningSinceMs) return;
  const kept = run.samples.filter(({ atMs }) => atMs >= nowMs - options.keepSamplesMs);
  run.samples = [...kept, sampleOf(run, nowMs, fetched.vertices)];
  if (run.operation) return;
  const wish = run.autoscaler.decide({ nowMs, job: jobOf(run), samples: run.samples });
  run.story.looks.push({ hour: second / 3_600, why: wish.why });
  if (wish.parallelism) rescale(run, second, wish.parallelism, wish);
}

function sampleOf({ runningSinceMs, taskManagers }: Run, atMs: number, vertices: JobSample['vertices']): JobSample {
  const slots = { slotsTotal: taskManagers.count, slotsAvailable: 0 };
  return { atMs, runningSinceMs, vertices, taskManagers: taskManagerSample(taskManagers), ...slots };
}

function rescale(run: Run, second: number, wished: Readonly<Record<string, number>>, wish: Wish): void {
  const { scenario, parallelism: from, world } = run;
  const { why } = wish;
  const { job } = scenario;
  const to = job.vertices.map(({ id }, at) => wished[id] ?? from[at] ?? 1);
  const impossible = job.vertices.find((vertex, at) => !isPossible(to[at] ?? 0, maxParallelismOf(vertex)));
  if (impossible) throw new Error(`Flink would refuse this parallelism of ${impossible.id}: ${to.join(', ')} (${why})`);
  if (!wish.memory && to.every((each, at) => each === from[at]))
    throw new Error(`a rescale that changes nothing: ${why}`);
  const slots = slotsOf(job.vertices, to);
  const taskManagers = taskManagersOf(job, slots, configured(run, wish), aliveAt(scenario, second));
  const chance = Math.max(0.5, 1 + 0.2 * run.chance.pauses.gaussian());
  const end = second + stepSeconds;
  run.operation = {
    atMs: beginMs + end * 1_000,
    to,
    taskManagers,
    stopAt: end + (taskManagers.count > run.taskManagers.count ? job.provisionSeconds : 0),
    pauseSeconds: rescalePause(job) * chance,
  };
  run.story.rescales.push({ hour: second / 3_600, from, to, ideal: world.idealAt(second).parallelism, why });
}

const isPossible = (parallelism: number, most: number) =>
  Number.isInteger(parallelism) && parallelism >= 1 && parallelism <= most;

/** What the TaskManagers shall be given: what they have, but for what is wished. */
function configured({ taskManagers }: Run, { memory }: Wish): Configuration {
  const kept = Object.entries(taskManagers.configuration).filter(([key]) => !memory?.removed.includes(key));
  return { ...Object.fromEntries(kept), ...memory?.options };
}

function jobOf(run: Run): AutoscaledJob {
  const { scenario, plant, runningSinceMs, restarts, upgrades, taskManagers, outOfMemory } = run;
  return {
    id: '0'.repeat(32),
    name: scenario.name,
    state: 'RUNNING',
    runningSinceMs,
    restarts,
    program: `version ${upgrades}`,
    ...(outOfMemory && { outOfMemory }),
    vertices: jobVertices(plant.vertices),
    taskManagers: {
      slots: 1,
      cpuCores: 1,
      memoryBytes: taskManagers.processBytes,
      configuration: taskManagers.configuration,
    },
    checkpoint: { durationMs: 2_000, stateBytes: scenario.job.stateGigabytes * 1e9, failing: false },
  };
}

function tick(run: Run, second: number, recordsPerSecond: number): Tick {
  return {
    hour: second / 3_600,
    slots: Math.max(run.taskManagers.count, run.operation?.taskManagers.count ?? 0),
    price: priceOf(run.taskManagers),
    idealSlots: run.world.idealAt(second).slots,
    behindSeconds: run.world.topics.reduce((most, { behindSeconds }) => Math.max(most, behindSeconds), 0),
    recordsPerSecond,
  };
}
