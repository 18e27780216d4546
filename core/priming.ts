/** The tiny job that runs on a warm Flink cluster before it gets the user's: what is asked for, and what came of it. */
import { primeDirectory } from './flink/configuration-storage.ts';
import type { Generation } from './generation.ts';
import { primeJobId } from './names.ts';

export interface PrimeRun {
  readonly jobId: string;
  readonly entryClass: string;
  readonly args: readonly string[];
  readonly parallelism: number;
}

/** @param slots that are registered: each gets a task, whichever of them the user's job will take. */
export function primeRun({ identity, spec }: Generation, slots: number): PrimeRun {
  return {
    jobId: primeJobId(identity),
    entryClass: 'dev.drey.prime.PrimeJob',
    args: checkpointSettings(primeDirectory(spec.spec, identity)),
    parallelism: slots,
  };
}

/** The cluster's own folder for checkpoints is the user's: nothing of ours may be left there. */
function checkpointSettings(directory: string | undefined): string[] {
  const settings = { 'execution.checkpointing.externalized-checkpoint-retention': 'NO_EXTERNALIZED_CHECKPOINTS' };
  return Object.entries({ ...settings, ...(directory && { 'execution.checkpointing.dir': directory }) }).map(
    ([key, value]) => `${key}=${value}`,
  );
}
