/** What is noted on the anchor of a generation that is to be stopped: what attempts and operations before have done. */
import { z } from 'zod';
import { generationKey } from '../../core/manifests/anchor.ts';
import { annotations } from '../../core/names.ts';
import { ranSince, type Generation } from '../../core/generation.ts';
import { findAnchor } from './anchor.ts';
import type { ClusterDependencies } from './dependencies.ts';
import { readLastWords, type LastWords } from './last-words.ts';

export interface StopNotes {
  /** Whether the job may have been submitted. */
  readonly isUsed: boolean;
  /** Whether all tasks of the job were seen to run: then it may have completed checkpoints. */
  readonly hasRun: boolean;
  /** Since when they run, in milliseconds by an agent's clock; where that was not noted, they run no longer than since then. */
  readonly ranSinceMs?: number;
  /** Whether it was seen to complete one. */
  readonly hasCheckpoint: boolean;
  /** From where its submission started. */
  readonly restoreFrom?: string;
  /** The trigger id of a stop that may have been asked for, and was not refused. */
  readonly trigger?: string;
  /** What its JobManager told before a stop ended its pods. */
  readonly lastWords: LastWords;
}

/**
 * Since when its job has run, in milliseconds since 1970: as the anchor says, or the job's workflow, where that was deleted or made anew.
 */
export function ranSinceMs(
  generation: Generation,
  notes: Pick<StopNotes, 'ranSinceMs'> | undefined,
): number | undefined {
  const told = [notes?.ranSinceMs, ranSince(generation)].filter((one) => one !== undefined);
  return told.length === 0 ? undefined : Math.min(...told);
}

const anchored = z.object({ restoreFrom: z.string().optional() });

/** Undefined when the anchor is gone, or was never made. */
export async function readStopNotes(
  { kubernetes }: ClusterDependencies,
  generation: Generation,
): Promise<StopNotes | undefined> {
  const stored = await findAnchor(kubernetes, generation);
  if (!stored) return undefined;
  const notes = stored.metadata.annotations ?? {};
  const current = notes[annotations.submission];
  const [stopped, trigger] = (notes[annotations.stopping] ?? '').split('/');
  const isAsked = trigger !== undefined && stopped === current;
  const made = anchored.parse(JSON.parse(stored.data?.[generationKey] ?? '{}'));
  const restoreFrom = notes[annotations.restoreFrom] ?? made.restoreFrom;
  // A stop is asked only of a job that runs.
  const hasRun = (current !== undefined && notes[annotations.ran] === current) || isAsked;
  return {
    ...(restoreFrom !== undefined && restoreFrom !== '' && { restoreFrom }),
    isUsed: current !== undefined,
    hasRun,
    ...(hasRun && notedSince(stored.metadata)),
    hasCheckpoint: current !== undefined && notes[annotations.checkpointed] === current,
    ...(isAsked && { trigger }),
    lastWords: readLastWords(notes[annotations.lastWords], current),
  };
}

interface Anchored {
  readonly annotations?: Readonly<Record<string, string>>;
  readonly creationTimestamp?: string;
}

function notedSince({ annotations: notes = {}, creationTimestamp }: Anchored): Pick<StopNotes, 'ranSinceMs'> {
  const noted = notes[annotations.ranSince] ?? creationTimestamp;
  return noted === undefined ? {} : { ranSinceMs: Date.parse(noted) };
}
