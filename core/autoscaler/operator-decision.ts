/** Decides as the Apache operator's autoscaler does. Source: `JobAutoScalerImpl` and `ScalingExecutor`. */
import type { AutoscalerDecision, AutoscalerInput, Reason } from './decision.ts';
import { evaluate, type Evaluated } from './evaluate.ts';
import { isExcluded } from './excluded-periods.ts';
import { judgeVertex } from './judge-vertex.ts';
import { unchanged, type JudgedVertex } from './judged-vertex.ts';
import { memoryPressure } from './memory-pressure.ts';
import type { EngineMemory } from './memory.ts';
import { tuneMemory } from './memory-tuning.ts';
import { jobMetrics, prepare, type Prepared } from './prepare.ts';
import { operatorQuota, policyQuota } from './quota.ts';
import { currentWindow } from './recurring-window.ts';
import { report } from './report.ts';
import { restartTimeMs } from './restart-time.ts';
import type { Rules } from './rules.ts';
import { boundsOf, policyOf } from './vertex-bounds.ts';

export function decideAsOperator(input: AutoscalerInput, rules: Rules): AutoscalerDecision {
  const prepared = prepare(input);
  if ('stopped' in prepared) return report(input, { reasons: [prepared.stopped], memory: prepared.memory });
  const { options } = input.policy;
  const restartMs = restartTimeMs(prepared.memory.jobScalings, options);
  const evaluated = evaluate(input.job.vertices, prepared.history, restartMs, options, rules);
  if (evaluated === undefined) return report(input, { reasons: [noInputRate], memory: prepared.memory });
  const metrics = jobMetrics(prepared.history);
  const waits = prepared.waits ?? memoryPressure(prepared.history, options);
  if (waits) {
    const judged = evaluated.vertices.map((one) => unchanged(one, waits, undefined));
    return report(input, { reasons: [waits], memory: prepared.memory, judged, metrics });
  }
  const judged = evaluated.vertices.map((one) => judge(one, input, prepared, rules, restartMs));
  return settle(input, prepared, judged, metrics);
}

const noInputRate: Reason = { code: 'NO_INPUT_RATE', text: 'What the sources take in is not known.' };

function judge(
  evaluated: Evaluated,
  input: AutoscalerInput,
  { memory }: Prepared,
  rules: Rules,
  restartMs: number,
): JudgedVertex {
  const { nowMs, policy } = input;
  const { id } = evaluated.vertex;
  const excluded = whyExcluded(evaluated, input);
  if (excluded) return unchanged(evaluated, excluded, memory.delayedScaleDowns[id]);
  return judgeVertex({
    evaluated,
    options: { ...policy.options, ...ownTarget(evaluated, input) },
    rules,
    bounds: boundsOf(policy, evaluated.vertex, currentWindow(policy.schedules, nowMs)),
    history: memory.scalings[id] ?? [],
    delayed: memory.delayedScaleDowns[id],
    restartMs,
    nowMs,
  });
}

function ownTarget({ vertex }: Evaluated, { policy }: AutoscalerInput) {
  const { utilizationTarget } = policyOf(policy, vertex);
  return utilizationTarget === undefined ? {} : { utilizationTarget };
}

/** Why a vertex is left out. */
export function whyExcluded(
  { vertex, withoutBusyTime }: Pick<Evaluated, 'vertex' | 'withoutBusyTime'>,
  { policy }: Pick<AutoscalerInput, 'policy'>,
): Reason | undefined {
  if (vertex.finished === true) return { code: 'FINISHED', text: 'All its subtasks have finished.' };
  if (withoutBusyTime) return { code: 'NO_BUSY_TIME', text: 'Flink gives no busy time for it.' };
  if (policyOf(policy, vertex).excluded === true || policy.options.excludedVertices.includes(vertex.id))
    return { code: 'EXCLUDED', text: 'It is excluded from scaling.' };
  return undefined;
}

/** One vertex outside of its thresholds moves all that would move. */
function settle(
  input: AutoscalerInput,
  prepared: Prepared,
  judged: readonly JudgedVertex[],
  metrics: Readonly<Record<string, number>>,
): AutoscalerDecision {
  const memory = { ...prepared.memory, delayedScaleDowns: delaysOf(judged) };
  const changed = judged.filter(({ change }) => change !== undefined);
  const mover = changed.find(({ change }) => change?.outside === true);
  const found = { memory, judged, metrics };
  if (changed.length === 0) return report(input, { ...found, reasons: [atTarget] });
  if (!mover) return report(input, { ...found, reasons: [withinThresholds] });
  const changes = Object.fromEntries(
    changed.map(({ evaluated, change }) => [evaluated.vertex.id, change?.parallelism ?? evaluated.vertex.parallelism]),
  );
  const tuned = input.policy.options.memoryTuning ? tuneMemory(input, prepared.history, changes) : undefined;
  const held = whyHeld(input, changes, tuned?.processBytes);
  if (held) return report(input, { ...found, reasons: [held] });
  const text = `"${mover.evaluated.vertex.name}": ${mover.reasons[0]?.text ?? ''}`;
  return report(input, {
    ...found,
    reasons: [{ code: mover.reasons[0]?.code ?? 'SCALE', text }],
    changes,
    ...(tuned === undefined ? {} : { memoryAdvice: tuned.advice }),
  });
}

const atTarget: Reason = { code: 'AT_TARGET', text: 'Every vertex has its parallelism, or waits for a smaller one.' };
const withinThresholds: Reason = {
  code: 'WITHIN_THRESHOLDS',
  text: 'No vertex that would change is outside of its thresholds.',
};

function delaysOf(judged: readonly JudgedVertex[]): EngineMemory['delayedScaleDowns'] {
  return Object.fromEntries(
    judged.flatMap(({ evaluated, delayed }) =>
      delayed === undefined ? [] : [[evaluated.vertex.id, delayed] as const],
    ),
  );
}

/**
 * What keeps a scaling from being carried out.
 * @param memoryBytes what a TaskManager will have, where that changes
 */
export function whyHeld(
  { job: now, nowMs, policy }: AutoscalerInput,
  changes: Readonly<Record<string, number>>,
  memoryBytes = now.taskManagers?.memoryBytes,
): Reason | undefined {
  const resources =
    now.taskManagers && memoryBytes !== undefined ? { ...now.taskManagers, memoryBytes } : now.taskManagers;
  const job = resources === undefined ? now : { ...now, taskManagers: resources };
  if (!policy.options.scalingEnabled)
    return { code: 'SCALING_DISABLED', text: 'job.autoscaler.scaling.enabled is false.' };
  if (isExcluded(policy.options.excludedPeriods, nowMs))
    return { code: 'EXCLUDED_PERIOD', text: 'It is a time of job.autoscaler.excluded.periods.' };
  if (currentWindow(policy.blackouts, nowMs)) return { code: 'BLACKOUT', text: 'It is a time of a blackout window.' };
  const counted = policy.slotsMax === undefined ? [] : [{ of: 'job', slots: policy.slotsMax } as const];
  return operatorQuota(job, changes, policy.options) ?? policyQuota(job, changes, [...policy.quotas, ...counted], now);
}
