/** Fetches single artifacts from Maven Central. */
import { renameSync } from 'node:fs';
import { runCommand } from '../process.ts';
import { ensureCommand, type Progress } from './tools.ts';

/**
 * Fetches `group:artifact:version` to a file, without what it depends on. Flink's parent poms are not all published;
 * this old plugin version resolves jars without them.
 */
export async function mavenArtifact(artifact: string, target: string, progress: Progress): Promise<string> {
  await ensureCommand('mvn', 'maven', progress);
  const partial = `${target}.part`;
  const goal = 'org.apache.maven.plugins:maven-dependency-plugin:2.10:get';
  const options = ['-Dtransitive=false', `-Dartifact=${artifact}`, `-Ddest=${partial}`];
  await runCommand('mvn', ['-q', '-B', goal, ...options], { timeoutMs: 600_000 });
  renameSync(partial, target);
  return target;
}
