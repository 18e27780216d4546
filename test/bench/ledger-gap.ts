/** The longest time in which a ledger job processed nothing, read from the files that it has committed. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { waitUntil } from '../../deploy/dev/process.ts';

/** @param window in milliseconds since 1970: what was processed before and after it is not looked at. */
export async function longestGap(out: string, window: { readonly fromMs: number; readonly toMs: number }) {
  const committed = async () => {
    const times = processedSince(out, window.fromMs);
    return (times.at(-1) ?? 0) > window.toMs && times;
  };
  const times = await waitUntil(committed, { what: 'the end of the window to be committed', timeoutMs: 60_000 });
  const within = times.filter((at) => at <= window.toMs);
  return Math.max(...within.slice(1).map((at, index) => at - (within[index] ?? at)));
}

/** A line is `key,number,count before,emitted at ms,processed at ms`. */
function processedSince(out: string, fromMs: number): number[] {
  const files = readdirSync(out)
    .filter((name) => name.startsWith('part-'))
    .map((name) => join(out, name))
    .filter((file) => statSync(file).mtimeMs >= fromMs);
  const lines = files.flatMap((file) => readFileSync(file, 'utf8').split('\n'));
  const times = lines.filter((line) => line !== '').map((line) => Number(line.split(',')[4]));
  return times.filter((at) => at >= fromMs).toSorted((one, other) => one - other);
}
