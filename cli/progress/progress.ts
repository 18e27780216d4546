/** Shows operations while they run: rewritten lines on a terminal, one line per ended step elsewhere. */
import type { OperationRecord } from '../../core/operation.ts';
import type { Output, World } from '../world.ts';
import { lineProgress } from './line-progress.ts';
import { liveProgress } from './live-progress.ts';

/** Something that operations are shown on; `label` names the job. */
export interface Progress {
  show(label: string, operation: OperationRecord): void;
  /** Leaves the last state standing. */
  end(): void;
}

/** The progress display that fits the output. */
export function progressOn(output: Output, world: Pick<World, 'now' | 'env'>): Progress {
  const isDumb = world.env['TERM'] === 'dumb' || world.env['CI'] !== undefined;
  return output.isTTY && !isDumb ? liveProgress(output, world) : lineProgress(output);
}
