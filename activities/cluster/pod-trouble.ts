/** Watches a generation's pods for what will not mend itself, and brings the log's last lines with the diagnosis. */
import { KubernetesError } from '../../clients/kubernetes/errors.ts';
import type { ObjectOf } from '../../clients/kubernetes/kinds.ts';
import type { Culprit, PodClock } from '../../core/diagnosis/pod-finding.ts';
import type { PodSeen } from '../../core/diagnosis/pod-seen.ts';
import { diagnosePods } from '../../core/diagnosis/pods.ts';
import { diagnoseSubmission } from '../../core/diagnosis/submission.ts';
import type { Failure } from '../../core/failure.ts';
import type { Generation } from '../../core/generation.ts';
import { generationLabels, generationName, labels } from '../../core/names.ts';
import { parseDurationMs } from '../../core/spec/duration.ts';
import type { ClusterDependencies } from './dependencies.ts';

/** Events are asked for only when pods take long: they explain delays, and listing them is not cheap. */
const eventsAfterMs = 4_000;
const eventsEveryMs = 8_000;

/** The selector of all objects of a generation. */
export function generationSelector(generation: Generation): string {
  const own = generationLabels(generation.identity);
  return `${labels.uid}=${own[labels.uid]},${labels.generation}=${own[labels.generation]}`;
}

/** The selector of the pods of one of its components. */
export function componentPodSelector(generation: Generation, component: 'jobmanager' | 'taskmanager'): string {
  return `${generationSelector(generation)},${labels.component}=${component}`;
}

/** The selector of its JobManager and TaskManager pods. */
export function podSelector(generation: Generation): string {
  return `${generationSelector(generation)},${labels.component} in (jobmanager,taskmanager)`;
}

/** Judges the pods of one generation during one wait. */
export class PodTrouble {
  private readonly dependencies: ClusterDependencies;
  private readonly generation: Generation;
  private readonly since = performance.now();
  private events: readonly ObjectOf<'Event'>[] = [];
  private askedAt = 0;

  constructor(dependencies: ClusterDependencies, generation: Generation) {
    this.dependencies = dependencies;
    this.generation = generation;
  }

  /**
   * The failure that these pods have come to, with evidence; undefined while they may still come up.
   * @param aheadMs judges them as if it were that much later: a wait that is over has no time for the last second.
   */
  async of(pods: readonly PodSeen[], aheadMs = 0): Promise<Failure | undefined> {
    await this.refreshEvents();
    const { failure, culprit } = diagnosePods(pods, this.events, this.clock(aheadMs));
    if (!failure || !culprit) return failure;
    const log = await this.logOf(culprit);
    return log === '' ? failure : explained(failure, log, this.generation);
  }

  /** Resolves with the first trouble; else runs until its time is up or it is aborted. */
  async watch(options: { readonly signal: AbortSignal; readonly waitMs: number }): Promise<Failure> {
    const { kubernetes } = this.dependencies;
    const { namespace } = this.generation.spec.spec;
    const selection = { labelSelector: podSelector(this.generation) };
    const { signal, waitMs: timeoutMs } = options;
    return kubernetes.watchUntil('Pod', namespace, selection, (pods) => this.of(pods), { signal, timeoutMs });
  }

  private async refreshEvents(): Promise<void> {
    const now = performance.now();
    if (now - this.since < eventsAfterMs || now - this.askedAt < eventsEveryMs) return;
    this.askedAt = now;
    const all = await this.dependencies.kubernetes.events(this.generation.spec.spec.namespace);
    const name = generationName(this.generation.identity);
    this.events = all.filter(({ involvedObject }) => involvedObject.name?.startsWith(`${name}-`));
  }

  private clock(aheadMs: number): PodClock {
    const { schedule, imagePull } = this.generation.spec.spec.deadlines;
    return {
      now: Date.now() + aheadMs,
      scheduleMs: parseDurationMs(schedule),
      imagePullMs: parseDurationMs(imagePull),
    };
  }

  private async logOf({ pod, container, previous }: Culprit): Promise<string> {
    const { namespace } = this.generation.spec.spec;
    try {
      const options = { previous, tailLines: 60, limitBytes: 32_768 };
      return await this.dependencies.kubernetes.podLog(namespace, pod, container, options);
    } catch (error) {
      // The log may be gone with its container: the diagnosis stands without it.
      if (error instanceof KubernetesError) return '';
      throw error;
    }
  }
}

/** In application mode `main` runs in the JobManager: a crash whose log holds its exception is told as that. */
function explained(failure: Failure, log: string, generation: Generation): Failure {
  const told: Failure = { ...failure, evidence: log };
  if (failure.code !== 'CRASH_LOOP' || generation.spec.spec.mode !== 'application') return told;
  const cause = diagnoseSubmission(log, generation.spec.spec);
  return cause.code === 'SUBMISSION_REFUSED' ? told : { ...cause, evidence: log };
}
