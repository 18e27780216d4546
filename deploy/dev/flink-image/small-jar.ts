/** Compiles small jars of ours that run with any Flink from 1.20 on and bring nothing along. */
import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { runCommand } from '../process.ts';
import { mavenArtifact } from './maven.ts';
import { ensureCommand, keyOf, madeOnce, type Progress } from './tools.ts';

/** The oldest Flink that they run with; what they call has not changed since. */
const compiledAgainst = '1.20.0';

export interface SmallJarWish {
  readonly cacheDir: string;
  readonly progress: Progress;
}

export interface SmallJar {
  /** Of the file, without its ending. */
  readonly name: string;
  /** The folder that has its sources. */
  readonly sources: string;
  readonly mainClass: string;
  /** The parts of Flink that its sources name. */
  readonly flinkModules: readonly string[];
}

/**
 * The path of the jar, compiled for Java 11 if the cache does not have it.
 * @throws when there is no Java compiler and none can be installed.
 */
export async function buildSmallJar(
  { name, sources, mainClass, flinkModules }: SmallJar,
  { cacheDir, progress }: SmallJarWish,
): Promise<string> {
  const files = readdirSync(sources).map((file) => join(sources, file));
  const jar = join(cacheDir, `${name}-${keyOf([compiledAgainst], files)}`, `${name}.jar`);
  if (existsSync(jar)) return jar;
  await ensureCommand('javac', 'openjdk-17-jdk-headless', progress);
  await madeOnce(join(jar, '..'), async (work) => {
    progress(`building ${name}.jar`);
    const [classes, result] = [join(work, 'classes'), join(work, 'result')];
    for (const folder of [classes, result]) mkdirSync(folder);
    const classpath = await fetched(flinkModules, work, progress);
    await runCommand('javac', ['--release', '11', '-g:none', '-Xlint:none', '-cp', classpath, '-d', classes, ...files]);
    const date = ['--date', '2025-01-01T00:00:00+00:00'];
    const content = ['--file', join(result, `${name}.jar`), '-C', classes, '.'];
    await runCommand('jar', ['--create', ...date, '--main-class', mainClass, ...content]);
    return result;
  });
  return jar;
}

async function fetched(modules: readonly string[], folder: string, progress: Progress): Promise<string> {
  const jars: string[] = [];
  for (const module of modules)
    jars.push(
      await mavenArtifact(`org.apache.flink:${module}:${compiledAgainst}`, join(folder, `${module}.jar`), progress),
    );
  return jars.join(':');
}
