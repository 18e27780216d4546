/** Packs folders as layers, and layers as an archive that `ctr images import` and `docker load` take. */
import { createHash } from 'node:crypto';
import { linkSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runCommand } from '../process.ts';
import { digestOfFile } from './tools.ts';

/**
 * The modification time of every file in an image. It must be a whole second and not 0: Java checks it against the
 * class archive, and takes 0 for "unknown".
 */
const timestamp = '@1735689600';

/** Packs parts of a folder with fixed order and times, so that the same content gives the same digest. */
export async function packLayer(folder: string, parts: readonly string[], layer: string): Promise<string> {
  const fixed = ['--sort=name', `--mtime=${timestamp}`, '--numeric-owner', '--format=gnu'];
  await runCommand('tar', ['-cf', layer, ...fixed, '-C', folder, ...parts]);
  return layer;
}

/** Unpacks layers over each other, times and owners included. */
export async function unpackLayers(layers: readonly string[], root: string): Promise<void> {
  mkdirSync(root, { recursive: true });
  for (const layer of layers)
    await runCommand('tar', ['-xpf', layer, '--same-owner', '--keep-directory-symlink', '-C', root]);
}

export interface ImageArchive {
  /** Its id, which changes with any byte of it. */
  readonly digest: string;
  readonly archive: string;
}

/**
 * Writes the archive. Layers are not compressed: importing them is several times faster, and nothing travels.
 * @param names gives the image's references, from its digest.
 */
export async function packImage(
  layers: readonly string[],
  runtimeConfig: Readonly<Record<string, unknown>>,
  names: (digest: string) => readonly string[],
  work: string,
): Promise<ImageArchive> {
  const digests = await Promise.all(layers.map(digestOfFile));
  const config = JSON.stringify({
    architecture: process.arch === 'arm64' ? 'arm64' : 'amd64',
    os: 'linux',
    config: runtimeConfig,
    rootfs: { type: 'layers', diff_ids: digests.map((digest) => `sha256:${digest}`) },
  });
  const digest = createHash('sha256').update(config).digest('hex');
  const files = digests.map((layer) => `${layer}.tar`);
  layers.forEach((layer, index) => linkSync(layer, join(work, files[index] ?? '')));
  writeFileSync(join(work, `${digest}.json`), config);
  const manifest = [{ Config: `${digest}.json`, RepoTags: names(digest), Layers: files }];
  writeFileSync(join(work, 'manifest.json'), JSON.stringify(manifest));
  const archive = await packLayer(work, ['manifest.json', `${digest}.json`, ...files], join(work, 'image.tar'));
  return { digest, archive };
}
