/** Reads pod templates, whose PodSpec is Kubernetes's own and not checked here: everything in it may be missing or odd. */
import { mainContainerName } from '../manifests/main-container.ts';
import type { PodTemplate } from '../schema/flink-job.ts';
import type { FieldPath } from './problem.ts';

export type Fields = Readonly<Record<string, unknown>>;

/** A map, or nothing. */
export function fieldsOf(value: unknown): Fields | undefined {
  return isFields(value) ? value : undefined;
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The maps in a list; whatever else is in it is left out. */
export function listOf(value: unknown): Fields[] {
  return Array.isArray(value) ? value.filter(isFields) : [];
}

/** A map in a list, with the path at which it lies. */
export interface Entry {
  readonly path: FieldPath;
  readonly fields: Fields;
}

/** The maps in a list of a map, each with its path. */
export function entriesOf(parent: Entry, list: string): Entry[] {
  const value: unknown = parent.fields[list];
  if (!Array.isArray(value)) return [];
  return value.flatMap((each: unknown, index) =>
    isFields(each) ? [{ path: [...parent.path, list, index], fields: each }] : [],
  );
}

/** A volume as the main container mounts it. */
export interface MountedVolume {
  readonly mountPath: string;
  /** Whether other pods see the same files. */
  readonly isShared: boolean;
}

const ownToPod = ['emptyDir', 'ephemeral', 'configMap', 'secret', 'downwardAPI', 'projected'];

/** The volumes that a template mounts into the main container. */
export function mainContainerVolumes(template: PodTemplate | undefined): MountedVolume[] {
  const spec = fieldsOf(template?.spec);
  const volumes = listOf(spec?.['volumes']);
  const main = listOf(spec?.['containers']).find((container) => container['name'] === mainContainerName);
  return listOf(main?.['volumeMounts']).flatMap((mount) => {
    const volume = volumes.find((each) => each['name'] === mount['name']);
    const mountPath = mount['mountPath'];
    if (!volume || typeof mountPath !== 'string') return [];
    return [{ mountPath, isShared: !ownToPod.some((kind) => kind in volume) }];
  });
}
