/** `npx tsx deploy/dev/flink-image/make.ts [line …]`: builds images into the cache and says where they are. */
import { stackPaths } from '../paths.ts';
import { buildFlinkImage } from './build.ts';

const { cacheDir } = stackPaths('dev');
const lines = process.argv.slice(2);
for (const version of lines.length > 0 ? lines : ['2.3']) {
  const started = Date.now();
  const seconds = () => ((Date.now() - started) / 1000).toFixed(1);
  const progress = (line: string) => console.log(`  ${seconds()} s  ${line}`);
  const image = await buildFlinkImage({ version, cacheDir, progress });
  console.log(`${image.reference} (also ${image.stableReference})\n  ${image.archivePath}\n  ${seconds()} s`);
}
