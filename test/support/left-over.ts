/** What should not be there any more of a job: objects of no generation that counts, and pods that were made for one look. */
import { generationName, generationNames, stableServiceName, type GenerationIdentity } from '../../core/names.ts';

/**
 * @param objects all that there are of the job, each as `Kind name`.
 * @param generations those that run it: the active one, and a candidate. Where there is none, nothing belongs to it.
 */
export function leftOver(objects: readonly string[], generations: readonly GenerationIdentity[]): string[] {
  return objects.filter((object) => !generations.some((generation) => belongs(object, generation)));
}

function belongs(object: string, generation: GenerationIdentity): boolean {
  const name = object.slice(object.indexOf(' ') + 1);
  const base = generationName(generation);
  // It goes with the activity that made it.
  if (object.startsWith(`Pod ${generationNames(generation).storagePod}-`)) return false;
  // Flink names its high-availability ConfigMaps itself, and Kubernetes pods by what makes them.
  return name === base || name.startsWith(`${base}-`) || name === stableServiceName(generation);
}
