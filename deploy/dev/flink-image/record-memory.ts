/**
 * `npx tsx deploy/dev/flink-image/record-memory.ts`: asks Flink itself, in both oldest and newest line, for the memory
 * arguments of many configurations, and writes them to `test/golden/flink-memory.json`.
 */
import { mkdtempSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { repositoryRoot, stackPaths } from '../paths.ts';
import { baseLayer } from './base-layer.ts';
import { runInRoot } from './chroot.ts';
import { flinkLayer } from './distribution.ts';
import { unpackLayers } from './layers.ts';
import { releaseOf } from './versions.ts';

type Config = Readonly<Record<string, string>>;

const jm = (settings: Config): Config => prefixed('jobmanager.memory.', settings);
const tm = (settings: Config, others: Config = {}): Config => ({
  ...prefixed('taskmanager.memory.', settings),
  ...others,
});

function prefixed(prefix: string, settings: Config): Config {
  return Object.fromEntries(Object.entries(settings).map(([key, value]) => [prefix + key, value]));
}

const jobManagers: readonly Config[] = [
  jm({ 'process.size': '1600m' }),
  jm({ 'process.size': '768m' }),
  jm({ 'process.size': '1 gb' }),
  jm({ 'process.size': '4g' }),
  jm({ 'process.size': '16g' }),
  jm({ 'process.size': '1234567890' }),
  jm({ 'process.size': '448m', 'jvm-metaspace.size': '128m', 'jvm-overhead.min': '64m', 'off-heap.size': '64m' }),
  jm({ 'process.size': '320m' }),
  jm({ 'process.size': '500m', 'off-heap.size': '100m' }),
  jm({ 'process.size': '2g', 'jvm-overhead.fraction': '0.2', 'jvm-overhead.max': '300m' }),
  jm({ 'process.size': '2g', 'jvm-overhead.fraction': '0.33' }),
  jm({ 'flink.size': '1g' }),
  jm({ 'flink.size': '5g' }),
  jm({ 'flink.size': '1g', 'process.size': '1500m' }),
  jm({ 'flink.size': '1g', 'process.size': '4g' }),
  jm({ 'flink.size': '100m' }),
  jm({ 'heap.size': '700m' }),
  jm({ 'heap.size': '700m', 'process.size': '1300m' }),
  jm({ 'heap.size': '700m', 'flink.size': '1g' }),
  jm({ 'heap.size': '896m', 'flink.size': '1g' }),
  jm({ 'heap.size': '700m', 'flink.size': '1g', 'off-heap.size': '128m' }),
  jm({ 'heap.size': '896m', 'flink.size': '1g', 'off-heap.size': '128m' }),
  jm({ 'heap.size': '2g', 'flink.size': '1g' }),
  jm({ 'heap.size': '700m', 'flink.size': '1g', 'process.size': '1500m' }),
  jm({ 'process.size': '1600m', 'enable-jvm-direct-memory-limit': 'true' }),
  jm({ 'process.size': '1600m', 'jvm-overhead.min': '300m', 'jvm-overhead.max': '200m' }),
  jm({ 'process.size': '1.5g' }),
  jm({ 'process.size': 'much' }),
  {},
];

const taskManagers: readonly Config[] = [
  tm({ 'process.size': '1728m' }),
  tm({ 'process.size': '1728m' }, { 'taskmanager.numberOfTaskSlots': '4' }),
  tm({ 'process.size': '1728m' }, { 'taskmanager.cpu.cores': '0.5', 'taskmanager.numberOfTaskSlots': '2' }),
  tm({ 'process.size': '1024m' }),
  tm({ 'process.size': '896m' }),
  tm({ 'process.size': '768m' }),
  tm({ 'process.size': '8g' }),
  tm({ 'process.size': '64g' }),
  tm({ 'process.size': '3141592653' }),
  tm({ 'process.size': '1728m', 'managed.fraction': '0' }),
  tm({ 'process.size': '1728m', 'managed.size': '0' }),
  tm({ 'process.size': '2g', 'managed.fraction': '0.7', 'network.fraction': '0.05' }),
  tm({ 'process.size': '2g', 'managed.size': '300m', 'task.off-heap.size': '50m' }),
  tm({ 'process.size': '2g', 'network.min': '32m', 'network.max': '32m' }),
  tm({ 'process.size': '2g', 'network.min': '200m', 'network.max': '100m' }),
  tm({ 'process.size': '2g', 'task.heap.size': '500m' }),
  tm({ 'process.size': '2g', 'task.heap.size': '500m', 'network.max': '64m' }),
  tm({ 'process.size': '2g', 'task.heap.size': '512m', 'managed.size': '256m' }),
  tm({ 'task.heap.size': '512m', 'managed.size': '256m' }),
  tm({ 'task.heap.size': '512m', 'managed.size': '256m', 'network.fraction': '0.25' }),
  tm({ 'flink.size': '2g', 'task.heap.size': '512m', 'managed.size': '256m', 'network.max': '2g' }),
  tm({ 'flink.size': '1g', 'task.heap.size': '512m', 'managed.size': '512m' }),
  tm({ 'flink.size': '1280m' }),
  tm({ 'flink.size': '1280m', 'process.size': '1728m' }),
  tm({ 'flink.size': '1280m', 'process.size': '1500m' }),
  tm({ 'flink.size': '20g', 'framework.heap.size': '256m', 'framework.off-heap.size': '64m' }),
  tm({
    'process.size': '448m',
    'jvm-metaspace.size': '96m',
    'jvm-overhead.min': '48m',
    'framework.heap.size': '64m',
    'framework.off-heap.size': '48m',
    'network.min': '16m',
    'managed.size': '0',
  }),
  tm({ 'process.size': '1728m', 'jvm-overhead.fraction': '1.5' }),
  tm({ 'process.size': '400m' }),
  tm({ 'process.size': '1728m' }, { 'taskmanager.cpu.cores': '0' }),
  {},
];

/** Runs Flink's own calculation for every configuration at once, in one shell. */
async function ask(root: string, command: string, configs: readonly Config[]): Promise<(string[] | null)[]> {
  const home = '/opt/flink';
  configs.forEach((config, index) => {
    mkdirSync(join(root, `tmp/memory/${command}/${index}`), { recursive: true });
    const lines = Object.entries(config).map(([key, value]) => `${key}: ${value}\n`);
    writeFileSync(join(root, `tmp/memory/${command}/${index}/config.yaml`), lines.join('') || '{}\n');
  });
  const java = `java -XX:TieredStopAtLevel=1 -cp "${home}/bin/bash-java-utils.jar:$(echo ${home}/lib/flink-dist*.jar)"`;
  const each = `${java} org.apache.flink.runtime.util.bash.BashJavaUtils ${command} --configDir "$folder" 2>/dev/null`;
  const script = `for folder in $(ls -d /tmp/memory/${command}/* | sort -t/ -k5 -n); do echo "== $folder"; ${each} || true; done`;
  const output = await runInRoot(root, ['bash', '-c', script], { timeoutMs: 600_000 });
  return output
    .split(/^== .*$/m)
    .slice(1)
    .map((part) => {
      const results = part.split('\n').filter((line) => line.startsWith('BASH_JAVA_UTILS_EXEC_RESULT:'));
      const texts = results.map((line) => line.slice('BASH_JAVA_UTILS_EXEC_RESULT:'.length));
      return texts.length === 2 ? texts : null;
    });
}

/** What Flink printed as `-D key=value …`, by key. */
function properties(text: string): Record<string, string> {
  const pairs = text.split('-D ').filter((pair) => pair.trim() !== '');
  const sorted = pairs.map((pair) => pair.trim().split(/=(.*)/s)).toSorted(([a = ''], [b = '']) => (a < b ? -1 : 1));
  return Object.fromEntries(sorted.map(([key = '', value = '']) => [key, value]));
}

async function recordLine(line: string, cacheDir: string): Promise<object[]> {
  const release = releaseOf(line);
  const cache = join(cacheDir, 'flink-image');
  const progress = (text: string) => console.log(`${line}: ${text}`);
  const root = mkdtempSync(join(cache, '.memory-'));
  try {
    await unpackLayers([await baseLayer(cache, progress), await flinkLayer(release, cache, progress)], root);
    const cases: object[] = [];
    for (const [scope, command, configs] of [
      ['jobManager', 'GET_JM_RESOURCE_PARAMS', jobManagers],
      ['taskManager', 'GET_TM_RESOURCE_PARAMS', taskManagers],
    ] as const) {
      const answers = await ask(root, command, configs);
      configs.forEach((config, index) => {
        const answer = answers[index];
        const [jvm = '', dynamic = ''] = answer ?? [];
        const printed = { jvmArgs: jvm.split(' '), dynamicProperties: properties(dynamic) };
        cases.push({ flink: release.flink, scope, config, expected: answer ? printed : 'refused' });
      });
    }
    return cases;
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}

const { cacheDir } = stackPaths('dev');
const recorded = [...(await recordLine('1.20', cacheDir)), ...(await recordLine('2.3', cacheDir))];
const lines = recorded.map((row) => `  ${JSON.stringify(row)}`);
writeFileSync(join(repositoryRoot, 'test/golden/flink-memory.json'), `[\n${lines.join(',\n')}\n]\n`);
