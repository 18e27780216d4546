/** Rows about pods and the nodes and images they need. */
import type { PodObserved } from '../observation/observation.ts';
import { agoMs, hasEnded, isUp, soForMs, troubledPods } from '../observation/reading.ts';
import { actionOf, type RecoveryCase, type RecoveryRow } from './finding.ts';
import { jobVanished } from './job-rows.ts';
import { counted, spanText } from './words.ts';

/** Kubernetes goes on trying, and a new Flink cluster would want the same image. */
export const imageGone: RecoveryRow = {
  reason: 'IMAGE_GONE',
  sees: ({ observation }) =>
    observation.podTrouble?.code === 'IMAGE_NOT_PULLED' && !isUp(observation) ? observation.podTrouble : undefined,
  action: 'report',
  isOfRevision: true,
};

/** Kubernetes takes pods off a node 5 minutes after it was heard of last, and makes others then. */
const evictionMs = 6 * 60_000;

export const nodeLost: RecoveryRow = {
  reason: 'NODE_LOST',
  sees: ({ observation }) => {
    const pods = missedPods(observation);
    const [first] = pods;
    if (!first || isUp(observation)) return undefined;
    const { node } = first.pod;
    const names = pods.map(({ pod }) => pod.name).join(', ');
    return {
      code: 'NODE_LOST',
      message: `Node ${node} has not been heard of for ${spanText(lostForMs(observation, first.pod))}, and with it ${counted(pods.length, 'pod')}: ${names}.`,
      cure: `Kubernetes replaces them some 5 minutes after it lost the node. If the machine is off for good, \`kubectl delete node ${node}\` lets it do so at once.`,
    };
  },
  action: (one) => {
    const { observation } = one;
    // A JobManager that took over elsewhere lists its jobs in a moment.
    if (observation.job.state === 'absent') return actionOf(jobVanished, one);
    const spans = missedPods(observation).map(({ pod }) => lostForMs(observation, pod));
    // The node may be lost for days: what counts is how long the job has been down without it.
    const downMs = Math.min(soForMs(observation), Math.max(0, ...spans));
    return !hasEnded(observation) && downMs < evictionMs ? 'wait' : 'restartCluster';
  },
};

/** Pods on lost nodes that nothing has taken the place of: Kubernetes keeps those objects until somebody deletes the node. */
function missedPods(observation: RecoveryCase['observation']) {
  return troubledPods(observation).filter(({ pod, component }) => {
    const { ready, wanted } = observation.pods[component];
    return pod.nodeLostMs !== undefined && ready < wanted;
  });
}

function lostForMs(observation: RecoveryCase['observation'], { nodeLostMs }: PodObserved): number {
  return nodeLostMs === undefined ? 0 : agoMs(observation, nodeLostMs);
}

/** Whatever else keeps pods from coming up: Kubernetes goes on trying, and the reader is told what to mend. */
export const podsInTrouble: RecoveryRow = {
  reason: 'PODS_IN_TROUBLE',
  sees: ({ observation: { podTrouble } }) => podTrouble,
  action: 'report',
};
