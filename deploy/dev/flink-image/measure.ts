/**
 * `npx tsx deploy/dev/flink-image/measure.ts [line] [runs]`: unpacks an image, starts JobManager and TaskManager in it at
 * once, runs the example, and prints the seconds from spawn to each step (medians), CPU seconds and memory.
 */
import { existsSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { loadavg } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { runCommand } from '../process.ts';
import { stackPaths } from '../paths.ts';
import { buildFlinkImage } from './build.ts';
import { innerPid } from './chroot.ts';
import { residentMegabytes, startCluster, type ClusterMode, type ClusterWish, type RunningCluster } from './cluster.ts';
import { allRunning, checkpointed, restUp, runExample, slotsUp, uploadExample } from './flink-rest.ts';
import { unpackLayers } from './layers.ts';
import { withExampleInUsrlib } from './training.ts';

type Figures = Record<string, number>;

interface Variant {
  readonly name: string;
  readonly wish: Partial<ClusterWish>;
  readonly withoutArchives?: boolean;
}

const variants: readonly Variant[] = [
  { name: 'default', wish: {} },
  { name: 'default, SerialGC', wish: { jvmOptions: same('-XX:+UseSerialGC') } },
  { name: 'c1 everywhere', wish: { env: { DREY_JVM_TIER: 'c1' } } },
  { name: 'full everywhere', wish: { env: { DREY_JVM_TIER: 'full' } } },
  { name: 'default, no class archive', wish: {}, withoutArchives: true },
  { name: 'full, no class archive', wish: { env: { DREY_JVM_TIER: 'full' } }, withoutArchives: true },
  { name: "Flink's scripts", wish: { byScripts: true } },
];

function same(...options: string[]) {
  return { jobManager: options, taskManager: options };
}

async function run(root: string, mode: ClusterMode, wish: Partial<ClusterWish>): Promise<Figures> {
  const cluster = await startCluster({ ...wish, root, mode });
  const figures: Figures = {};
  const mark = (step: string) => (figures[step] = (Date.now() - cluster.startedAt) / 1000);
  try {
    await restUp(cluster);
    mark('REST');
    await slotsUp(cluster);
    mark('slots');
    if (mode === 'session') await runExample(cluster, await uploadExample(cluster, root));
    const job = await allRunning(cluster);
    mark('RUNNING');
    await checkpointed(cluster, job);
    mark('checkpoint');
    return { ...figures, ...processFigures(cluster) };
  } finally {
    await cluster.stop();
  }
}

function processFigures({ jobManager, taskManager }: RunningCluster): Figures {
  const pids = { JM: innerPid(jobManager) ?? 0, TM: innerPid(taskManager) ?? 0 };
  return {
    'JM CPU': cpuSeconds(pids.JM),
    'TM CPU': cpuSeconds(pids.TM),
    'JM MB': residentMegabytes(pids.JM),
    'TM MB': residentMegabytes(pids.TM),
  };
}

/** User and system time, those of ended children included, for scripts start JVMs before Flink's own. */
function cpuSeconds(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return fields.slice(11, 15).reduce((sum, ticks) => sum + Number(ticks), 0) / 100;
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((left, right) => left - right);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}

async function measure(root: string, mode: ClusterMode, variant: Variant, runs: number): Promise<void> {
  const cds = join(root, 'opt/flink/cds');
  if (variant.withoutArchives) renameSync(cds, `${cds}.away`);
  try {
    const all: Figures[] = [];
    for (let index = 0; index < runs; index += 1) all.push(await run(root, mode, variant.wish));
    const steps = Object.keys(all[0] ?? {});
    const cells = steps.map((step) => median(all.map((one) => one[step] ?? 0)).toFixed(step.endsWith('MB') ? 0 : 2));
    console.log(`| ${[mode, variant.name, ...cells, loadavg()[0]?.toFixed(1)].join(' | ')} |`);
  } finally {
    if (existsSync(`${cds}.away`)) renameSync(`${cds}.away`, cds);
  }
}

const imageManifest = z.tuple([z.object({ Layers: z.array(z.string()) })]);

async function unpackImage(archive: string, root: string): Promise<void> {
  const manifest = imageManifest.parse(JSON.parse(await runCommand('tar', ['-xOf', archive, 'manifest.json'])));
  const folder = mkdtempSync(`${root}-layers-`);
  try {
    await runCommand('tar', ['-xf', archive, '-C', folder]);
    await unpackLayers(
      manifest[0].Layers.map((layer) => join(folder, layer)),
      root,
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const { cacheDir } = stackPaths('dev');
const [line = '2.3', runs = '3'] = process.argv.slice(2);
const image = await buildFlinkImage({ version: line, cacheDir, progress: console.log });
const root = mkdtempSync(join(cacheDir, 'flink-image', '.measure-'));
try {
  await unpackImage(image.archivePath, root);
  console.log(`${image.reference}, ${runs} runs each, medians in seconds; load is the 1-minute average afterwards`);
  console.log('| mode | variant | REST | slots | RUNNING | checkpoint | JM CPU | TM CPU | JM MB | TM MB | load |');
  console.log(`|${'---|'.repeat(11)}`);
  for (const variant of variants) await measure(root, 'session', variant, Number(runs));
  await withExampleInUsrlib(root, async () => {
    for (const variant of variants) await measure(root, 'application', variant, Number(runs));
  });
} finally {
  rmSync(root, { recursive: true, force: true });
}
