/** The parallelism that one who knows the model and the load would choose: the yard-stick for slot-hours and overshoot. */
import { sharesOf, vertexRate } from './capacity.ts';
import { isSource, maxParallelismOf, slotsOf, type JobModel, type VertexModel } from './job-model.ts';

/** What no subtask may exceed under the ideal parallelism: the utilization that all profiles aim at by default. */
export const idealUtilization = 0.7;

/** Where that cannot be had, no subtask may be busier than this. */
const highUtilization = 0.95;

/** Where even that cannot be had, what comes this near to the best possible is enough. */
const nearlyBest = 0.95;

/**
 * The fewest subtasks for each vertex (in the job's order) that carry the load with no subtask busier than
 * `idealUtilization` of the time in which it is not blocked by its own bursts.
 * @param loads records per second at each source, in the job's order of sources.
 * @param costs per vertex, how much dearer a record is than the model says.
 */
export function idealParallelism(job: JobModel, loads: readonly number[], costs: readonly number[]): number[] {
  const rates = inputRates(job, loads).map((rate, at) => rate * (costs[at] ?? 1));
  const fewest = rates.map((rate, at) => fewestFor(job.vertices[at] as VertexModel, rate));
  job.vertices.forEach(({ windowSeconds }, at) => {
    if (windowSeconds !== undefined) fitWindow(job, at, rates, fewest);
  });
  return fewest;
}

/**
 * A window puts out while it does not work, as fast as the vertex after it takes. So a wider vertex there may save
 * subtasks here: of all pairs, the one that takes fewest slots.
 */
function fitWindow(job: JobModel, window: number, rates: readonly number[], fewest: number[]): void {
  const after = consumerOf(job, window);
  const [own, next] = [job.vertices[window] as VertexModel, job.vertices[after] as VertexModel];
  const plain = [...fewest];
  let best = Infinity;
  for (let width = plain[after] ?? 1; width <= maxParallelismOf(next); width += 1) {
    const emitting = (rates[after] ?? 0) / (ratesOf(next)[width - 1] ?? 1);
    const here = emitting < 1 ? fewestFor(own, (rates[window] ?? 0) / (1 - emitting)) : maxParallelismOf(own);
    const pair = plain.map((each, at) => (at === window ? here : at === after ? width : each));
    const worth = slotsOf(job.vertices, pair) + (here + width) / 1_000;
    if (worth < best) fewest.splice(0, fewest.length, ...pair);
    best = Math.min(best, worth);
    if (here === plain[window]) return;
  }
}

/** @throws where a window feeds other than one vertex that feeds none: the ideal knows no better. */
function consumerOf(job: JobModel, window: number): number {
  const feeds = (id: string | undefined) =>
    job.vertices.flatMap(({ inputs }, at) => (inputs.some(({ from }) => from === id) ? [at] : []));
  const [only, ...others] = feeds(job.vertices[window]?.id);
  if (only === undefined || others.length > 0 || feeds(job.vertices[only]?.id).length > 0) {
    throw new Error('a window must feed one vertex, and that none');
  }
  return only;
}

/** The parallelism with which each vertex takes most, whatever it costs, within a bound. */
export function mightiestParallelism(job: JobModel, most: number): number[] {
  return job.vertices.map((vertex) => {
    const rates = ratesOf(vertex).slice(0, most);
    return rates.lastIndexOf(Math.max(...rates)) + 1;
  });
}

/** Records per second that reach each vertex when nothing holds them up. */
export function inputRates(job: JobModel, loads: readonly number[]): number[] {
  const sources = job.vertices.filter(isSource);
  const rates: number[] = [];
  for (const vertex of job.vertices) {
    const fromInputs = vertex.inputs.map(({ from, share = 1 }) => {
      const at = job.vertices.findIndex(({ id }) => id === from);
      return (rates[at] ?? 0) * (job.vertices[at]?.selectivity ?? 1) * share;
    });
    const own = isSource(vertex) ? (loads[sources.indexOf(vertex)] ?? 0) : 0;
    rates.push(fromInputs.reduce((sum, rate) => sum + rate, own));
  }
  return rates;
}

const ratesByVertex = new WeakMap<VertexModel, readonly number[]>();

/** What the vertex takes with 1, 2, … subtasks, up to its key groups. */
function ratesOf(vertex: VertexModel): readonly number[] {
  const known = ratesByVertex.get(vertex);
  if (known) return known;
  const limit = vertex.externalLimit ?? Infinity;
  const rates = Array.from({ length: maxParallelismOf(vertex) }, (_, at) =>
    Math.min(limit, vertexRate(vertex, at + 1, sharesOf(vertex, at + 1))),
  );
  ratesByVertex.set(vertex, rates);
  return rates;
}

function fewestFor(vertex: VertexModel, rate: number): number {
  const rates = ratesOf(vertex);
  const enough = (needed: number) => rates.findIndex((each) => each >= needed) + 1;
  return enough(rate / idealUtilization) || enough(rate / highUtilization) || enough(nearlyBest * Math.max(...rates));
}
