/** What an observation says of a generation's objects. */
import { annotations, generationNames } from '../../core/names.ts';
import type { Generation } from '../../core/generation.ts';
import { changesOf } from '../../core/observation/drift.ts';
import { jobManagerKind, wantedPods } from '../../core/observation/wanted-pods.ts';
import type { SeenGeneration } from './cluster-view.ts';
import type { ObjectsNow } from './watched-job.ts';

/** What is known besides what was seen of it. */
interface ObjectsKnown {
  /**
   * Whether it has been watched for so long that what was never seen is not there: each kind has a watch of its own, and one of them may
   * be behind that which has told of the generation.
   */
  readonly isSettled: boolean;
  /** What is gone that no watch follows. */
  readonly unwatched: readonly string[];
}

/** Its pods, which of its objects are gone that a running generation has, the anchor first, and which were changed. */
export function objectsNow(
  generation: Generation,
  seen: SeenGeneration | undefined,
  { isSettled, unwatched }: ObjectsKnown,
): ObjectsNow {
  const { jobManager, taskManager, service, configMap, anchor } = generationNames(generation.identity);
  const isThere = seen?.anchor !== undefined && !seen.anchor.isLeaving;
  const wanted = [
    `ConfigMap ${configMap}`,
    `Service ${service}`,
    `${jobManagerKind(generation)} ${jobManager}`,
    `Deployment ${taskManager}`,
  ];
  const objects = [...(seen?.objects.values() ?? [])];
  const there = new Set(objects.map(({ label }) => label));
  const isGone = (label: string) => !there.has(label) && (isSettled || (seen?.known.has(label) ?? true));
  // While an operation changes it, it is not yet what it will be.
  const isChanging = seen?.anchor?.notes[annotations.rescaling] !== undefined;
  return {
    pods: [...(seen?.pods.values() ?? [])],
    missing: [...(isThere ? [] : [`ConfigMap ${anchor}`]), ...unwatched, ...wanted.filter(isGone)],
    changed: isChanging || !isThere ? [] : changesOf(objects, seen?.anchor?.marks ?? {}, wantedPods(generation)),
  };
}
