/** Builds the storage tool: a small jar for any Flink, which a cleaning pod mounts from a ConfigMap. */
import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { runCommand } from '../process.ts';
import { repositoryRoot } from '../paths.ts';
import { mavenArtifact } from './maven.ts';
import { ensureCommand, keyOf, madeOnce, type Progress } from './tools.ts';

/** The oldest Flink that the tool runs with; what it calls has not changed since. */
const compiledAgainst = '1.20.0';
const sources = join(repositoryRoot, 'deploy/storage-tool/src/dev/drey/storage');

export interface StorageToolWish {
  readonly cacheDir: string;
  readonly progress: Progress;
}

/**
 * The path of `storage-tool.jar`, compiled for Java 11 if the cache does not have it.
 * @throws when there is no Java compiler and none can be installed.
 */
export async function buildStorageTool({ cacheDir, progress }: StorageToolWish): Promise<string> {
  const files = readdirSync(sources).map((name) => join(sources, name));
  const jar = join(cacheDir, `storage-tool-${keyOf([compiledAgainst], files)}`, 'storage-tool.jar');
  if (existsSync(jar)) return jar;
  await ensureCommand('javac', 'openjdk-17-jdk-headless', progress);
  await madeOnce(join(jar, '..'), async (work) => {
    progress('building the storage tool');
    const flink = await mavenArtifact(
      `org.apache.flink:flink-core:${compiledAgainst}`,
      join(work, 'flink-core.jar'),
      progress,
    );
    const classes = join(work, 'classes');
    const result = join(work, 'result');
    for (const folder of [classes, result]) mkdirSync(folder);
    await runCommand('javac', ['--release', '11', '-g:none', '-Xlint:none', '-cp', flink, '-d', classes, ...files]);
    const date = ['--date', '2025-01-01T00:00:00+00:00'];
    const manifest = ['--main-class', 'dev.drey.storage.StorageTool'];
    await runCommand('jar', [
      '--create',
      ...date,
      ...manifest,
      '--file',
      join(result, 'storage-tool.jar'),
      '-C',
      classes,
      '.',
    ]);
    return result;
  });
  return jar;
}
