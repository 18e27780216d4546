/** The Flink images and the small jars that the stack's jobs use: made here for our own node, official elsewhere. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { buildFlinkImage } from './flink-image/build.ts';
import { buildPrimeJob } from './flink-image/prime-job.ts';
import { buildStorageTool } from './flink-image/storage-tool.ts';
import type { ClusterChoice } from './cluster.ts';
import { nodeIdentity } from './cluster-node.ts';
import { importImage } from './kubernetes/images.ts';
import type { StackPaths } from './paths.ts';
import type { ReportLine } from './progress.ts';

interface BuiltImage {
  readonly reference: string;
  readonly archivePath: string;
}

export interface FlinkImages {
  /** Image by Flink version, for specs that name none. */
  readonly references: Readonly<Record<string, string>>;
  /** What must be imported into the node. */
  readonly built: readonly BuiltImage[];
  readonly storageToolJar: string;
  readonly primeJobJar: string;
}

const linesShape = z.array(z.string());

/** What the examples run on. */
const usualLine = '2.3';

/** The usual version, these, and those of earlier runs, whose jobs may still be there. */
export function rememberLines(paths: StackPaths, wanted: readonly string[]): readonly string[] {
  const file = join(paths.stateDir, 'flink-versions.json');
  const before = existsSync(file) ? linesShape.parse(JSON.parse(readFileSync(file, 'utf8'))) : [];
  const lines = [...new Set([usualLine, ...before, ...wanted])];
  mkdirSync(paths.stateDir, { recursive: true });
  writeFileSync(file, JSON.stringify(lines));
  return lines;
}

/** Builds what is missing in the cache. One image after the other: each keeps all processors busy. */
export async function prepareImages(
  paths: StackPaths,
  choice: ClusterChoice,
  lines: readonly string[],
  report: ReportLine,
): Promise<FlinkImages> {
  const context = { cacheDir: paths.cacheDir, progress: report };
  const jars = { storageToolJar: await buildStorageTool(context), primeJobJar: await buildPrimeJob(context) };
  // A cluster that can pull has the official images; ours exist because the node cannot.
  if (choice.kind !== 'node') return { references: officialImages(lines), built: [], ...jars };
  const references: Record<string, string> = {};
  const built: BuiltImage[] = [];
  for (const version of lines) {
    const image = await buildFlinkImage({ ...context, version });
    references[version] = image.reference;
    built.push(image);
  }
  return { references, built, ...jars };
}

/** Imports the built images into the node; those that it has already cost only the reading of their digest. */
export async function importImages(paths: StackPaths, images: FlinkImages, report: ReportLine): Promise<void> {
  for (const { archivePath, reference } of images.built) {
    report(`importing ${reference}`);
    await importImage(nodeIdentity(paths), archivePath, reference);
  }
}

function officialImages(lines: readonly string[]): Record<string, string> {
  return Object.fromEntries(lines.map((line) => [line, `flink:${line}-java17`]));
}
