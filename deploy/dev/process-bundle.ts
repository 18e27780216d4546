/** Drey's own processes as one file each: without a compiler in each of them they start in half the time. */
import { existsSync, readFileSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build, type Plugin } from 'esbuild';
import { buildOf, type DreyProcess } from './builds.ts';
import { repositoryRoot } from './paths.ts';

const entryPoints: Record<DreyProcess, string> = {
  api: 'api/main.ts',
  worker: 'workers/main.ts',
  agent: 'agent/main.ts',
};

/** Some packages are written as CommonJS and ask for others by `require`. */
const requireForEsm = 'import{createRequire}from"node:module";const require=createRequire(import.meta.url);';

/** The process's file, made from its sources as they are unless it is there. Those of other sources are removed. */
export async function bundleProcess(cacheDir: string, kind: DreyProcess): Promise<string> {
  const name = `${kind}-${buildOf(kind)}.mjs`;
  const file = join(cacheDir, name);
  if (existsSync(file)) return file;
  const unfinished = `${file}.${process.pid}`;
  await build({
    entryPoints: [join(repositoryRoot, entryPoints[kind])],
    outfile: unfinished,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    // Temporal's packages load a native library and files of their own.
    external: ['@temporalio/*', 'pg-native'],
    banner: { js: requireForEsm },
    sourcemap: 'inline',
    sourcesContent: false,
    logLevel: 'error',
    plugins: [filesStayWhereTheyAre],
  });
  renameSync(unfinished, file);
  const outdated = new RegExp(`^${kind}-[0-9a-f]+\\.mjs$`);
  for (const other of readdirSync(cacheDir))
    if (other !== name && outdated.test(other)) rmSync(join(cacheDir, other), { force: true });
  return file;
}

/** A module that looks for files beside itself goes on finding those beside its source. */
const filesStayWhereTheyAre: Plugin = {
  name: 'files-stay-where-they-are',
  setup(bundler) {
    bundler.onLoad({ filter: /\.ts$/ }, ({ path }) => {
      const source = readFileSync(path, 'utf8');
      if (!source.includes('import.meta.url')) return undefined;
      const contents = source.replaceAll('import.meta.url', JSON.stringify(pathToFileURL(path).href));
      return { contents, loader: 'ts' };
    });
  },
};
