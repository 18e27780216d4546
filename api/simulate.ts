/** Runs a policy over what is kept of a job's past. */
import { setImmediate } from 'node:timers/promises';
import { listInputs, listScalings, readReadings, TooManyValues } from '../clients/postgres/recorded-past.ts';
import type { AutoscalerInput } from '../core/autoscaler/decision.ts';
import { emptyMemory } from '../core/autoscaler/memory.ts';
import type { AutoscalerPolicy } from '../core/autoscaler/policy.ts';
import { keepSamplesMs } from '../core/autoscaler/sample-window.ts';
import { paceForWindow } from '../core/metrics/measuring-pace.ts';
import type { DecisionRecord } from '../core/scaling/decision-record.ts';
import { autoscalerPolicy, type AutoscalerSpec } from '../core/schema/autoscaler.ts';
import { compare, summaryOf, type Comparison, type SimulationSummary } from '../core/simulation/comparison.ts';
import { inOrder, momentOf, momentsOf, type RecordedMoment } from '../core/simulation/recorded-moment.ts';
import { replay, type Judged, type RecordedPast } from '../core/simulation/replay.ts';
import { Problem } from './problem.ts';
import type { Services } from './services.ts';

export interface SimulationWish {
  readonly uid: string;
  readonly name: string;
  readonly fromMs: number;
  readonly toMs: number;
  /** By which it is known what is still kept. */
  readonly nowMs: number;
  readonly spec: AutoscalerSpec;
}

export interface Simulation {
  readonly profile: string;
  readonly summary: SimulationSummary;
  readonly comparisons: readonly Comparison[];
  /** What it does not tell. */
  readonly caveats: readonly string[];
}

/** Decisions of one answer: some seconds of work. */
const momentsMax = 1_500;

/** Inputs are up to 64 KB each. */
const inputsMax = 100;

const minuteMs = 60_000;

/** While raw samples are kept: profile `drey` asks for three samples of two minutes, and one or two of five may be missing. */
const rawStepMs = 30_000;

/** As long as inputs of decisions are kept. */
const inputDaysMs = 30 * 24 * 60 * minuteMs;

/** Where others have to be answered meanwhile. */
const decisionsAtOnce = 10;

/** @throws Problem where nothing is kept of that time, or it is too long */
export async function simulate(services: Services, wish: SimulationWish): Promise<Simulation> {
  const { fromMs, toMs, spec } = wish;
  const { policy, isWithoutMetrics } = policyOf(spec);
  const { past, scalings } = await pastOf(services, wish, policy);
  const judged: Judged[] = [];
  let count = 0;
  for (const one of replay(past, policy)) {
    if (one.atMs >= fromMs && one.atMs < toMs) judged.push(one);
    count += 1;
    if (count % decisionsAtOnce === 0) await setImmediate();
  }
  if (judged.length === 0) throw nothingRecorded(wish.name, 'nothing was measured then');
  const during = scalings.filter(({ at }) => Date.parse(at) >= fromMs);
  const comparisons = compare(judged, during, policy.options.scaleDownIntervalMs);
  const caveats = isWithoutMetrics ? [...always, metricsLeftOut] : always;
  return { profile: policy.profile, summary: summaryOf(judged, comparisons), comparisons, caveats };
}

const always = [
  'Each decision is made on what was measured, at the parallelism that the job had then: what would have been measured after another decision nobody knows.',
  'Rescales and slot-hours of the policy are estimates: as if the job had been, at each moment, the size that is asked for then.',
  'The policy is taken as active, whatever its mode.',
];
const metricsLeftOut = 'Metrics of one’s own are not kept: what the policy says of them is left out.';

function policyOf(spec: AutoscalerSpec) {
  const policy = autoscalerPolicy({ ...spec, mode: 'active', metrics: [] });
  return { policy, isWithoutMetrics: spec.metrics.length > 0 };
}

async function pastOf({ postgres, metricRetention }: Services, wish: SimulationWish, policy: AutoscalerPolicy) {
  const { uid, name, toMs } = wish;
  const { stepMs, resolution } = stepOf(wish, policy, metricRetention.raw);
  const [before, inputs] = await Promise.all([
    listInputs(postgres, { uid, fromMs: wish.fromMs - inputDaysMs, toMs: wish.fromMs }, 1),
    listInputs(postgres, { uid, fromMs: wish.fromMs, toMs }, inputsMax),
  ]);
  const begin = before[0]?.input;
  const [first = await laterInput(postgres, wish), ...more] = [...before, ...inputs].map(({ input }) => input);
  if (!first) throw nothingRecorded(name, 'no decision is kept that says what its vertices are');
  // The first window begins before the range.
  const fromMs = wish.fromMs - keepSamplesMs(policy.options);
  const beginsMs = begin?.nowMs ?? fromMs;
  const readings = await readReadings(postgres, { uid, fromMs, toMs, stepMs, resolution }).catch(refuseTooMany);
  const scalings = await listScalings(postgres, { uid, fromMs: Math.min(beginsMs, fromMs), toMs });
  const past: RecordedPast = {
    moments: inOrder(windowsOf([first, ...more], readings.length > 0), readings.map(momentOf)),
    inputs: [first, ...more],
    carriedOut: scalings.filter(isCarriedOut),
    memory: begin?.memory ?? emptyMemory,
    beginsMs,
  };
  return { past, scalings };
}

/** What the vertices were like later: the one decision that there is may be newer than the time that is asked for. */
async function laterInput(
  postgres: Services['postgres'],
  { uid, toMs, nowMs }: SimulationWish,
): Promise<AutoscalerInput | undefined> {
  const [later] = await listInputs(postgres, { uid, fromMs: toMs, toMs: Math.max(toMs, nowMs) + minuteMs }, 1);
  return later?.input;
}

/** The windows that were told overlap: beside what was measured all the time, the moment of each decision is enough. */
function windowsOf(inputs: readonly AutoscalerInput[], isMeasured: boolean): readonly RecordedMoment[] {
  return inputs.map(momentsOf).flatMap((moments) => (isMeasured ? moments.slice(-1) : moments));
}

function isCarriedOut({ outcome }: DecisionRecord): boolean {
  return outcome === 'carriedOut';
}

function stepOf({ fromMs, toMs, nowMs }: SimulationWish, { options }: AutoscalerPolicy, rawKeptMs: number) {
  const hasRaw = fromMs - keepSamplesMs(options) >= nowMs - rawKeptMs;
  const stepMs = hasRaw ? Math.min(rawStepMs, paceForWindow(options.windowMs)) : minuteMs;
  const mostMs = momentsMax * stepMs;
  if (toMs - fromMs <= mostMs) return { stepMs, resolution: hasRaw ? ('raw' as const) : ('1m' as const) };
  const hours = Math.floor((mostMs / 3_600_000) * 10) / 10;
  throw tooLong(`With this policy's window, ${hours} hours are the most that are judged at once.`);
}

function refuseTooMany(error: unknown): never {
  if (error instanceof TooManyValues) throw tooLong('The job has too many vertices for so long a time.', error);
  throw error;
}

function tooLong(message: string, cause?: unknown): Problem {
  return new Problem('INVALID_PARAMETER', message, { cure: 'Ask for a shorter time (`from`, `to`; --since).', cause });
}

function nothingRecorded(name: string, why: string): Problem {
  return new Problem('NOTHING_RECORDED', `Job ${name} cannot be simulated: ${why}.`, {
    cure: 'Ask for another time; or have a decision recorded first: a spec with `autoscaler.mode: advise`, and drey autoscale JOB --now.',
  });
}
