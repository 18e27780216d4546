/**
 * What is ours in the image: the entry point, a default configuration, the Java options of this Flink, and the ledger
 * job. The job is here and not in a layer below, so that a change of it leaves those as they are.
 */
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { runCommand } from '../process.ts';
import { ledgerScript, ledgerSources } from './ledger-job.ts';

const fixedFiles = ['docker-entrypoint.sh', 'config.yaml'].map((name) => join(import.meta.dirname, 'files', name));

/** The files that what `writeOurFiles` writes is made of: they decide the image's content. */
export const ourFiles: readonly string[] = [...fixedFiles, ledgerScript, ...ledgerSources()];

/** What the image does when it is started with arguments only. */
export function runtimeConfig(javaHome: string): Record<string, unknown> {
  const env = {
    PATH: '/opt/flink/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
    FLINK_HOME: '/opt/flink',
    JAVA_HOME: javaHome,
  };
  return {
    User: '9999:9999',
    WorkingDir: '/opt/flink',
    Entrypoint: ['/docker-entrypoint.sh'],
    Cmd: ['help'],
    Env: Object.entries(env).map(([name, value]) => `${name}=${value}`),
    ExposedPorts: { '6123/tcp': {}, '8081/tcp': {} },
  };
}

/** Writes our files into `layer`, beside what will become the class archives. `root` has the layers below. */
export async function writeOurFiles(root: string, layer: string, ledgerJar: string): Promise<void> {
  const home = join(layer, 'opt/flink');
  for (const folder of ['conf', 'drey', 'cds', 'examples/drey']) mkdirSync(join(home, folder), { recursive: true });
  copyFileSync(join(import.meta.dirname, 'files/docker-entrypoint.sh'), join(layer, 'docker-entrypoint.sh'));
  for (const file of [ledgerJar, ledgerScript]) copyFileSync(file, join(home, 'examples/drey', basename(file)));
  const options = javaOptions(readFileSync(join(root, 'opt/flink/conf/config.yaml'), 'utf8'));
  writeFileSync(join(home, 'drey/java.options'), ['-XX:+IgnoreUnrecognizedVMOptions', ...options, ''].join('\n'));
  const defaults = readFileSync(join(import.meta.dirname, 'files/config.yaml'), 'utf8');
  writeFileSync(join(home, 'conf/config.yaml'), `${defaults}env.java.opts.all: ${options.join(' ')}\n`);
  await runCommand('chown', ['-R', '9999:9999', home]);
  await runCommand('chmod', ['-R', 'u=rwX,go=rX', home]);
  await runCommand('chmod', ['755', join(layer, 'docker-entrypoint.sh'), join(layer, 'opt')]);
}

/** The module options that this Flink needs, from its own default configuration. */
function javaOptions(config: string): string[] {
  const value = /^ *(?:env\.java\.opts\.)?all: (--add.*)$/m.exec(config)?.[1];
  if (value === undefined) throw new Error('the distribution’s config.yaml has no env.java.opts.all');
  return value.trim().split(/\s+/);
}
