/** Whether Kubernetes killed a TaskManager that used more memory than it had: heaps do not show that, for it is native code that runs out. */
import type { AutoscaledJob } from '../autoscaler/samples.ts';
import type { PodSeen } from '../diagnosis/pod-seen.ts';
import { mainContainerName } from '../manifests/main-container.ts';
import { labels } from '../names.ts';
import { memoryLimitOf } from '../observation/pods.ts';
import { parseMemoryBytes } from '../spec/quantity.ts';

/**
 * The newest such end among a generation's pods, as long as Kubernetes tells of it: by the node's clock, with the limit that was too small.
 * A sidecar's memory is not the autoscaler's to give. Asked with every reading of the job: of a pod that nobody killed only two fields are read.
 */
export function lostForMemory(pods: Iterable<PodSeen>): AutoscaledJob['outOfMemory'] {
  let newest: Killed | undefined;
  for (const pod of pods) {
    const killed = killedOf(pod);
    if (killed && killed.atMs > (newest?.atMs ?? -Infinity)) newest = killed;
  }
  return newest && { atMs: newest.atMs, memoryBytes: parseMemoryBytes(newest.limit) };
}

interface Killed {
  readonly atMs: number;
  /** As its pod says it. */
  readonly limit: string;
}

/** Undefined where it was not, or without a limit: then it was the node that had no more. */
function killedOf(pod: PodSeen): Killed | undefined {
  const main = pod.status?.containerStatuses?.find(({ name }) => name === mainContainerName);
  const ends = [main?.state?.terminated, main?.lastState?.terminated];
  const killed = ends.find((end) => end?.reason === 'OOMKilled' && end.finishedAt !== undefined);
  if (killed?.finishedAt === undefined || pod.metadata.labels?.[labels.component] !== 'taskmanager') return undefined;
  const limit = memoryLimitOf(pod, mainContainerName);
  return limit === undefined ? undefined : { atMs: Date.parse(killed.finishedAt), limit };
}
