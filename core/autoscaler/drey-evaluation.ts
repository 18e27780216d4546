/**
 * What profile `drey` makes of its windows. Demand is what came in the last minutes; capacities and ratios are properties of
 * the vertices and come from all that was seen since the job settled: so a jump of the load is answered within minutes, and a
 * burst is not taken for one. Formulas as in evaluate.ts.
 */
import { isSource, type Collected } from './collected.ts';
import { counterRate, outputRatio } from './edges.ts';
import { chooseTrueRate, type Evaluated } from './evaluate.ts';
import { dreySettings } from './drey-settings.ts';
import type { OperatorOptions } from './options.ts';
import { pipelinesOf } from './pipelines.ts';
import type { JobVertex } from './samples.ts';
import { averageOf } from './statistics.ts';
import { thresholdsFor } from './target-capacity.ts';
import { arrivalRate, climb } from './trend.ts';

export interface DreyVertex extends Evaluated {
  /** Records that wait in the sources, in terms of this vertex. */
  readonly lagShare: number;
  /** Of a load that rises, its newer part. */
  readonly risingRate: number;
  /** What came in over a longer time: by it a load that is little too much is judged. */
  readonly longRate: number;
  /** What it shall be sized for: where a load that climbs will soon be. */
  readonly sizedRate: number;
  /** How busy it was in the last minutes. */
  readonly loadNow: number;
}

export interface DreyWindows {
  /** The last minutes. */
  readonly now: readonly Collected[];
  /** Since the job settled, at most the options' window. */
  readonly all: readonly Collected[];
}

/** In the plan's order; undefined where what the sources take in is not known. */
export function evaluateDrey(
  vertices: readonly JobVertex[],
  windows: DreyWindows,
  restartMs: number,
  options: OperatorOptions,
): readonly DreyVertex[] | undefined {
  const done: DreyVertex[] = [];
  const pipelines = pipelinesOf(vertices);
  const behind = behindThroughout(vertices, windows.all).map(({ id }) => pipelines.get(id));
  for (const vertex of vertices) {
    const wanted = isSource(vertex) ? takenIn(vertex, windows) : passedOn(vertex, vertices, windows.all, done);
    if (Number.isNaN(wanted.targetRate)) return undefined;
    const catchUpRate = options.catchUpMs === 0 ? 0 : wanted.lagShare / (options.catchUpMs / 1000);
    const load = loadOf(vertex, windows.all);
    const loadNow = loadOf(vertex, windows.now);
    const wasBehind = behind.includes(pipelines.get(vertex.id));
    done.push({
      vertex,
      ...wanted,
      catchUpRate,
      ...thresholdsFor({ ...wanted, catchUpRate }, false, restartMs, options),
      inputRate: counterRate(windows.now, vertex.id, 'recordsIn'),
      load,
      loadNow,
      trueRate: capacityOf(vertex, windows, { load, loadNow, wasBehind }, options),
      lag: isSource(vertex) ? wanted.lagShare : Number.NaN,
      withoutBusyTime: Number.isNaN(loadNow),
    });
  }
  return done;
}

function takenIn({ id }: JobVertex, { now, all }: DreyWindows): Wanted {
  const heldUp = now.some((one) => one.vertices[id]?.lagKnown === true) ? 0 : heldUpShare(id, now);
  // Without a lag metric, a source that is held up shows what it would read; not more than twice, since it may be less.
  const unseen = heldUp > dreySettings.leastHeldUp ? 1 / (1 - Math.min(0.5, heldUp)) : 1;
  const targetRate = unseen * arrivalRate(now, id);
  const newer = unseen * arrivalRate(now.slice(-Math.ceil((now.length + 1) / 2)), id);
  const risingRate = newer > targetRate ? newer : targetRate;
  return {
    targetRate,
    risingRate,
    longRate: unseen * arrivalRate(since(all, dreySettings.longWindowMs), id),
    sizedRate: risingRate + unseen * climb(all, id),
    lagShare: now.at(-1)?.vertices[id]?.lag ?? 0,
  };
}

function heldUpShare(id: string, history: readonly Collected[]): number {
  return averageOf(history.map((one) => one.vertices[id]?.backPressured ?? Number.NaN));
}

interface Wanted {
  readonly targetRate: number;
  readonly risingRate: number;
  readonly longRate: number;
  readonly sizedRate: number;
  readonly lagShare: number;
}

/** The samples of the last so many minutes, two at least. */
function since(all: readonly Collected[], ms: number): readonly Collected[] {
  const fromMs = (all.at(-1)?.atMs ?? 0) - ms;
  return all.filter(({ atMs }, index) => atMs >= fromMs || index >= all.length - 2);
}

function passedOn(
  vertex: JobVertex,
  vertices: readonly JobVertex[],
  all: readonly Collected[],
  done: readonly DreyVertex[],
): Wanted {
  const inputs = done.filter((one) => vertex.inputs.some(({ id }) => id === one.vertex.id));
  const ratios = inputs.map((one) => outputRatio(one.vertex, vertex, vertices, all));
  const sum = (pick: (one: DreyVertex) => number) =>
    inputs.reduce((total, one, index) => total + pick(one) * (ratios[index] ?? 0), 0);
  return {
    targetRate: sum((one) => one.targetRate),
    risingRate: sum((one) => one.risingRate),
    longRate: sum((one) => one.longRate),
    sizedRate: sum((one) => one.sizedRate),
    lagShare: sum((one) => one.lagShare),
  };
}

function loadOf({ id }: JobVertex, history: readonly Collected[]): number {
  return averageOf(history.map((one) => one.vertices[id]?.load ?? Number.NaN));
}

/** Of a vertex that is busy all the time now, what it does now: the mean of the window may be of cheaper records. */
function capacityOf(
  vertex: JobVertex,
  { all, now }: DreyWindows,
  { load, loadNow, wasBehind }: { readonly load: number; readonly loadNow: number; readonly wasBehind: boolean },
  options: OperatorOptions,
): number {
  const busy = rateWhenBusy(vertex, all, options);
  // While records wait all the time, what is done is what can be done, whatever holds it up between two records: of a
  // source that nothing behind it holds up, and of any other vertex that is busy.
  const isFree = heldUpShare(vertex.id, all) < dreySettings.leastHeldUp;
  const shows = wasBehind && (isSource(vertex) ? isFree : load >= dreySettings.busyWhenBehind);
  const usual = shows ? Math.min(busy, counterRate(all, vertex.id, 'recordsIn')) : busy;
  if (loadNow < dreySettings.saturated) return usual;
  const present = rateWhenBusy(vertex, now, options);
  return Number.isFinite(present) && present < usual ? present : usual;
}

/** The sources in which records waited, for long enough to be worth a word, in every sample of a window that lasts. */
function behindThroughout(vertices: readonly JobVertex[], all: readonly Collected[]): readonly JobVertex[] {
  const lastsMs = (all.at(-1)?.atMs ?? 0) - (all[0]?.atMs ?? 0);
  if (lastsMs < dreySettings.behindThroughoutMs) return [];
  return vertices.filter(isSource).filter(({ id }) => {
    const least = (counterRate(all, id, 'recordsIn') * dreySettings.behindMs) / 1000;
    return all.every((one) => (one.vertices[id]?.lag ?? 0) > least);
  });
}

/** What was observed while catching up counts only where Flink does not tell how busy the source is: others hold it up. */
function rateWhenBusy(vertex: JobVertex, history: readonly Collected[], options: OperatorOptions): number {
  const observed = averageOf(
    history.map((one) => one.vertices[vertex.id]?.observedRate ?? Number.NaN),
    options.observedRateMinObservations,
  );
  const gauge = averageOf(history.map((one) => one.vertices[vertex.id]?.inPerSecond ?? Number.NaN));
  const rate = Number.isFinite(gauge) ? gauge : counterRate(history, vertex.id, 'recordsIn');
  const load = loadOf(vertex, history);
  return chooseTrueRate(rate, load * 1000, load > 0 ? Number.NaN : observed, options);
}
