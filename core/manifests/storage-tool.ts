/** The ConfigMap that brings our storage tool, a small jar, into storage pods. */
import { generationNames } from '../names.ts';
import { type OwnedInput, ownedMetadata } from './generation-input.ts';
import type { ConfigMap } from './kubernetes.ts';

/** The jar's name in the ConfigMap. */
export const storageToolJar = 'storage-tool.jar';

/** Name of the ConfigMap: one per generation. */
export function storageToolName({ generation }: OwnedInput): string {
  return `${generationNames(generation.identity).storagePod}-tool`;
}

/** @param jar the jar as base64. */
export function renderStorageTool(input: OwnedInput, jar: string): ConfigMap {
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: ownedMetadata(input, storageToolName(input)),
    binaryData: { [storageToolJar]: jar },
  };
}
