/** `drey version`: this CLI's version. It asks nobody, so it works without a server. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { exitCodes } from '../errors.ts';
import { parseFormat, renderValue } from '../printing.ts';
import { say, type World } from '../world.ts';

export async function version(world: World, flags: { readonly output?: string }): Promise<number> {
  const format = parseFormat(flags.output, ['json', 'yaml']);
  const client = clientVersion(world.root);
  if (format === 'json' || format === 'yaml') world.out.write(await renderValue({ client }, format));
  else say(world.out, `drey ${client}`);
  return exitCodes.ok;
}

function clientVersion(root: string): string {
  const manifest: unknown = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  if (typeof manifest !== 'object' || manifest === null || !('version' in manifest)) return 'unknown';
  return String(manifest.version);
}
