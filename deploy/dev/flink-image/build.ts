/** Builds images of Flink without a container engine: packages, Flink's PyPI distributions, and class archives. */
import { existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { z } from 'zod';
import { baseLayer, javaHome } from './base-layer.ts';
import { flinkLayer } from './distribution.ts';
import { ourFiles, runtimeConfig, writeOurFiles } from './drey-layer.ts';
import { buildLedgerJob } from './ledger-job.ts';
import { packImage, packLayer, unpackLayers } from './layers.ts';
import { keyOf, madeOnce, type Progress } from './tools.ts';
import { trainArchives } from './training.ts';
import { releaseOf, type FlinkRelease } from './versions.ts';

export interface FlinkImageWish {
  /** A line such as `2.3` or `1.20`. */
  readonly version: string;
  /** Holds layers and archives; shared by all versions, and safe to delete. */
  readonly cacheDir: string;
  readonly progress: Progress;
}

export interface FlinkImage {
  /** Names exactly this content, so that `IfNotPresent` is right: `drey.dev/flink:2.3.0-<digest>`. */
  readonly reference: string;
  /** Names the newest build of the line: `drey.dev/flink:2.3`. */
  readonly stableReference: string;
  /** What `ctr -n k8s.io images import` takes. It holds both names. */
  readonly archivePath: string;
  readonly flinkVersion: string;
}

const imageRecord = z.object({ reference: z.string() });

/**
 * The image of a Flink line, built if the cache does not have it. Needs root, for the class archives are written by
 * Java running in the image's own root.
 * @throws when the line is unknown or a part cannot be fetched.
 */
export async function buildFlinkImage(wish: FlinkImageWish): Promise<FlinkImage> {
  const release = releaseOf(wish.version);
  const cache = join(wish.cacheDir, 'flink-image');
  const folder = join(cache, `image-${release.flink}-${recipeKey(release)}`);
  if (!existsSync(folder)) {
    if (process.getuid?.() !== 0) throw new Error('building a Flink image needs root');
    mkdirSync(cache, { recursive: true });
    const base = await baseLayer(cache, wish.progress);
    const flink = await flinkLayer(release, cache, wish.progress);
    const ledgerJar = await buildLedgerJob(wish);
    await madeOnce(folder, (work) => assembleImage({ release, layers: [base, flink], ledgerJar }, work, wish.progress));
    removeOutdated(cache, release, [base, flink, folder]);
  }
  const { reference } = imageRecord.parse(JSON.parse(readFileSync(join(folder, 'image.json'), 'utf8')));
  return {
    reference,
    stableReference: `drey.dev/flink:${release.line}`,
    archivePath: join(folder, 'image.tar'),
    flinkVersion: release.flink,
  };
}

/** Removes what former recipes have left of this release; for a day they stay, since another stack may be using them. */
function removeOutdated(cache: string, release: FlinkRelease, current: readonly string[]): void {
  const replaceable = ['base-', `flink-${release.flink}-`, `image-${release.flink}-`];
  const yesterday = Date.now() - 86_400_000;
  for (const path of readdirSync(cache).map((name) => join(cache, name))) {
    const ours = replaceable.some((prefix) => basename(path).startsWith(prefix));
    if (ours && !current.includes(path) && statSync(path).mtimeMs < yesterday) rmSync(path, { recursive: true });
  }
}

/** Changes with everything of ours that decides the content. */
function recipeKey(release: FlinkRelease): string {
  const sources = [
    'base-layer',
    'chroot',
    'cluster',
    'distribution',
    'drey-layer',
    'layers',
    'ledger-job',
    'training',
    'zip-filter',
  ];
  const files = sources.map((name) => join(import.meta.dirname, `${name}.ts`));
  return keyOf([process.arch, release.flink, release.examples], [...files, ...ourFiles]);
}

interface ImageParts {
  readonly release: FlinkRelease;
  readonly layers: readonly string[];
  readonly ledgerJar: string;
}

async function assembleImage(parts: ImageParts, work: string, progress: Progress): Promise<string> {
  const { release, layers, ledgerJar } = parts;
  const root = join(work, 'root');
  await unpackLayers(layers, root);
  const ours = join(work, 'ours');
  await writeOurFiles(root, ours, ledgerJar);
  // Packed and unpacked again, so that Java sees the same times and owners as in a container.
  await unpackLayers([await packLayer(ours, ['docker-entrypoint.sh', 'opt/flink'], join(work, 'untrained.tar'))], root);
  await trainArchives(root, join(ours, 'opt/flink/cds'), progress);
  rmSync(root, { recursive: true });
  progress('writing the image');
  const top = await packLayer(ours, ['docker-entrypoint.sh', 'opt/flink'], join(work, 'top.tar'));
  return writeImage(release, [...layers, top], work);
}

async function writeImage(release: FlinkRelease, layers: readonly string[], work: string): Promise<string> {
  const packing = join(work, 'packing');
  const image = join(work, 'image');
  for (const folder of [packing, image]) mkdirSync(folder);
  const referenceOf = (digest: string) => `drey.dev/flink:${release.flink}-${digest.slice(0, 12)}`;
  const names = (digest: string) => [referenceOf(digest), `drey.dev/flink:${release.line}`];
  const { digest, archive } = await packImage(layers, runtimeConfig(javaHome), names, packing);
  renameSync(archive, join(image, basename(archive)));
  writeFileSync(join(image, 'image.json'), JSON.stringify({ reference: referenceOf(digest) }));
  return image;
}
