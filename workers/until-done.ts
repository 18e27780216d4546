/** What a worker does again and again beside its work. */
import { setTimeout as pause } from 'node:timers/promises';
import type { Worker } from '@temporalio/worker';

/** Looks every so often until that is done, or the worker ends. */
export async function untilDone(
  worker: Pick<Worker, 'getState'>,
  everyMs: number,
  look: () => Promise<boolean>,
): Promise<void> {
  while (worker.getState() === 'RUNNING') {
    // Temporal may be away, or may not know this build yet: both pass.
    if (await look().catch(() => false)) return;
    await pause(everyMs, undefined, { ref: false });
  }
}
