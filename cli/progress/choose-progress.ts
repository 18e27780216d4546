/** Chooses how operations are shown: rewritten lines on a terminal, one line per ended step elsewhere. */
import type { Output, World } from '../world.ts';
import { lineProgress } from './line-progress.ts';
import { liveProgress } from './live-progress.ts';
import type { Progress } from './progress.ts';

/** The progress display that fits the output. */
export function progressOn(output: Output, world: Pick<World, 'now' | 'env'>): Progress {
  const isDumb = world.env['TERM'] === 'dumb' || (world.env['CI'] ?? '') !== '';
  return output.isTTY && !isDumb ? liveProgress(output, world) : lineProgress(output);
}
