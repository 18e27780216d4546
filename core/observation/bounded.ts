/** Keeps an observation at a few KB and without secrets, whatever Flink and Kubernetes say. */
import { cutEvidence, type Failure } from '../failure.ts';
import { redact } from '../redact.ts';
import { shorten } from '../spec/problem.ts';
import * as bounds from './bounds.ts';
import type { Observation, PodObserved, PodsObserved } from './observation.ts';

/** The observation with its lists and texts cut. The newest restarts and the worst pods stay. */
export function bounded(observation: Observation): Observation {
  const { job, restarts, cause, checkpoints, pods, podTrouble, missing, changed, standstill, untold } = observation;
  return {
    ...observation,
    job: job.silence === undefined ? job : { ...job, silence: sentence(job.silence) },
    restarts: { ...restarts, recentMs: restarts.recentMs.slice(0, bounds.restartTimesMax) },
    ...(cause && {
      cause: { ...cause, failure: failure(cause.failure), ...(cause.task && { task: name(cause.task) }) },
    }),
    ...(checkpoints?.failure && { checkpoints: { ...checkpoints, failure: failure(checkpoints.failure) } }),
    pods: { jobmanager: worst(pods.jobmanager), taskmanager: worst(pods.taskmanager) },
    ...(podTrouble && { podTrouble: failure(podTrouble) }),
    missing: missing.slice(0, bounds.objectsMax).map(name),
    changed: changed
      .slice(0, bounds.objectsMax)
      .map(({ object, what }) => ({ object: name(object), what: name(what) })),
    ...(standstill && { standstill: { ...standstill, vertex: name(standstill.vertex) } }),
    ...(untold && { untold: { ...untold, why: sentence(untold.why) } }),
  };
}

function worst(pods: PodsObserved): PodsObserved {
  return { ...pods, troubled: pods.troubled.slice(0, bounds.troubledPodsMax).map(named) };
}

/** Kubernetes names are short enough by themselves. */
function named(pod: PodObserved): PodObserved {
  return pod.waiting === undefined ? pod : { ...pod, waiting: name(pod.waiting) };
}

function failure({ code, message, cure, evidence }: Failure): Failure {
  const kept = evidence === undefined ? undefined : cutEvidence(redact(evidence)).slice(-bounds.evidenceLengthMax);
  return { code, message: sentence(message), cure: sentence(cure), ...(kept !== undefined && { evidence: kept }) };
}

function sentence(text: string): string {
  return shorten(redact(text), bounds.sentenceLengthMax);
}

function name(text: string): string {
  return shorten(text, bounds.nameLengthMax);
}
