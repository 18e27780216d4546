/** Builds the storage tool: a small jar for any Flink, which a cleaning pod mounts from a ConfigMap. */
import { join } from 'node:path';
import { repositoryRoot } from '../paths.ts';
import { buildSmallJar, type SmallJarWish } from './small-jar.ts';

const storageTool = {
  name: 'storage-tool',
  sources: join(repositoryRoot, 'deploy/storage-tool/src/dev/drey/storage'),
  mainClass: 'dev.drey.storage.StorageTool',
  flinkModules: ['flink-core'],
};

/** The path of `storage-tool.jar`. @throws when it cannot be compiled here. */
export function buildStorageTool(wish: SmallJarWish): Promise<string> {
  return buildSmallJar(storageTool, wish);
}
