/** Files under `test/golden` that rendered text is compared with. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const folder = join(import.meta.dirname, '../golden');

/**
 * The text that the file has. With `UPDATE_GOLDEN=1 npm test` it is first written anew with what was rendered: read the
 * difference then.
 */
export function golden(name: string, rendered: string): string {
  const path = join(folder, name);
  if (process.env['UPDATE_GOLDEN'] === '1') {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, rendered);
  }
  if (!existsSync(path)) throw new Error(`${path} is not there: run the test with UPDATE_GOLDEN=1 to write it`);
  return readFileSync(path, 'utf8');
}
