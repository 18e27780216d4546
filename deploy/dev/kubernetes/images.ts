/** Container images of a node: nothing is pulled, everything is imported from archives. */
import { createHash } from 'node:crypto';
import {
  createReadStream,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { runCommand } from '../process.ts';
import { containerdSocket, pauseImage, type NodeIdentity } from './layout.ts';
import { runInNode } from './namespace.ts';

const archiveLabel = 'drey.dev/archive';

/**
 * Makes an image known to the node under `reference` (with its registry part, such as `drey.local/flink:2.1`).
 * The archive is what `docker save` writes, with that name in it. Does nothing if the node has this very archive.
 * @returns whether it had to be imported.
 */
export async function importImage(identity: NodeIdentity, archive: string, reference: string): Promise<boolean> {
  const digest = await digestOf(archive);
  const known = await ctr(identity, ['images', 'ls', `name==${reference}`]);
  if (known.includes(`${archiveLabel}=${digest}`)) return false;
  await ctr(identity, ['images', 'import', archive]);
  const names = (await ctr(identity, ['images', 'ls', '-q'])).split('\n');
  if (!names.includes(reference))
    throw new Error(`${archive} holds no image named ${reference}; name it so in the archive's manifest.json`);
  await ctr(identity, ['images', 'label', reference, `${archiveLabel}=${digest}`]);
  return true;
}

/** Packs the pause binary as an image archive, if that is not there yet. */
export async function packPauseImage(binary: string, archive: string): Promise<void> {
  if (existsSync(archive)) return;
  const folder = mkdtempSync(`${archive}-`);
  try {
    mkdirSync(join(folder, 'root'));
    await runCommand('cp', [binary, join(folder, 'root', 'pause')]);
    await tar(join(folder, 'layer.tar'), join(folder, 'root'), ['pause']);
    const layer = createHash('sha256')
      .update(readFileSync(join(folder, 'layer.tar')))
      .digest('hex');
    const config = {
      architecture: process.arch === 'arm64' ? 'arm64' : 'amd64',
      os: 'linux',
      config: { Entrypoint: ['/pause'], User: '65535:65535' },
      rootfs: { type: 'layers', diff_ids: [`sha256:${layer}`] },
    };
    const manifest = [{ Config: 'config.json', RepoTags: [pauseImage], Layers: ['layer.tar'] }];
    writeFileSync(join(folder, 'config.json'), JSON.stringify(config));
    writeFileSync(join(folder, 'manifest.json'), JSON.stringify(manifest));
    await tar(join(folder, 'image.tar'), folder, ['manifest.json', 'config.json', 'layer.tar']);
    renameSync(join(folder, 'image.tar'), archive);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Archives are the same, byte for byte, when their content is: the digest then says whether to import again. */
async function tar(archive: string, folder: string, files: readonly string[]): Promise<void> {
  const fixed = ['--sort=name', '--mtime=@0', '--owner=0', '--group=0', '--numeric-owner', '--mode=755'];
  await runCommand('tar', ['-cf', archive, ...fixed, '-C', folder, ...files]);
}

async function digestOf(file: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(file, { highWaterMark: 1 << 20 }), hash);
  return hash.digest('hex');
}

function ctr(identity: NodeIdentity, args: readonly string[]): Promise<string> {
  const command = ['ctr', '-a', containerdSocket, '-n', 'k8s.io', ...args];
  return runInNode(identity, '-m', command, { timeoutMs: 600_000 });
}
