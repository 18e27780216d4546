/** Rows about a JobManager that does not answer. Not answering is not gone: what is done ends its pods first. */
import type { Failure } from '../failure.ts';
import { hasHighAvailability } from '../generation.ts';
import type { PodObserved } from '../observation/observation.ts';
import { soForMs } from '../observation/reading.ts';
import { parseDurationMs } from '../spec/duration.ts';
import type { RecoveryCase, RecoveryRow } from './finding.ts';
import { counted, spanText } from './words.ts';

/**
 * From so many restarts of its container on, and when it has not answered for longer than the kubelet's first back-offs
 * last (10 and 20 s): before, Flink's high availability is on its way.
 */
const crashesMin = 3;
const backoffsMs = 30_000;

export const jobManagerCrashLoop: RecoveryRow = {
  reason: 'JOB_MANAGER_CRASH_LOOP',
  sees: (one) => {
    const pod = crashing(one);
    return pod && crashLoop(pod, one);
  },
  action: 'restartCluster',
  isOfRevision: true,
};

function crashing({ observation }: RecoveryCase): PodObserved | undefined {
  if (observation.job.state !== 'silent' || soForMs(observation) < backoffsMs) return undefined;
  // With a second JobManager the job may run on.
  if (observation.pods.jobmanager.ready > 0) return undefined;
  return observation.pods.jobmanager.troubled.find(
    ({ waiting, restarts = 0 }) => waiting === 'CrashLoopBackOff' && restarts >= crashesMin,
  );
}

function crashLoop({ name, container, restarts = 0, ended }: PodObserved, { observation }: RecoveryCase): Failure {
  const { podTrouble } = observation;
  const how = ended ? `, the last time with exit code ${ended.exitCode} (${ended.reason ?? 'no reason given'})` : '';
  return {
    code: 'CRASH_LOOP',
    message: `The JobManager ends again and again: container ${container} of pod ${name} after ${counted(restarts, 'restart')}${how}.`,
    cure: 'The last lines of its log say why (`drey logs job NAME`): correct the image, the configuration or the program, and apply.',
    ...(podTrouble?.evidence !== undefined && { evidence: podTrouble.evidence }),
  };
}

/** Without high availability nothing starts an application's JobManager again: it would run the job from nothing. */
export const jobManagerGone: RecoveryRow = {
  reason: 'JOB_MANAGER_GONE',
  sees: ({ observation, spec }) => {
    const { job, pods } = observation;
    const isFinal = spec.spec.mode === 'application' && !hasHighAvailability(spec);
    if (!isFinal || job.state !== 'silent' || pods.jobmanager.present > 0) return undefined;
    const [pod] = pods.jobmanager.troubled;
    const how = pod?.ended ? `: its container ended with exit code ${pod.ended.exitCode}` : '';
    return {
      code: 'JOB_MANAGER_LOST',
      message: `The JobManager's pod has ended${how}, and without high availability the job has ended with it.`,
      cure: 'Give spec.storage.root or spec.storage.volumeClaim: with high availability Kubernetes and Flink go on with the job.',
    };
  },
  action: 'restartCluster',
  standing: 'ended',
};

export const jobManagerLost: RecoveryRow = {
  reason: 'JOB_MANAGER_LOST',
  sees: (one) => {
    const { jobmanager } = one.observation.pods;
    if (!isSilentForLong(one) || jobmanager.ready > 0) return undefined;
    return {
      code: 'JOB_MANAGER_LOST',
      message: `${silent(one)}, and ${jobmanager.present === 0 ? 'has no pod' : 'its pod is not ready'}.`,
      cure: 'See its log (`drey logs job NAME`); raise spec.deadlines.jobManager if it only needs longer to come up.',
    };
  },
  action: 'restartCluster',
};

/** The kubelet reaches it, so it is most likely the agent that does not: to end its pods would end a job that runs. */
export const jobManagerSilent: RecoveryRow = {
  reason: 'JOB_MANAGER_SILENT',
  sees: (one) => {
    if (!isSilentForLong(one) || one.observation.pods.jobmanager.ready === 0) return undefined;
    const { silence } = one.observation.job;
    return {
      code: 'JOB_MANAGER_SILENT',
      message: `${silent(one)}, though its pod is ready${silence === undefined ? '' : `: ${silence.replace(/[.\s]+$/, '')}`}.`,
      cure: 'See whether the agent reaches it (network policies, the API server): the job may well run.',
    };
  },
  action: 'report',
};

function isSilentForLong({ observation, spec }: RecoveryCase): boolean {
  if (observation.job.state !== 'silent') return false;
  return soForMs(observation) >= parseDurationMs(spec.spec.deadlines.jobManager);
}

function silent({ observation }: RecoveryCase): string {
  return `The JobManager has not answered for ${spanText(soForMs(observation))}`;
}
