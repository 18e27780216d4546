/** Whether Kubernetes killed a TaskManager that used more memory than it had: heaps do not show that, for it is native code that runs out. */
import type { AutoscaledJob } from '../autoscaler/samples.ts';
import type { PodSeen } from '../diagnosis/pod-seen.ts';
import { mainContainerName } from '../manifests/main-container.ts';
import { labels } from '../names.ts';
import { parseMemoryBytes } from '../spec/quantity.ts';

/**
 * The newest such end among a generation's pods, as long as Kubernetes tells of it: by the node's clock, with the limit that was too small.
 * A sidecar's memory is not the autoscaler's to give.
 */
export function lostForMemory(pods: Iterable<PodSeen>): AutoscaledJob['outOfMemory'] {
  return [...pods].flatMap(endOf).toSorted((one, other) => other.atMs - one.atMs)[0];
}

function endOf({ metadata, spec, status }: PodSeen): NonNullable<AutoscaledJob['outOfMemory']>[] {
  if (metadata.labels?.[labels.component] !== 'taskmanager') return [];
  const main = status?.containerStatuses?.find(({ name }) => name === mainContainerName);
  const limit = spec?.containers.find(({ name }) => name === mainContainerName)?.resources?.limits?.['memory'];
  if (limit === undefined) return [];
  const ends = [main?.state?.terminated, main?.lastState?.terminated];
  return ends.flatMap((end) =>
    end?.reason === 'OOMKilled' && end.finishedAt !== undefined
      ? [{ atMs: Date.parse(end.finishedAt), memoryBytes: parseMemoryBytes(limit) }]
      : [],
  );
}
